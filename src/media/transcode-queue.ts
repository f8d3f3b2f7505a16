import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import type { Rendition } from "./media.ts";
import type { MediaLibrary } from "./media-library.ts";
import type { MediaStore } from "./media-store.ts";
import type { Profile } from "./profiles.ts";
import { transcode } from "./transcode.ts";
import { describeFailure } from "./transcode-failure.ts";

/** A recording that takes the server down this often is left alone. */
const MAX_ATTEMPTS = 3;
const ABANDONED = `The server ended ${MAX_ATTEMPTS} times while it made this. Export the recording anew, then retry.`;
const PROGRESS_EVERY_MS = 500;

export interface TranscodeQueue {
  start(): void;
  /** Looks for work; call it after something was queued. */
  wake(): void;
  stop(): Promise<void>;
}

interface Dependencies {
  store: MediaStore;
  library: MediaLibrary;
  ffmpeg: Ffmpeg;
  profiles: readonly Profile[];
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  concurrency: number;
  onSettled: (rendition: Rendition) => void;
}

/** Works through the renditions in the database, `concurrency` at a time. The rows are the queue: it survives a kill. */
export function createTranscodeQueue(dependencies: Dependencies): TranscodeQueue {
  const { store, library, ffmpeg, profiles, clock, log, concurrency, onSettled } = dependencies;
  const running = new Set<Promise<void>>();
  let stopping: AbortController | null = null;

  function wake(): void {
    const signal = stopping?.signal;
    if (!signal || signal.aborted) return;
    while (running.size < concurrency) {
      const rendition = store.claim(clock.now());
      if (!rendition) return;
      // What fails here is the database: the row stays as it is, and the next start takes it up.
      const work = perform(rendition, signal)
        .finally(() => running.delete(work))
        .then(wake)
        .catch((error: unknown) => log.error({ rendition: rendition.id, err: error }, "transcoding stopped"));
      running.add(work);
    }
  }

  async function perform(rendition: Rendition, signal: AbortSignal): Promise<void> {
    const { id, profile } = rendition;
    const beganAt = clock.now();
    try {
      await library.withScratch((scratch) => make(rendition, scratch, signal));
      log.info({ rendition: id, profile, tookMs: clock.now() - beganAt }, "rendition ready");
    } catch (error) {
      if (signal.aborted) return store.putBack(id, clock.now());
      const reason = describeFailure(error);
      store.markFailed(id, reason, clock.now());
      log.warn({ rendition: id, profile, err: error }, "rendition failed");
    }
    const settled = store.rendition(id);
    if (settled) onSettled(settled);
  }

  async function make(rendition: Rendition, scratch: string, signal: AbortSignal): Promise<void> {
    const profile = profiles.find(({ name }) => name === rendition.profile);
    const asset = store.assetOf(rendition.assetSha256);
    if (!profile || !asset)
      throw new AppError("invalid", `There is no profile "${rendition.profile}" any more.`);
    const made = await transcode({
      ffmpeg,
      sourcePath: library.pathOf(asset.sha256),
      durationMs: asset.durationMs,
      profile,
      scratch,
      signal,
      onProgress: progressOf(rendition.id),
    });
    const staged = await library.adopt(made.path);
    signal.throwIfAborted();
    // The file is in place before the row says so; after a kill between the two it is simply made again.
    staged.commit();
    const { sha256, bytes } = staged;
    const { loudnessLufs, truePeakDbtp } = made;
    const durationMs = Math.round(made.durationMs);
    store.markReady(
      rendition.id,
      { sha256, bytes, mime: profile.mime, durationMs, loudnessLufs, truePeakDbtp },
      clock.now(),
    );
  }

  /** At most two writes a second, and only when the per cent changed. 100 is for what is ready. */
  function progressOf(id: string): (fraction: number) => void {
    let savedPercent = 0;
    let savedAt = 0;
    return (fraction) => {
      const percent = Math.min(99, Math.floor(fraction * 100));
      const now = clock.now();
      if (percent <= savedPercent || now - savedAt < PROGRESS_EVERY_MS) return;
      store.saveProgress(id, percent, now);
      savedPercent = percent;
      savedAt = now;
    };
  }

  return {
    wake,
    start() {
      stopping = new AbortController();
      store.recover(MAX_ATTEMPTS, ABANDONED, clock.now());
      wake();
    },
    async stop() {
      stopping?.abort(new Error("The server is stopping."));
      await Promise.all(running);
    },
  };
}
