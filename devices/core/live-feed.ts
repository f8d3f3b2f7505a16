import type { BaseLogger } from "pino";
import { type AudienceMember, audienceIncludes } from "../../src/protocol/audience.ts";
import type { LivePart } from "../../src/protocol/live-index.ts";
import { sha256Hex } from "../../src/protocol/sha256.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { createBackoff } from "./backoff.ts";
import type { LiveFeed } from "./output.ts";
import { ServerError, type ServerLink } from "./server-link.ts";
import { wait } from "./wait.ts";

interface Options {
  broadcastId: string;
  link: Pick<ServerLink, "fetchLiveIndex" | "openMedia">;
  verify: Verifier;
  member: AudienceMember;
  log: BaseLogger;
}

/** A part that is told, and its bytes once they are there and right. */
interface Told {
  part: LivePart;
  bytes: Uint8Array | null;
}

/** A decoder for what follows a hole takes this long to give its first sample. */
const WARM_UP_MS = 400;
const RETRY = { baseMs: 200, capMs: 2_000 };

/** Follows what somebody says: each part is fetched as soon as it is told, and checked by its SHA-256 before it counts. */
export function openLiveFeed({ broadcastId, link, verify, member, log }: Options): LiveFeed {
  const closing = new AbortController();
  const { signal } = closing;
  const waiting: Told[] = [];
  let newest = 0;
  let endMs = 0;
  let ended = false;

  async function readIndex() {
    const index = await verify("live", await link.fetchLiveIndex(broadcastId, newest, signal));
    if (index.broadcastId !== broadcastId || !audienceIncludes(index.audience, member))
      throw new Error("this index is for others");
    return index;
  }

  async function fetchPart(told: Told): Promise<void> {
    const { sha256, url, bytes } = told.part;
    const { body } = await link.openMedia(url, 0, signal);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let received = 0;
    for await (const chunk of body) {
      received += chunk.byteLength;
      if (received > bytes) break;
      chunks.push(chunk);
    }
    const whole = new Uint8Array(await new Blob(chunks).arrayBuffer());
    if (sha256Hex(whole) !== sha256) throw new Error(`what was fetched for ${sha256} has another digest`);
    told.bytes = whole;
  }

  /** Tries again while `isWanted`, ever more slowly. */
  async function insist(work: () => Promise<void>, isWanted: () => boolean): Promise<void> {
    const backoff = createBackoff(RETRY);
    while (isWanted() && !signal.aborted) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, broadcastId }, "a live voice could not be followed; trying again");
        const retryAfterMs = error instanceof ServerError ? error.retryAfterMs : null;
        await wait(Math.max(retryAfterMs ?? 0, backoff.nextMs()), signal).catch(() => {});
      }
    }
  }

  async function takeIndex(): Promise<void> {
    const index = await readIndex();
    const news = index.parts.filter(({ n }) => n > newest);
    for (const part of news) {
      const told: Told = { part, bytes: null };
      newest = part.n;
      endMs = part.atMs + part.durationMs;
      waiting.push(told);
      void insist(
        () => fetchPart(told),
        () => waiting.includes(told),
      );
    }
    ended = index.ended;
    if (news.length === 0 && !ended) throw new Error("the server said nothing new");
  }

  const hasMore = () => !ended && !signal.aborted;
  async function follow(): Promise<void> {
    do await insist(takeIndex, () => true);
    while (hasMore());
  }
  void follow();

  return {
    take(positionMs) {
      for (let told = waiting[0]; told; told = waiting[0]) {
        const { part, bytes } = told;
        const overMs = part.atMs + part.durationMs - positionMs;
        if (bytes === null && overMs > WARM_UP_MS) return null;
        waiting.shift();
        if (bytes !== null && overMs > 0) return { atMs: part.atMs, durationMs: part.durationMs, bytes };
        log.warn({ broadcastId, n: part.n }, "a part of a live voice came too late");
      }
      return null;
    },
    hasSound(positionMs) {
      const isAhead = ({ part }: Told) => part.atMs + part.durationMs - positionMs > WARM_UP_MS;
      waiting.splice(0, waiting.length, ...waiting.filter(isAhead));
      return waiting.some(({ bytes }) => bytes !== null);
    },
    get endMs() {
      return endMs;
    },
    get ended() {
      return ended && waiting.length === 0;
    },
    close: () => closing.abort(),
  };
}
