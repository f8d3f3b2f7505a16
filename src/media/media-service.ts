import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import pLimit from "p-limit";
import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { createTransact, type Database } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import type { Composition } from "./composition.ts";
import { createCompositions, type DeviceRendition } from "./compositions.ts";
import { createHearing } from "./ear/hearing.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import { etaOf, hasFailed, isOpen, type Job, type JobState } from "./jobs/job.ts";
import { createJobQueue } from "./jobs/job-queue.ts";
import { createJobStore } from "./jobs/job-store.ts";
import { type Asset, type Maker, ORIGINAL_MIME, type Rendition, SPEECH_MIME } from "./media.ts";
import type { MediaLibrary } from "./media-library.ts";
import { createMediaStore } from "./media-store.ts";
import { COVER_MIME } from "./picture/cover.ts";
import { type Link, laneOf, type Profile, playedOn } from "./profiles.ts";
import { createReceiver, type Receiver } from "./receive.ts";
import { createRenditionMaker } from "./rendition-maker.ts";
import type { ScratchSpace } from "./scratch-space.ts";
import type { UploadSpace } from "./upload-space.ts";

export type { Composition } from "./composition.ts";
export type { Asset, Rendition } from "./media.ts";
export type { Upload } from "./upload.ts";

/** What is served under a SHA-256. */
export interface ServedMedia {
  sha256: string;
  bytes: number;
  mime: string;
}

/** What a kind of device plays. */
export interface Playable extends Rendition {
  /** SHA-256 of the stream that can be shown while the device lacks the file; `null` for none. */
  stream: string | null;
}

export interface MediaService extends Receiver {
  assetOf(sha256: string): Asset | null;
  /**
   * Records what is to be rendered and queues what is missing of it; renditions with the same bytes are not made
   * twice. Call it in the transaction that refers to it. Idempotent; failed renditions are tried again.
   * @returns the composition's id
   */
  compose(composition: Composition): string;
  compositionOf(id: string): Composition | null;
  /** How long the whole of it is on air, gaps too, in milliseconds. */
  lengthOf(compositionId: string): number | null;
  /** One for each profile, by name, as the profiles are now. */
  renditionsOf(compositionId: string): Rendition[];
  /** How far the work on it is, in per cent, the milliseconds that are left, and the job that makes it or waits to. */
  progressOf(rendition: Rendition): { progress: number; etaMs: number | null; job: Job | null };
  /** The newest job that listens to a recording, whatever became of it. */
  listeningJobOf(sha256: string): Job | null;
  /** The rendition a kind of device plays, or `null` while there is none ready. */
  playableFor(compositionId: string, kind: DeviceKind): Playable | null;
  /** All that devices may be given of it, whatever their line is like: what is reviewed. */
  forDevices(compositionId: string): DeviceRendition[];
  /** Who sent or spoke any of the recordings that are heard in it, by their ids. */
  makersOf(compositionId: string): string[];
  /** Who sent or spoke one recording. */
  makersOfRecording(sha256: string): Maker[];
  /** Why it cannot air, or `null`: what is heard in it, then what is not rendered yet. */
  whyNotAirable(compositionId: string): string | null;
  /** When it is expected on air: the earliest is rendered first. */
  expectOnAir(compositionId: string, airAt: number | null): void;
  /** What may be served under this name: a ready rendition, a part of one, or an original. */
  servedAs(sha256: string): ServedMedia | null;
  /** Renders again what has this file, which was found damaged; false when nothing current has it. */
  makeAnew(sha256: string): boolean;
  /** @throws {AppError} `not_found`, or `conflict` when it has not failed */
  retryRendition(id: string): Rendition;
  /** Called before work is taken up, once what was queued is committed. */
  onQueued(listener: () => void): void;
  /** Called after a composition's renditions became ready or failed, once that is committed. */
  onSettled(listener: (compositionId: string) => void): void;
  /** What a person calls the subject of a job. */
  titleOf(job: Pick<Job, "kind" | "subject">): string;
  jobs: {
    /** Newest first; `before` is the last id of the page before. */
    page(state: JobState | null, before: string, limit: number): Job[];
    /** @throws {AppError} `not_found` */
    get(id: string): Job;
    /** What is running, then what is queued, the most urgent first: `limit` of them. */
    open(limit?: number): Job[];
    countOpen(): number;
    /** @throws {AppError} `not_found`, or `conflict` when it has ended */
    cancel(id: string): Job;
    /**
     * Asks anew for what a job was to do; the job that does it.
     * @throws {AppError} `not_found`, or `conflict` when it neither failed nor was cancelled or nothing of it is left
     */
    retry(id: string): Job;
    /** Called after each change; the returned function ends it. */
    watch(listener: (job: Job) => void): () => void;
  };
  /**
   * Takes up what a stop or a crash left behind, queues what changed profiles ask for, and begins to work.
   * @param inUse the compositions that may yet be aired
   */
  start(inUse: readonly string[]): void;
  /** Ends running ffmpeg processes; their jobs go back into the queue. */
  stop(): Promise<void>;
}

