import type { BaseLogger } from "pino";
import { fetchSlotMs, RETURN_WINDOW_MS } from "../../src/protocol/fetch-slot.ts";
import type { Playlist, PlaylistPointer } from "../../src/protocol/messages.ts";
import { quietWindowAt } from "../../src/protocol/quiet-hours.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import { ServerError, type ServerLink } from "./server-link.ts";
import type { Store } from "./store.ts";
import type { Supervise } from "./supervisor.ts";

export interface PlaylistKeeper {
  readonly playlist: Playlist | null;
  /**
   * Takes one that came another way along with its media, if it is newer than what is held.
   * @throws {Error} when it is another device's
   */
  take(playlist: Playlist, jws: string): void;
  /** Fetches in the device's slot before `fetchBy`, unless what is held is at least that new. */
  onPointer(pointer: PlaylistPointer, retained: boolean): void;
  /** Fetches within `ms`; an earlier request already made stands. */
  refreshWithin(ms: number): void;
  /** Fetches after an outage: in the device's slot, at once when nothing is held. @returns how long that is, ms */
  refreshInSlot(): number;
  close(): void;
}

interface Options {
  store: Pick<Store, "read" | "writeIfRoom">;
  deviceId: string;
  verify: Verifier;
  link: Pick<ServerLink, "fetchPlaylist">;
  now: () => number;
  log: BaseLogger;
  onChange: (playlist: Playlist) => void;
  supervise: Supervise;
  /** The server has just said that what is held, which may be new, is the newest. */
  onConfirmed: () => void;
}

interface Stored {
  etag: string | null;
  jws: string;
}

const NAME = "playlist.json";
const REFRESH_MS = 60 * 60 * 1000;

/** Holds the newest playlist that was verified, over restarts; an empty, failed or older one changes nothing. */
export async function createPlaylistKeeper(options: Options): Promise<PlaylistKeeper> {
  const { deviceId, verify, link, now, log, onChange, onConfirmed } = options;
  const backoff = createBackoff({ baseMs: 2_000 });
  const alarm = createAlarm(() => void refresh());
  let held: { playlist: Playlist; etag: string | null } | null = await load();
  let unstored: Stored | null = null;
  let fetching: symbol | null = null;
  let isClosed = false;

  async function load() {
    const text = options.store.read(NAME);
    if (text === null) return null;
    try {
      const { etag, jws } = JSON.parse(text) as Stored;
      return { playlist: await read(jws), etag };
    } catch (error) {
      log.warn({ err: error }, "the stored playlist cannot be used; fetching another");
      return null;
    }
  }

  /** The nearer the next start that is known, the shorter. */
  function returnWindowMs(): number {
    const starts =
      held?.playlist.broadcasts.map(({ startAt }) => startAt - now()).filter((ms) => ms > 0) ?? [];
    return Math.min(RETURN_WINDOW_MS, ...starts.map((ms) => ms / 8));
  }

  /** On a full disk it holds in memory alone, since the older one may have what was cancelled since. */
  function store(): void {
    if (!unstored) return;
    if (options.store.writeIfRoom(NAME, JSON.stringify(unstored))) unstored = null;
    else log.warn("there is no room to store the playlist; trying again");
  }

  async function refresh(): Promise<void> {
    if (isClosed) return;
    if (fetching) return alarm.within(1_000);
    const own = Symbol("fetch");
    fetching = own;
    let nextMs = REFRESH_MS * (0.5 + Math.random());
    try {
      const answer = await link.fetchPlaylist(held?.etag ?? null);
      if (answer.kind === "new") await accept(answer.jws, answer.etag);
      else store();
      backoff.reset();
      if (!isClosed) onConfirmed();
    } catch (error) {
      log.warn({ err: error }, "the playlist could not be fetched; keeping the one that is held");
      const retryAfterMs = error instanceof ServerError ? error.retryAfterMs : null;
      nextMs = Math.max(retryAfterMs ?? 0, backoff.nextMs());
    }
    // One that was given up says nothing any more.
    if (fetching !== own) return;
    fetching = null;
    if (isClosed) return;
    alarm.within(nextMs);
    loop.moved(nextMs);
  }

  async function read(jws: string): Promise<Playlist> {
    const playlist = await verify("playlist", jws);
    checkOwn(playlist);
    return playlist;
  }

  function checkOwn(playlist: Playlist): void {
    // After a new enrolment the old identity's may still lie there, with a higher revision.
    if (playlist.deviceId !== deviceId) throw new Error("this playlist is another device's");
    quietWindowAt(playlist.policy, now()); // throws on a zone that this device does not know
  }

  async function accept(jws: string, etag: string | null): Promise<void> {
    const playlist = await read(jws);
    if (isClosed) return;
    if (held && playlist.revision < held.playlist.revision) {
      log.info({ revision: playlist.revision }, "ignoring an older playlist");
      return;
    }
    hold(playlist, { etag, jws });
  }

  function hold(playlist: Playlist, stored: Stored): void {
    held = { playlist, etag: stored.etag };
    unstored = stored;
    store();
    log.info({ revision: playlist.revision, broadcasts: playlist.broadcasts.length }, "new playlist");
    onChange(playlist);
  }

  const loop = options.supervise(() => {
    fetching = null;
    alarm.within(0);
  });
  loop.moved(0);

  return {
    get playlist() {
      return held?.playlist ?? null;
    },
    take(playlist, jws) {
      checkOwn(playlist);
      const known = held?.playlist;
      const isNewer =
        !known ||
        playlist.revision > known.revision ||
        (playlist.revision === known.revision && playlist.generatedAt > known.generatedAt);
      // Without an entity tag: the server is asked for its own word once it can be reached.
      if (isNewer) hold(playlist, { etag: null, jws });
      else onChange(known);
    },
    onPointer({ revision, fetchBy }, retained) {
      if (held && revision <= held.playlist.revision) return;
      // What waited for this device was missed in an outage, and not by it alone.
      const windowMs = Math.max(fetchBy - now(), retained ? returnWindowMs() : 0);
      alarm.within(fetchSlotMs(deviceId, revision, windowMs));
    },
    refreshWithin: alarm.within,
    refreshInSlot() {
      const slotMs = held ? fetchSlotMs(deviceId, held.playlist.revision, returnWindowMs()) : 0;
      alarm.within(slotMs);
      return slotMs;
    },
    close() {
      isClosed = true;
      alarm.clear();
    },
  };
}
