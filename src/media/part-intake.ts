import type { BaseLogger } from "pino";
import { type Clock, DAY_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { fileNameOf } from "./file-name.ts";
import type { UploadedFile } from "./upload.ts";
import type { Part, UploadParts } from "./upload-parts.ts";

/** Where a recording goes, as `episodes/<id>/segments/<n>`, `sessions/<id>`, or `recordings/<word>` for no place yet. */
export interface UploadTarget {
  /**
   * Notes which place that is and what is there now, for `receive`: an upload may last for hours.
   * @throws {AppError} `not_found` when there is no such place
   */
  look(path: string): string;
  /**
   * Takes the whole file in and puts it where `before` was noted. What cannot be put there stays in the library, and
   * `refusal` says why.
   * @throws {AppError} as for any upload
   */
  receive(
    before: string,
    file: UploadedFile,
    userId: string,
  ): Promise<{ sha256: string; refusal: AppError | null }>;
}

interface Options {
  parts: UploadParts;
  /** A part that got nothing for so long is removed. */
  expiryMs: number;
  target: UploadTarget;
  /** Called when an upload needs no space of its own any more. */
  onEnd: (id: string) => void;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "error">;
}

/** Somebody sent all of it: time for an operator to mend what keeps it out of the library. */
const WHOLE_KEPT_MS = 30 * DAY_MS;

const displaced = (reason: string, sha256: string) =>
  new AppError("conflict", reason, {
    hint: `The recording is in the media library as ${sha256}. If it shall be used all the same, use it from there or upload it again.`,
  });

/** Brings complete parts into the library, each once, also after a kill at any point. */
export function createPartIntake({ parts, expiryMs, target, onEnd, clock, log }: Options) {
  /** Being taken in; whoever asks waits for it. */
  const arriving = new Map<string, Promise<string>>();
  let isStopped = false;

  /** Only a refused part goes, as any refused upload does; whatever else went wrong may go right another time. */
  async function takeIn(id: string): Promise<string> {
    const part = await parts.find(id);
    if (!part) throw new AppError("not_found", `There is no upload with id "${id}".`);
    const { metadata, notes } = part;
    if (notes.asset && notes.refusal) throw displaced(notes.refusal, notes.asset);
    if (notes.asset) return notes.asset;
    parts.fetchBack(part);
    const file: UploadedFile = {
      path: parts.pathOf(id),
      originalName: fileNameOf(metadata?.["filename"] ?? "", "Upload-Metadata"),
      onDigest: (digest) => parts.note(id, { digest }),
    };
    if (metadata?.["sha256"]) file.declaredSha256 = metadata["sha256"];
    const { sha256, refusal } = await target.receive(notes.before, file, notes.owner).catch(async (error) => {
      if (error instanceof AppError && error.code === "invalid") await forget(id);
      throw error;
    });
    await parts.note(id, { asset: sha256, ...(refusal ? { refusal: refusal.message } : {}) });
    onEnd(id);
    if (refusal) throw displaced(refusal.message, sha256);
    return sha256;
  }

  async function forget(id: string): Promise<void> {
    await parts.forget(id);
    onEnd(id);
  }

  /** Takes a complete part in, once. @returns the asset's SHA-256 */
  function arrive(id: string): Promise<string> {
    const under = arriving.get(id);
    if (under) return under;
    const work = takeIn(id).finally(() => arriving.delete(id));
    arriving.set(id, work);
    return work;
  }

  /** When it is removed unless more comes, epoch milliseconds; `null` when nothing is left of it. */
  function endOf(id: string, isWhole: boolean): number | null {
    const touchedAt = parts.touchedAt(id);
    return touchedAt === null ? null : touchedAt + (isWhole ? WHOLE_KEPT_MS : expiryMs);
  }

  async function expire(id: string, isWhole: boolean): Promise<void> {
    const end = endOf(id, isWhole);
    if (end === null || clock.now() < end) return;
    await forget(id);
    if (isWhole) log.error({ upload: id }, "a complete upload that could never be taken in was removed");
    else log.info({ upload: id }, "an abandoned upload expired");
  }

  return {
    arrive,
    /** When an unfinished upload is removed unless more comes, epoch milliseconds; `null` for a complete one. */
    expiresAt: (part: Part): number | null =>
      part.notes.asset || parts.isWhole(part) ? null : endOf(part.id, false),
    /** Resolves when it is not being taken in, however that ended. */
    settled: (id: string): Promise<unknown> => Promise.allSettled([arriving.get(id)]),

    /**
     * Takes in what a kill or an error left between the last byte and the library; then removes what nothing was added
     * to for long, and what is known of uploads that ended as long ago.
     */
    async sweep(): Promise<void> {
      for (const id of parts.ids()) {
        if (isStopped) return;
        if (arriving.has(id)) continue;
        const part = await parts.find(id).catch((error: unknown) => {
          log.error({ upload: id, err: error }, "the record of an upload cannot be read");
        });
        if (part === undefined) continue;
        const isWhole = part !== null && !part.notes.asset && parts.isWhole(part);
        if (isWhole) {
          const error = await arrive(id).then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (error === null) continue;
          log.error({ upload: id, err: error }, "a complete upload could not be taken in");
        }
        await expire(id, isWhole);
      }
    },

    async stop(): Promise<void> {
      isStopped = true;
      await Promise.allSettled(arriving.values());
    },
  };
}