interface Options {
  db: Database;
  library: MediaLibrary;
  ffmpeg: Ffmpeg;
  profiles: readonly Profile[];
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  maxUploadBytes: number;
  /** Where streamed uploads have their room reserved. */
  space: Pick<UploadSpace, "reserve">;
  /** Where jobs have the room reserved that they need on the way. */
  scratchSpace: ScratchSpace;
  /** Throws when the library's disk is not there. */
  requireMount: () => void;
  /** What the line to the devices is like. */
  deviceLink: Link;
  /** How many jobs are worked on at once. */
  concurrency: number;
  /** The picture that goes with podcasts whose programme has none of its own. */
  defaultCover: string;
}

export function createMediaService(options: Options): MediaService {
  const { db, library, ffmpeg, profiles, clock, log, maxUploadBytes, space, requireMount } = options;
  const { concurrency, scratchSpace, defaultCover, deviceLink } = options;
  const store = createMediaStore(db);
  const jobStore = createJobStore(db);
  const transact = createTransact(db);
  const settledListeners: ((compositionId: string) => void)[] = [];
  const queuedListeners: (() => void)[] = [];
  let isWakeDue = false;
  const jobListeners = new Set<(job: Job) => void>();
  const addJob = (kind: Job["kind"], subject: string, airAt: number | null = null) => {
    jobStore.add({ kind, subject, airAt, now: clock.now() });
    if (isWakeDue) return;
    isWakeDue = true;
    // The transaction that this is part of commits before the turn of the event loop ends.
    queueMicrotask(takeUp);
  };
  const hasOpenJob = (kind: Job["kind"], subject: string): boolean => isOpen(jobStore.latest(kind, subject));
  function takeUp(): void {
    isWakeDue = false;
    try {
      for (const listener of queuedListeners) listener();
      queue.wake();
    } catch (error) {
      // Nobody waits for this; the jobs stay in the database, and the next heartbeat takes them up.
      log.error({ err: error }, "queued work could not be taken up");
    }
  }
  // A job may have several passes side by side when it is alone; all jobs together have no more than there are places.
  const places = pLimit(concurrency);
  const working: Ffmpeg = { ...ffmpeg, run: (pass) => places(() => ffmpeg.run(pass)) };
  const make = createRenditionMaker({
    store,
    library,
    ffmpeg: working,
    transact,
    clock,
    log,
    space: scratchSpace,
    defaultCover,
  });
  const compositions = createCompositions({
    store,
    profiles,
    clock,
    defaultCover: createHash("sha256").update(readFileSync(defaultCover)).digest("hex"),
    addJob,
    hasOpenJob,
  });
  const hearing = createHearing({ store, jobs: jobStore, library, ffmpeg: working, addJob });
  const receiver = createReceiver({
    db,
    store,
    library,
    ffmpeg,
    clock,
    space,
    requireMount,
    maxUploadBytes,
    onReceived: hearing.request,
  });
  const queue = createJobQueue({
    store: jobStore,
    transact,
    clock,
    log,
    concurrency,
    requireLibrary: requireMount,
    perform,
    settle: settleJob,
    onChange: afterJob,
  });

  async function perform(
    job: Job,
    signal: AbortSignal,
    onProgress: (fraction: number) => void,
  ): Promise<void> {
    if (job.kind === "listen") return hearing.listen(job.subject, signal, onProgress);
    const composition = store.composition(job.subject);
    if (!composition) throw new AppError("invalid", "What was to be rendered is gone.");
    const wanted = compositions.unfinished(job.subject, job.kind);
    await make({ composition, wanted }, signal, onProgress);
  }

  /** What follows from a job's new state for the renditions it was to make. */
  function settleJob(job: Job): void {
    if (job.kind !== "listen") compositions.settle(job.subject, job.kind, job);
  }

  function afterJob(job: Job): void {
    if (job.kind !== "listen" && job.state !== "running") {
      for (const listener of settledListeners) listener(job.subject);
    }
    for (const listener of jobListeners) listener(job);
  }

  /** The stream that a device may show instead of a profile's rendition; `null` while there is none. */
  function standInFor(compositionId: string, profile: string): string | null {
    const stream = profiles.find((each) => each.type === "stream" && each.standsInFor === profile);
    // One of before that nothing asks for any more is not signed either.
    if (!stream || !compositions.current(compositionId).some((made) => made.profile === stream.name))
      return null;
    return compositions.readyOf(compositionId, stream.name)?.sha256 ?? null;
  }

  function getJob(id: string): Job {
    const job = jobStore.get(id);
    if (!job) throw notFound("job", id);
    return queue.withProgress(job);
  }

  return {
    receiveUpload: receiver.receiveUpload,
    receiveCover: receiver.receiveCover,
    assetOf: store.assetOf,
    compose(composition) {
      const id = compositions.compose(composition);
      for (const { assetSha256 } of composition.clips) hearing.request(assetSha256);
      return id;
    },
    compositionOf: store.composition,
    lengthOf: compositions.lengthOf,
    renditionsOf: compositions.current,
    expectOnAir: jobStore.setAirAt,

    progressOf({ compositionId, profile, state }) {
      if (state === "ready") return { progress: 100, etaMs: null, job: null };
      const lane = profiles.find(({ name }) => name === profile);
      const isMade = state === "queued" || state === "running";
      const latest = isMade && lane ? jobStore.latest(laneOf(lane), compositionId) : null;
      const job = latest && isOpen(latest) ? queue.withProgress(latest) : null;
      return job
        ? { progress: job.progress, etaMs: etaOf(job, clock.now()), job }
        : { progress: 0, etaMs: null, job: null };
    },
    listeningJobOf(sha256) {
      const job = jobStore.latest("listen", sha256);
      return job && queue.withProgress(job);
    },

    playableFor(compositionId, kind) {
      const current = compositions.current(compositionId);
      for (const { name, neededToAir } of playedOn(profiles, kind, deviceLink)) {
        const made = current.find(({ profile }) => profile === name);
        if (!made) continue;
        // Until a changed profile's rendition is made, the one before it is as good as it was.
        const playable = compositions.readyOf(compositionId, name);
        const isGivenUp = made.state === "failed" || made.state === "cancelled";
        // What could not be made, and need not be, leaves the place to the next best.
        if (playable || neededToAir === true || !isGivenUp)
          return playable && { ...playable, stream: standInFor(compositionId, name) };
      }
      return null;
    },

    forDevices: compositions.forDevices,
    makersOf: store.makersOf,
    makersOfRecording: store.makersOfRecording,

    whyNotAirable(compositionId) {
      return hearing.whyNotOnAir(compositionId) ?? compositions.whyNotRendered(compositionId);
    },

    servedAs(sha256) {
      const { bytes, mime } = store.readyRendition(sha256) ?? store.partOf(sha256) ?? {};
      if (bytes && mime) return { sha256, bytes, mime };
      const cover = store.coverOf(sha256);
      if (cover) return { sha256, bytes: cover.bytes, mime: COVER_MIME };
      const asset = store.assetOf(sha256);
      if (!asset) return null;
      const playable = asset.synthetic === null ? undefined : SPEECH_MIME[asset.probe.container];
      return { sha256, bytes: asset.bytes, mime: playable ?? ORIGINAL_MIME };
    },

    makeAnew: (sha256) => transact(() => compositions.makeAnew(sha256)),

    retryRendition(id) {
      if (!store.rendition(id)) throw notFound("rendition", id);
      if (!transact(() => compositions.retry(id)))
        throw new AppError("conflict", "Only a failed or cancelled rendition can be made again.");
      const rendition = store.rendition(id);
      if (!rendition) throw notFound("rendition", id);
      return rendition;
    },

    titleOf: ({ kind, subject }) =>
      (kind === "listen" ? store.assetOf(subject)?.originalName : store.composition(subject)?.labels.title) ??
      "",

    onQueued: (listener) => void queuedListeners.push(listener),
    onSettled: (listener) => void settledListeners.push(listener),

    jobs: {
      page: (state, before, limit) => jobStore.page(state, before, limit).map(queue.withProgress),
      open: (limit) => jobStore.open(limit).map(queue.withProgress),
      countOpen: jobStore.countOpen,
      get: getJob,
      cancel(id) {
        getJob(id);
        if (!queue.cancel(id)) throw new AppError("conflict", "The job has ended already.");
        return getJob(id);
      },
      retry(id) {
        const failed = getJob(id);
        const { kind, subject } = failed;
        if (!hasFailed(failed))
          throw new AppError("conflict", "Only a failed or cancelled job can be retried.");
        transact(() =>
          kind === "listen" ? hearing.request(subject) : compositions.retryLane(subject, kind),
        );
        const job = jobStore.latest(kind, subject);
        if (!job || !isOpen(job))
          throw new AppError("conflict", "Nothing of this job is left to do.", {
            hint: "What it was to make has been made since, or what it was for is gone.",
          });
        return queue.withProgress(job);
      },
      watch(listener) {
        jobListeners.add(listener);
        return () => void jobListeners.delete(listener);
      },
    },

    start(inUse) {
      library.clearTemp();
      transact(() => {
        for (const id of inUse) compositions.queueChanged(id);
        hearing.requestUnheard();
      });
      queue.start();
      // What a kill left between a job's end and its renditions' states.
      transact(() => compositions.takeUpUnattended());
      queue.wake();
    },
    stop: () => queue.stop(),
  };
}
