import type { IncomingHttpHeaders } from "node:http";
import type { DeviceIdentity } from "../devices/device.ts";
import { matchesEtag } from "../http/etag.ts";
import type { PlaylistService, PlaylistVersion } from "./playlist.ts";

type Representation = "jose" | "json";

/** What a device that asks for its playlist is to get. */
interface PlaylistAnswer {
  representation: Representation;
  version: PlaylistVersion;
  headers: { etag: string; vary: string; "cache-control": string };
  /** The device has it: 304. */
  isHeld: boolean;
}

/** Signed unless plain JSON is asked for by name: a device must not end up unsigned by a vague Accept header. */
function representationFor(accept: string | undefined): Representation | null {
  if (accept === "application/jose") return "jose";
  const types = (accept ?? "*/*").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase());
  if (types.includes("application/jose")) return "jose";
  if (types.includes("application/json")) return "json";
  return types.includes("*/*") || types.includes("application/*") ? "jose" : null;
}

/** @returns `null` when it asks for what there is not */
export function playlistAnswer(
  playlists: Pick<PlaylistService, "versionFor">,
  device: DeviceIdentity,
  headers: IncomingHttpHeaders,
): PlaylistAnswer | null {
  const representation = representationFor(headers.accept);
  if (!representation) return null;
  const version = playlists.versionFor(device);
  const etag = `"${version.tag}-${representation}"`;
  return {
    representation,
    version,
    headers: { etag, vary: "accept, authorization", "cache-control": "private, no-cache" },
    isHeld: matchesEtag(headers["if-none-match"], etag),
  };
}
