import type { Item } from "../../src/protocol/messages.ts";
import type { CacheLimits, CacheSpace } from "./cache-limits.ts";
import type { ServerLink } from "./server-link.ts";

/** The media of a device by their SHA-256, wherever it keeps them: each file is whole and right, or absent. */
export interface MediaCache {
  pathOf(item: Pick<Item, "sha256">): string;
  has(item: Pick<Item, "sha256" | "bytes">): boolean;
  /** Fetches what is missing of a file, verifies it, and only then gives it its name. @throws {NoRoomError} */
  fetch(item: Item, how: FetchOptions): Promise<void>;
  /**
   * Writes a file that came another way beside the others and verifies it; it counts only once it is kept.
   * @throws {Error} when it is not the item's
   */
  stage(item: Pick<Item, "sha256" | "bytes">, content: AsyncIterable<Uint8Array>): Promise<StagedMedia>;
  readonly space: CacheSpace;
}

export interface StagedMedia {
  keep(): Promise<void> | void;
  discard(): void;
}

export interface FetchOptions {
  /** A cap of the rate. */
  maxKbps: number | undefined;
  signal: AbortSignal;
  onPiece: () => void;
}

/** What a cache of media needs of the rest of the device. */
export interface CacheParts {
  limits: CacheLimits;
  link: Pick<ServerLink, "openMedia">;
  /** Digests of the media of all that is still to come. */
  referenced: () => ReadonlySet<string>;
}
