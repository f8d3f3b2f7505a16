import type { ReasonCode } from "../../src/protocol/messages.ts";
import { liveEnding } from "./live-ending.ts";
import { type LiveRun, openLiveRun } from "./live-run.ts";
import type { Ending, LiveProgramme, Prepared } from "./output.ts";
import { frameBytes, type OpenSink, type PcmFormat } from "./pcm-sink.ts";

interface Options {
  format: PcmFormat;
  openSink: OpenSink;
  /** The corrected clock, epoch ms. */
  now: () => number;
  ffmpegPath?: string;
}

const CHUNK_MS = 40;

/**
 * Sounds what is being spoken, in step with every other device: the sample that is due at an instant, or silence. It begins
 * with the first sample that there is.
 */
export function createLiveOutput({ format, openSink, now, ffmpegPath = "ffmpeg" }: Options) {
  const samplesIn = (ms: number) => Math.floor((ms * format.sampleRate) / 1000);

  return ({ broadcastId, startAt, longestMs, volume, feed }: LiveProgramme): Prepared => {
    const sink = openSink({ broadcastId, startAt, format });
    const runs: LiveRun[] = [];
    const begun = Promise.withResolvers<{ firstSampleAt: number } | null>();
    const { promise: ended, resolve, reject } = Promise.withResolvers<Ending>();
    ended.catch(() => {}); // also when nobody waits for it yet
    let isStarted = false;
    let isBegun = false;
    let isSettled = false;
    /** Samples since the start of the whole, and up to the last one that was no silence for want of a part. */
    let written = 0;
    let sounded = 0;
    let timer: NodeJS.Timeout | undefined;
    let position = () => now() - startAt;

    function takeParts(): void {
      for (let part = feed.take(position()); part; part = feed.take(position())) {
        if (runs.at(-1)?.add(part)) continue;
        runs.at(-1)?.finish();
        runs.push(openLiveRun(part, { format, volume, ffmpegPath }));
      }
      if (feed.ended) runs.at(-1)?.finish();
    }

    /** Once the sample of this very moment is there. */
    function begin(): void {
      const [run] = runs;
      if (!run) return;
      const here = samplesIn(position());
      run.passTo(here);
      const first = run.at === here ? run.read(samplesIn(CHUNK_MS)) : null;
      if (!first) return void (run.isOver() && runs.shift());
      isBegun = true;
      const firstSampleAt = now();
      sink.begin(firstSampleAt);
      sink.write(first);
      written = sounded = run.at;
      begun.resolve({ firstSampleAt });
    }

    function silence(samples: number): void {
      sink.write(Buffer.alloc(samples * frameBytes(format)));
      written += samples;
    }

    function writeUntil(due: number): void {
      while (written < due) {
        const [run] = runs;
        if (!run) return silence(due - written);
        run.passTo(written);
        if (run.at > written) {
          silence(Math.min(due, run.at) - written);
          continue;
        }
        const pcm = run.at === written ? run.read(due - written) : null;
        if (pcm) {
          sink.write(pcm);
          written = sounded = run.at;
        } else if (run.isOver()) runs.shift();
        else return silence(due - written);
      }
    }

    function step(): void {
      if (isSettled) return;
      try {
        takeParts();
        timer = setTimeout(step, CHUNK_MS / 2);
        if (!isStarted) return; // the decoder is rolled
        if (isBegun) writeUntil(samplesIn(position() + CHUNK_MS));
        else begin();
        const ending = liveEnding({ longestMs, feed }, position(), isBegun);
        if (ending) void settle(ending.complete, ending.reason ?? null);
      } catch (error) {
        void settle(false, null, error);
      }
    }

    async function settle(complete: boolean, reason: ReasonCode | null, error?: unknown): Promise<void> {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      const soundedMs = (sounded / format.sampleRate) * 1000;
      const positionMs = reason === "stalled" ? soundedMs : Math.max(0, position());
      feed.close();
      for (const run of runs) run.kill();
      const failure = await sink.close(complete).then(
        () => error,
        (late: unknown) => error ?? late,
      );
      if (failure === undefined) resolve({ positionMs, complete, ...(reason === null ? {} : { reason }) });
      else reject(failure instanceof Error ? failure : new Error("the output failed", { cause: failure }));
      begun.resolve(null);
    }

    step();
    return {
      ended,
      start() {
        isStarted = true;
        clearTimeout(timer);
        // Paced by the monotonic clock: a correction of the time of day must neither stretch nor cut what sounds.
        const zero = performance.now() - (now() - startAt);
        position = () => performance.now() - zero;
        step();
        return begun.promise;
      },
      stop: () => settle(false, null),
    };
  };
}
