import { Compile } from "typebox/compile";
import { KeyChain } from "../../src/protocol/key-set.ts";
import type { TimeSample } from "./device-clock.ts";

export type PlaylistAnswer = { kind: "new"; jws: string; etag: string | null } | { kind: "unchanged" };

/** An answer that was not what was asked for. `retryAfterMs` when the server said when to come again. */
export class ServerError extends Error {
  readonly status: number;
  readonly retryAfterMs: number | null;
  constructor(status: number, retryAfter: string | null) {
    super(`the server answered ${status}`);
    this.status = status;
    const seconds = Number(retryAfter);
    this.retryAfterMs = retryAfter !== null && Number.isFinite(seconds) ? seconds * 1000 : null;
  }
}

export interface ServerLink {
  fetchPlaylist(etag: string | null): Promise<PlaylistAnswer>;
  /** The signed key sets after a serial, in order. */
  fetchKeySets(after: number): Promise<string[]>;
  sampleTime(): Promise<TimeSample>;
  /** The signed index of a live broadcast, once it tells of a part after `after` or of the end. */
  fetchLiveIndex(broadcastId: string, after: number, signal: AbortSignal): Promise<string>;
  /** A stream of bytes from `offset` on; `resumed` is false when the server begins at 0 all the same. */
  openMedia(
    url: string,
    offset: number,
    signal: AbortSignal,
  ): Promise<{ resumed: boolean; body: AsyncIterable<Uint8Array<ArrayBuffer>> }>;
}

const TIMEOUT_MS = 15_000;
/** The server answers within 10 s of silence, as it ends what is spoken live then; a link that is out says nothing at all. */
const LONG_POLL_MS = 12_000;

const chainValidator = Compile(KeyChain);
function parseKeyChain(body: unknown): string[] {
  if (!chainValidator.Check(body))
    throw new Error("the server's key sets are not as the protocol describes them");
  return body.items;
}

/** HTTP with the server; every call throws on a network failure, and `ServerError` on an unexpected status. */
export function createServerLink({ server, token }: { server: string; token: string }): ServerLink {
  const authorization = { authorization: `Bearer ${token}` };
  const origin = new URL(server).origin;

  return {
    async fetchPlaylist(etag) {
      const answer = await fetch(`${server}/device/v1/playlist`, {
        headers: {
          ...authorization,
          accept: "application/jose",
          ...(etag === null ? {} : { "if-none-match": etag }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.status === 304) return { kind: "unchanged" };
      if (answer.status !== 200) throw new ServerError(answer.status, answer.headers.get("retry-after"));
      return { kind: "new", jws: await answer.text(), etag: answer.headers.get("etag") };
    },

    async fetchKeySets(after) {
      const answer = await fetch(`${server}/device/v1/keys?after=${after}`, {
        headers: authorization,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (answer.status !== 200) throw new ServerError(answer.status, answer.headers.get("retry-after"));
      return parseKeyChain(await answer.json());
    },

    async sampleTime() {
      const sentAt = performance.now();
      const answer = await fetch(`${server}/device/v1/time?t1=${Date.now()}`, {
        headers: authorization,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const { t2, t3 } = (await answer.json()) as { t2: number; t3: number };
      const receivedAt = performance.now();
      if (answer.status !== 200) throw new ServerError(answer.status, answer.headers.get("retry-after"));
      return { sentAt, receivedAt, t2, t3 };
    },

    async fetchLiveIndex(broadcastId, after, signal) {
      const answer = await fetch(`${server}/device/v1/live/${broadcastId}?after=${after}`, {
        headers: { ...authorization, accept: "application/jose" },
        signal: AbortSignal.any([signal, AbortSignal.timeout(LONG_POLL_MS)]),
      });
      if (answer.status !== 200) throw new ServerError(answer.status, answer.headers.get("retry-after"));
      return answer.text();
    },

    async openMedia(url, offset, signal) {
      const target = new URL(url, `${server}/`);
      const answer = await fetch(target, {
        headers: {
          // The token is for the own server only; a CDN is let in by the signed address.
          ...(target.origin === origin ? authorization : {}),
          ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
        },
        signal,
      });
      if ((answer.status !== 200 && answer.status !== 206) || !answer.body) {
        throw new ServerError(answer.status, answer.headers.get("retry-after"));
      }
      return { resumed: answer.status === 206, body: answer.body };
    },
  };
}
