import type { BaseLogger } from "pino";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Composition } from "./composition.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import { inputOptionsFor, mostOf } from "./inspect.ts";
import type { Rendition } from "./media.ts";
import type { MediaLibrary, StagedFile } from "./media-library.ts";
import type { MediaStore, RenditionPart } from "./media-store.ts";
import { makePictureRenditions } from "./picture/make.ts";
import type { PartFile } from "./picture/stream.ts";
import type { Profile } from "./profiles.ts";
import { scratchBytesOf } from "./scratch-estimate.ts";
import type { ScratchSpace } from "./scratch-space.ts";
import { type Made, makeSoundRenditions } from "./sound/make.ts";
import type { ClipSource, SoundContext } from "./sound/work.ts";
import { storedPath } from "./stored-recording.ts";
import { describeFailure, isPassing } from "./transcode-failure.ts";

/** A made file, and what belongs to it. */
export interface MadeRendition extends Made {
  parts?: PartFile[];
}

interface Dependencies {
  store: MediaStore;
  library: MediaLibrary;
  ffmpeg: Ffmpeg;
  transact: Transact;
  clock: Clock;
  log: Pick<BaseLogger, "warn">;
  space: ScratchSpace;
  /** The picture that goes with podcasts whose programme has none of its own. */
  defaultCover: string;
}

export type MakeRenditions = (
  work: { composition: Composition; wanted: readonly { rendition: Rendition; profile: Profile }[] },
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
) => Promise<void>;

/**
 * Makes the renditions of one composition that one job is for, and records each as ready or failed.
 * @throws {Error} why nothing was made, or what may pass: then it may be called again; or the signal's reason
 */
export function createRenditionMaker(dependencies: Dependencies): MakeRenditions {
  const { store, library, ffmpeg, transact, clock, log, space, defaultCover } = dependencies;

  async function clipsOf({ clips }: Composition): Promise<ClipSource[]> {
    const sources: ClipSource[] = [];
    for (const { assetSha256, fromMs, toMs, gapBeforeMs } of clips) {
      const asset = store.assetOf(assetSha256);
      if (!asset) throw new AppError("invalid", `The recording ${assetSha256} is gone.`);
      const { probe, durationMs } = asset;
      const trim = fromMs === null || toMs === null ? null : { fromMs, toMs };
      sources.push({
        path: await storedPath(library, asset),
        probe,
        options: inputOptionsFor(probe, durationMs),
        maxMs: mostOf(durationMs),
        trim,
        durationMs: trim ? trim.toMs - trim.fromMs : durationMs,
        gapBeforeMs,
      });
    }
    return sources;
  }

  async function keep(
    { rendition, profile }: { rendition: Rendition; profile: Profile },
    made: MadeRendition,
    signal: AbortSignal,
  ): Promise<void> {
    const main = await library.adopt(made.path);
    const staged: [StagedFile, string][] = [];
    for (const { path, mime } of made.parts ?? []) staged.push([await library.adopt(path), mime]);
    // From here on in one turn of the event loop: a file of what was cancelled would belong to nothing.
    signal.throwIfAborted();
    // The files are in place before the row says so; after a kill between the two they are simply made again.
    const parts = staged.map(([file, mime]): RenditionPart => {
      file.commit();
      return { sha256: file.sha256, bytes: file.bytes, mime };
    });
    main.commit();
    const { sha256, bytes } = main;
    const { lufs = null, truePeakDbtp = null, by = null } = made.loudness ?? {};
    const finished = {
      sha256,
      bytes,
      mime: profile.mime,
      durationMs: Math.round(made.durationMs),
      loudnessLufs: lufs,
      truePeakDbtp,
      loudnessBy: by,
    };
    transact(() => store.markReady(rendition.id, finished, parts, clock.now()));
  }

  return async ({ composition, wanted }, signal, onProgress) => {
    const missing = wanted.filter(({ rendition }) => !copyTwin(rendition));
    if (missing.length === 0) return;
    const profiles = missing.map(({ profile }) => profile);
    const clips = await clipsOf(composition);
    const durationMs = clips.reduce((sum, clip) => sum + clip.gapBeforeMs + clip.durationMs, 0);
    const release = space.reserve(scratchBytesOf({ clips, durationMs }, profiles, composition.bypass));
    for (const { rendition } of missing) store.setState(rendition.id, "running", null, clock.now());
    const making = library.withScratch(async (scratch) => {
      const context: SoundContext = {
        ffmpeg,
        clips,
        durationMs,
        scratch,
        timeLimitMs: 2 * MINUTE_MS + 2 * durationMs,
        signal,
      };
      const sound = profiles.filter((profile) => profile.type === "sound" || profile.type === "waveform");
      const made: Map<string, MadeRendition | Error> =
        sound.length > 0
          ? await makeSoundRenditions(context, composition, sound, coverOf(composition), onProgress)
          : await makePictureRenditions(context, profiles, hashOf, onProgress);
      const reasons: Error[] = [];
      for (const { rendition, profile } of missing) {
        signal.throwIfAborted();
        const result = made.get(profile.name) ?? new Error("nothing was made");
        if (!(result instanceof Error)) {
          await keep({ rendition, profile }, result, signal);
          continue;
        }
        reasons.push(result);
        if (!isPassing(result)) fail(rendition, result);
      }
      // What was made is kept: the job is tried again for what may yet be made, and fails when it made nothing.
      const reason = reasons.find(isPassing) ?? (reasons.length === missing.length ? reasons[0] : undefined);
      if (reason) throw reason;
    });
    await making.finally(release);
  };

  function copyTwin({ id, derivation }: Rendition): boolean {
    const twin = store.readyTwin(derivation);
    if (!twin) return false;
    transact(() => {
      if (store.markReady(id, twin, [], clock.now())) store.copyParts(twin.id, id);
    });
    return true;
  }

  function fail({ id, profile }: Rendition, error: Error): void {
    log.warn({ rendition: id, profile, err: error }, "rendition failed");
    store.setState(id, "failed", describeFailure(error), clock.now());
  }

  function coverOf({ labels }: Composition): string {
    return labels.cover === null ? defaultCover : library.pathOf(labels.cover);
  }

  async function hashOf(path: string): Promise<string> {
    const { sha256 } = await library.adopt(path);
    return sha256;
  }
}
