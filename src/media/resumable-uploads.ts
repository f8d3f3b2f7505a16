import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { Server, Upload } from "@tus/server";
import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import { type Clock, HOUR_MS, repeat } from "../clock.ts";
import { AppError, invalid } from "../errors.ts";
import { cleanFileName } from "./media.ts";
import type { UploadedFile } from "./upload.ts";

/** Where a recording goes, as `episodes/<id>/segments/<n>` or `sessions/<id>`. */
export interface UploadTarget {
  /** @throws {AppError} `not_found` when there is no such place */
  check(path: string): void;
  /** Takes the whole file in and puts it there; its SHA-256. @throws {AppError} as for any upload */
  receive(path: string, file: UploadedFile): Promise<string>;
}

interface Options {
  /** On the library's own file system. */
  dir: string;
  maxUploadBytes: number;
  /** What is left free beside the uploads. */
  reserveBytes: number;
  /** A part that got nothing for so long is removed. */
  expiryMs: number;
  target: UploadTarget;
  mayUpload: (bytes: number) => void;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
}

/**
 * What is written down of an upload: `filename`, `target` and `sha256` as the client said, the `owner`'s id, and the
 * `asset`'s SHA-256 once the recording is in the library.
 */
type Metadata = Record<string, string | null>;

export type ResumableUploads = ReturnType<typeof createResumableUploads>;

const UPLOAD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SWEEP_EVERY_MS = HOUR_MS;
/** A length is declared before the first byte: space is reserved by it. */
const EXTENSIONS = ["creation", "creation-with-upload", "termination"];

/** Parts as files; what is in the library already is told as complete, though its part is gone. */
class PartStore extends FileStore {
  constructor(directory: string) {
    super({ directory });
    this.extensions = EXTENSIONS;
  }
  override async getUpload(id: string): Promise<Upload> {
    const known = await this.configstore.get(id);
    if (!known?.metadata?.["asset"]) return super.getUpload(id);
    return complete(id, known, known.metadata);
  }
}

const complete = (id: string, { size = 0 }: Pick<Upload, "size">, metadata: Metadata): Upload =>
  new Upload({ id, size, offset: size, metadata });

/**
 * Resumable uploads by the tus protocol 1.0. A part survives a cut, a closed lid and a restart of the server; when its
 * last byte is there it is taken in like any other upload, once, also after a kill between the two.
 */
