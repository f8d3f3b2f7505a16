import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import { inspectUpload } from "./inspect.ts";
import { checkDigest } from "./intake.ts";
import { type Asset, ORIGINAL_MIME, profileFor, type Rendition } from "./media.ts";
import type { MediaLibrary, StagedFile } from "./media-library.ts";
import { createMediaStore } from "./media-store.ts";
import type { Profile } from "./profiles.ts";
import { createTranscodeQueue } from "./transcode-queue.ts";
import type { Upload } from "./upload.ts";

export type { Asset, Rendition } from "./media.ts";
export type { Upload } from "./upload.ts";

/** What is served under a SHA-256. */
export interface ServedMedia {
  sha256: string;
  bytes: number;
  mime: string;
}

export interface MediaService {
  /**
   * Stores an upload and queues its renditions, then calls `attach` in the transaction that records it; when that
   * throws, nothing is kept. Idempotent: known bytes are attached again, and their failed renditions queued again.
   * @throws {AppError} `invalid` (no usable media, cut off, wrong digest), `too_large`, `unavailable` (disk full)
   */
  receiveUpload(upload: Upload, attach: (asset: Asset) => void): Promise<Asset>;
  assetOf(sha256: string): Asset | null;
  renditionsOf(assetSha256: string): Rendition[];
  /** The rendition a kind of device plays, or `null` while there is none ready. */
  playableFor(assetSha256: string, kind: DeviceKind): Rendition | null;
  /** What may be served under this name: a ready rendition or an original. */
  servedAs(sha256: string): ServedMedia | null;
  /** @throws {AppError} `not_found`, or `conflict` when it has not failed */
  retryRendition(id: string): Rendition;
  /** Called after a rendition became ready or failed, once that is committed. */
  onSettled(listener: (rendition: Rendition) => void): void;
  /** Takes up what a stop or a crash left behind and begins to transcode. */
  start(): void;
  /** Ends running ffmpeg processes; their renditions go back into the queue. */
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
  /** How many renditions are made at once. */
  concurrency: number;
}

export function createMediaService(options: Options): MediaService {
  const { db, library, ffmpeg, profiles, clock, log, maxUploadBytes, concurrency } = options;
  const store = createMediaStore(db);
  const listeners: ((rendition: Rendition) => void)[] = [];
  const onSettled = (rendition: Rendition) => {
    for (const listener of listeners) listener(rendition);
  };
  const queue = createTranscodeQueue({
    store,
    library,
    ffmpeg,
    profiles,
    clock,
    log,
    concurrency,
    onSettled,
  });

  const record = db.transaction((asset: Asset, attach: (asset: Asset) => void) => {
    if (!store.assetOf(asset.sha256)) store.insertAsset(asset);
    const now = clock.now();
    for (const { name, video } of profiles) {
      if (video && asset.kind !== "video") continue;
      store.queueRendition({ id: uuidv7(), assetSha256: asset.sha256, profile: name, now });
    }
    attach(asset);
  });

  /** File, then rows, in one turn of the event loop: no other upload of the same bytes can come between. */
  function keep(staged: StagedFile, asset: Asset, attach: (asset: Asset) => void): void {
    const { created } = staged.commit();
    try {
      record.immediate(asset, attach);
    } catch (error) {
      if (created) library.retract(asset.sha256);
      throw error;
    }
  }

  async function stage(upload: Upload): Promise<StagedFile> {
    if ("stream" in upload) return library.receive(upload.stream, { ...upload, maxBytes: maxUploadBytes });
    const staged = await library.adopt(upload.path);
    try {
      checkDigest(staged.sha256, upload.declaredSha256);
      return staged;
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }

  async function describe(staged: StagedFile, originalName: string): Promise<Asset> {
    const probe = await inspectUpload(ffmpeg, staged.path);
    return {
      sha256: staged.sha256,
      bytes: staged.bytes,
      kind: probe.kind,
      container: probe.container,
      audioCodec: probe.audio.codec,
      videoCodec: probe.video?.codec ?? null,
      durationMs: Math.round(probe.durationMs),
      originalName,
      createdAt: clock.now(),
    };
  }

  return {
    async receiveUpload(upload, attach) {
      const staged = await stage(upload);
      try {
        const asset = store.assetOf(staged.sha256) ?? (await describe(staged, upload.originalName));
        keep(staged, asset, attach);
        queue.wake();
        return asset;
      } finally {
        await staged.discard();
      }
    },

    assetOf: store.assetOf,
    renditionsOf: store.renditionsOf,

    playableFor(assetSha256, kind) {
      const asset = store.assetOf(assetSha256);
      const rendition = asset && store.renditionFor(assetSha256, profileFor(kind, asset));
      return rendition?.state === "ready" ? rendition : null;
    },

    servedAs(sha256) {
      const { bytes, mime } = store.readyRendition(sha256) ?? {};
      if (bytes && mime) return { sha256, bytes, mime };
      const asset = store.assetOf(sha256);
      return asset && { sha256, bytes: asset.bytes, mime: ORIGINAL_MIME };
    },

    retryRendition(id) {
      if (!store.rendition(id)) throw notFound("rendition", id);
      if (!store.retry(id, clock.now()))
        throw new AppError("conflict", "Only a failed rendition can be retried.");
      queue.wake();
      const rendition = store.rendition(id);
      if (!rendition) throw notFound("rendition", id);
      return rendition;
    },

    onSettled: (listener) => void listeners.push(listener),

    start() {
      library.clearTemp();
      queue.start();
    },
    stop: () => queue.stop(),
  };
}
