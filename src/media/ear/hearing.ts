import type { Ffmpeg } from "../ffmpeg.ts";
import { inputOptionsFor } from "../inspect.ts";
import { hasFailed, isOpen, type Job } from "../jobs/job.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { MediaLibrary } from "../media-library.ts";
import type { MediaStore } from "../media-store.ts";
import { storedPath } from "../stored-recording.ts";
import { listenTo } from "./listen.ts";
import { type HeardClip, whyNotOnAir } from "./on-air.ts";

interface Dependencies {
  store: MediaStore;
  jobs: JobStore;
  library: MediaLibrary;
  ffmpeg: Ffmpeg;
  addJob(kind: Job["kind"], subject: string): void;
}

/** Every recording is listened to once, by a job; what was heard decides whether it may air. */
export function createHearing({ store, jobs, library, ffmpeg, addJob }: Dependencies) {
  /** What in the clips that are used keeps it off the air, or that nobody has listened yet. */
  function whyNotHeardOnAir(compositionId: string): string | null {
    const heard: HeardClip[] = [];
    for (const clip of store.composition(compositionId)?.clips ?? []) {
      const listening = store.assetOf(clip.assetSha256)?.listening;
      if (!listening) return whyNotHeard(clip.assetSha256);
      heard.push({ ...clip, listening });
    }
    return whyNotOnAir(heard);
  }

  function whyNotHeard(sha256: string): string {
    const job = jobs.latest("listen", sha256);
    if (isOpen(job)) return "it is being listened to";
    if (job?.state === "failed") return `it could not be listened to: ${job.error ?? "unknown reason"}`;
    return job?.state === "cancelled"
      ? "it has not been listened to: that was cancelled"
      : "it has not been listened to";
  }

  function request(sha256: string): void {
    const asset = store.assetOf(sha256);
    if (asset && !asset.listening) addJob("listen", sha256);
  }

  return {
    /** Has it listened to, unless it was. */
    request,
    /** What failed or was cancelled is asked for by people: a recording that ends the server would do so for ever. */
    requestUnheard(): void {
      for (const sha256 of store.unheard()) if (!hasFailed(jobs.latest("listen", sha256))) request(sha256);
    },
    whyNotOnAir: whyNotHeardOnAir,

    /** Does the work of a job; nothing when it is done or its recording is gone. */
    async listen(sha256: string, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void> {
      const asset = store.assetOf(sha256);
      if (!asset || asset.listening) return;
      const { probe, durationMs } = asset;
      const path = await storedPath(library, asset);
      const listening = await library.withScratch((scratch) =>
        listenTo({
          ffmpeg,
          path,
          inputOptions: inputOptionsFor(probe, durationMs),
          probe,
          durationMs,
          scratch,
          signal,
          onProgress,
        }),
      );
      store.setListening(sha256, listening);
    },
  };
}