export function createResumableUploads(options: Options) {
  const { dir, maxUploadBytes, reserveBytes, expiryMs, target, mayUpload, clock, log } = options;
  mkdirSync(dir, { recursive: true });
  const store = new PartStore(dir);
  /** Who asks, and what went wrong with it; tus itself knows neither. */
  const requests = new WeakMap<Request, { owner: string; problem: AppError | null }>();
  /** Being taken in; whoever asks waits for it. */
  const arriving = new Map<string, Promise<string>>();
  let stopSweeping = () => {};

  const server = new Server({
    path: "/api/v1/uploads",
    datastore: store,
    relativeLocation: true,
    maxSize: maxUploadBytes,
    namingFunction: () => uuidv7(),
    generateUrl: (_request, { path, id }) => `${path}/${id}`,
    getFileIdFromRequest: (_request, last) => (last !== undefined && UPLOAD_ID.test(last) ? last : undefined),
    onUploadCreate: (request, upload) => noting(request, () => admit(request, upload)),
    onIncomingRequest: (request, id) => noting(request, () => onlyOwner(request, id)),
    onUploadFinish: (request, upload) =>
      noting(request, async () => {
        const sha256 = await arrive(upload);
        return { headers: { "Content-Location": `/media/${sha256}` } };
      }),
  });

  /** tus knows only errors of its own, so ours is kept beside the request. */
  async function noting<T>(request: Request, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const noted = requests.get(request);
      if (noted && error instanceof AppError) noted.problem = error;
      throw error;
    }
  }

  async function admit(request: Request, upload: Upload): Promise<{ metadata: Metadata }> {
    const given = upload.metadata ?? {};
    const { filename, sha256, target: path } = given;
    if (sha256 && !/^[0-9a-f]{64}$/.test(sha256)) {
      throw invalid("Upload-Metadata", "`sha256` must be 64 hexadecimal digits in lower case.");
    }
    if (!path) {
      throw invalid(
        "Upload-Metadata",
        "`target` is missing.",
        "Say where the recording goes: episodes/<id>/segments/<n> or sessions/<id>.",
      );
    }
    target.check(path);
    const bytes = upload.size ?? 0;
    if (bytes === 0) throw invalid("Upload-Length", "The upload is empty.", "Choose the recording itself.");
    mayUpload(bytes);
    await reserve(bytes);
    const owner = requests.get(request)?.owner ?? "";
    return {
      metadata: {
        filename: cleanFileName(filename ?? ""),
        target: path,
        owner,
        ...(sha256 ? { sha256 } : {}),
      },
    };
  }

  /** @throws {AppError} `unavailable` when the disk cannot hold it beside what is on its way already */
  async function reserve(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(dir);
    const free = bavail * bsize - (await outstandingBytes());
    if (free - bytes >= reserveBytes) return;
    const megabytes = (size: number) => Math.max(0, Math.floor(size / 1024 / 1024));
    throw new AppError(
      "unavailable",
      `There is no room for ${megabytes(bytes)} MB: ${megabytes(free - reserveBytes)} MB are free for uploads.`,
      { hint: "Tell the administrator; when other uploads have ended there may be room again." },
    );
  }

  async function outstandingBytes(): Promise<number> {
    let bytes = 0;
    for (const id of ids()) {
      const upload = await store.getUpload(id).catch(() => null);
      if (upload) bytes += Math.max(0, (upload.size ?? 0) - upload.offset);
    }
    return bytes;
  }

  /** Somebody else's upload is not there. A complete one is taken in before anything is said of it. */
  async function onlyOwner(request: Request, id: string): Promise<void> {
    const upload = await store.getUpload(id).catch(() => null);
    if (!upload) return;
    if (upload.metadata?.["owner"] !== requests.get(request)?.owner) {
      throw new AppError("not_found", `There is no upload with id "${id}".`);
    }
    await arriving.get(id);
  }

  /** Takes a complete part in, once. A refused one is gone, as any refused upload is. */
  function arrive(upload: Upload): Promise<string> {
    const under = arriving.get(upload.id);
    if (under) return under;
    const work = takeIn(upload).finally(() => arriving.delete(upload.id));
    arriving.set(upload.id, work);
    return work;
  }

  async function takeIn(upload: Upload): Promise<string> {
    const { filename, target: path, sha256 } = upload.metadata ?? {};
    const file: UploadedFile = { path: join(dir, upload.id), originalName: filename ?? "" };
    if (sha256) file.declaredSha256 = sha256;
    try {
      const asset = await target.receive(path ?? "", file);
      await store.configstore.set(upload.id, complete(upload.id, upload, { ...upload.metadata, asset }));
      return asset;
    } catch (error) {
      if (error instanceof AppError && error.code !== "unavailable") await forget(upload.id);
      throw error;
    }
  }

  async function forget(id: string): Promise<void> {
    if (existsSync(join(dir, id))) await store.remove(id);
    else await store.configstore.delete(id);
  }

  const ids = (): string[] =>
    readdirSync(dir).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -".json".length)] : []));

  /** Removes what nothing was added to for long, and what is known of uploads that ended as long ago. */
  async function sweep(): Promise<void> {
    for (const id of ids()) {
      const part = join(dir, id);
      const { mtimeMs } = statSync(existsSync(part) ? part : `${part}.json`);
      if (clock.now() - mtimeMs < expiryMs || arriving.has(id)) continue;
      await forget(id);
      log.info({ upload: id }, "an abandoned upload expired");
    }
  }

  /** What a kill left between the last byte and the library. */
  async function takeInComplete(): Promise<void> {
    for (const id of ids()) {
      const upload = await store.getUpload(id).catch(() => null);
      if (!upload || upload.metadata?.["asset"] || upload.offset !== upload.size) continue;
      await arrive(upload).catch((error: unknown) =>
        log.warn({ upload: id, err: error }, "a complete upload could not be taken in"),
      );
    }
  }

  return {
    /** Answers one request of the protocol. @throws {AppError} where the protocol has no words for it */
    async handle(request: Request, owner: string): Promise<Response> {
      const noted = { owner, problem: null as AppError | null };
      requests.set(request, noted);
      const response = await server.handleWeb(request);
      if (noted.problem) throw noted.problem;
      return response;
    },

    async start(): Promise<void> {
      await takeInComplete();
      await sweep();
      stopSweeping = repeat(SWEEP_EVERY_MS, () => {
        sweep().catch((error: unknown) =>
          log.error({ err: error }, "abandoned uploads could not be removed"),
        );
      });
    },
    async stop(): Promise<void> {
      stopSweeping();
      await Promise.allSettled(arriving.values());
    },
    sweep,
  };
}
