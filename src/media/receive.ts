import type { Clock } from "../clock.ts";
import { createTransact, type Database } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import { inspectUpload } from "./inspect.ts";
import { checkDigest, checkSize } from "./intake.ts";
import type { Asset } from "./media.ts";
import type { MediaLibrary, StagedFile } from "./media-library.ts";
import type { MediaStore } from "./media-store.ts";
import { makeCover } from "./picture/cover.ts";
import type { StreamedUpload, Upload, UploadedFile } from "./upload.ts";
import type { UploadSpace } from "./upload-space.ts";

interface Dependencies {
  db: Database;
  store: MediaStore;
  library: MediaLibrary;
  ffmpeg: Ffmpeg;
  clock: Clock;
  maxUploadBytes: number;
  space: Pick<UploadSpace, "reserve">;
  requireMount: () => void;
  /** Called in the transaction that records an asset, new or known. */
  onReceived(sha256: string): void;
}

export interface Receiver {
  /**
   * Stores an upload, then calls `attach` in the transaction that records it; when that throws, nothing is kept.
   * Idempotent: known bytes are attached again.
   * @throws {AppError} `invalid` (no usable media, cut off, wrong digest), `too_large`, `no_space`, `unavailable` (not
   *   examined); after the last two a whole file is where it was, to be handed in again
   */
  receiveUpload(upload: Upload, attach: (asset: Asset) => void): Promise<Asset>;
  /**
   * Makes a podcast cover of an uploaded picture, then calls `attach` in the transaction that records it.
   * @throws {AppError} `invalid` when it is no picture
   */
  receiveCover(upload: Upload, attach: (sha256: string) => void): Promise<void>;
}

const originOf = (upload: Upload): Asset["synthetic"] => ("synthetic" in upload && upload.synthetic) || null;

/** Takes files in: streamed or lying here already, recordings and pictures. */
export function createReceiver(dependencies: Dependencies): Receiver {
  const { db, store, library, ffmpeg, clock, maxUploadBytes, space, requireMount, onReceived } = dependencies;
  const transact = createTransact(db);

  const record = (asset: Asset, makerId: string | undefined, attach: (asset: Asset) => void): void =>
    transact(() => {
      if (store.assetOf(asset.sha256)) store.receivedAgain(asset, clock.now());
      else store.insertAsset(asset);
      if (makerId !== undefined) store.addMaker(asset.sha256, makerId, clock.now());
      onReceived(asset.sha256);
      attach(asset);
    });

  /** File, then rows, in one turn of the event loop: no other upload of the same bytes can come between. */
  function keep(
    staged: StagedFile,
    asset: Asset,
    makerId: string | undefined,
    attach: (asset: Asset) => void,
  ): void {
    const { created } = staged.commit();
    try {
      record(asset, makerId, attach);
    } catch (error) {
      if (created) library.retract(asset.sha256, staged.path);
      throw error;
    }
  }

  const withStaged = <T>(upload: Upload, work: (staged: StagedFile) => Promise<T>): Promise<T> =>
    "stream" in upload ? withStream(upload, work) : withFile(upload, work);

  async function withStream<T>(upload: StreamedUpload, work: (staged: StagedFile) => Promise<T>): Promise<T> {
    checkSize(upload.declaredBytes, maxUploadBytes);
    let arrivedBytes = 0;
    const reservation = space.reserve(upload.declaredBytes ?? 0, () => arrivedBytes);
    const onBytes = (bytes: number) => reservation.cover((arrivedBytes = bytes));
    try {
      const staged = await library.receive(upload.stream, { ...upload, maxBytes: maxUploadBytes, onBytes });
      try {
        return await work(staged);
      } finally {
        await staged.discard();
      }
    } finally {
      reservation.end();
    }
  }

  /** Needs no space: what is on this file system already is only renamed. */
  async function withFile<T>(upload: UploadedFile, work: (staged: StagedFile) => Promise<T>): Promise<T> {
    requireMount();
    const staged = await library.adopt(upload.path);
    try {
      checkDigest(staged.sha256, upload.declaredSha256);
      await upload.onDigest?.(staged.sha256);
      const result = await work(staged);
      await staged.discard();
      return result;
    } catch (error) {
      if (error instanceof AppError && error.code === "invalid") await staged.discard();
      throw error;
    }
  }

  async function describe(staged: StagedFile, upload: Upload): Promise<Asset> {
    const { durationMs, probe } = await inspectUpload(ffmpeg, staged.path);
    return {
      sha256: staged.sha256,
      bytes: staged.bytes,
      probe,
      durationMs: Math.round(durationMs),
      originalName: upload.originalName,
      synthetic: originOf(upload),
      listening: null,
      createdAt: clock.now(),
    };
  }

  return {
    receiveUpload: (upload, attach) =>
      withStaged(upload, async (staged) => {
        const known = store.assetOf(staged.sha256);
        const asset = known
          ? { ...known, synthetic: known.synthetic ?? originOf(upload) }
          : await describe(staged, upload);
        keep(staged, asset, upload.makerId, attach);
        return asset;
      }),

    receiveCover: (upload, attach) =>
      withStaged(upload, (staged) =>
        library.withScratch(async (scratch) => {
          const cover = await library.adopt(await makeCover(ffmpeg, staged.path, scratch));
          cover.commit();
          transact(() => {
            store.receiveCover(cover.sha256, cover.bytes, clock.now());
            attach(cover.sha256);
          });
        }),
      ),
  };
}
