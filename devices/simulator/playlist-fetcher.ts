import { fetchSlotMs, RETURN_WINDOW_MS } from "../../src/protocol/fetch-slot.ts";
import type { Playlist, PlaylistPointer } from "../../src/protocol/messages.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { createAlarm } from "../core/alarm.ts";
import { createBackoff } from "../core/backoff.ts";
import { ServerError, type ServerLink } from "../core/server-link.ts";
import type { Store } from "../core/store.ts";

interface Options {
  deviceId: string;
  http: Pick<ServerLink, "fetchPlaylist">;
  verify: Verifier;
  store: Pick<Store, "read" | "writeIfRoom">;
  /** By the box's clock, UTC epoch ms. */
  now: () => number;
  /** The status of every answer; 0 for none. */
  onAnswer: (status: number) => void;
  onChange: (playlist: Playlist) => void;
  /** The server has just said that what is held is the newest. */
  onConfirmed: () => void;
}

interface Held {
  playlist: Playlist;
  etag: string | null;
}

const NAME = "playlist.json";

/** The playlist of a simulated gateway: fetched in its slot, and kept over a cut of the power. */
export function createPlaylistFetcher({ deviceId, http, verify, store, now, ...on }: Options) {
  const backoff = createBackoff({ baseMs: 2_000 });
  const alarm = createAlarm(() => void refresh());
  let held = JSON.parse(store.read(NAME) ?? "null") as Held | null;
  let isClosed = false;

  async function refresh(): Promise<void> {
    try {
      const answer = await http.fetchPlaylist(held?.etag ?? null);
      on.onAnswer(answer.kind === "new" ? 200 : 304);
      backoff.reset();
      if (answer.kind === "new") hold(await verify("playlist", answer.jws), answer.etag);
      if (!isClosed) on.onConfirmed();
    } catch (error) {
      const { status = 0, retryAfterMs = null } = error instanceof ServerError ? error : {};
      on.onAnswer(status);
      if (!isClosed) alarm.within(Math.max(retryAfterMs ?? 0, backoff.nextMs()));
    }
  }

  function hold(playlist: Playlist, etag: string | null): void {
    const isOlder = held !== null && playlist.revision < held.playlist.revision;
    if (isClosed || isOlder) return;
    held = { playlist, etag };
    store.writeIfRoom(NAME, JSON.stringify(held));
    on.onChange(playlist);
  }

  return {
    get playlist() {
      return held?.playlist ?? null;
    },
    refreshWithin: alarm.within,
    onPointer({ revision, fetchBy }: PlaylistPointer, retained: boolean): void {
      if (held && revision <= held.playlist.revision) return;
      const windowMs = Math.max(fetchBy - now(), retained ? RETURN_WINDOW_MS : 0);
      alarm.within(fetchSlotMs(deviceId, revision, windowMs));
    },
    /** Connected, or connected again. @returns in how long it asks, ms */
    refreshInSlot(): number {
      const slotMs = held ? fetchSlotMs(deviceId, held.playlist.revision, RETURN_WINDOW_MS) : 0;
      alarm.within(slotMs);
      return slotMs;
    },
    close(): void {
      isClosed = true;
      alarm.clear();
    },
  };
}
