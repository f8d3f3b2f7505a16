import { Server, type Upload } from "@tus/server";
import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import { type Clock, HOUR_MS, repeat } from "../clock.ts";
import { AppError, diskFull, invalid, isDiskFull } from "../errors.ts";
import { fileNameOf } from "./file-name.ts";
import type { MediaLibrary } from "./media-library.ts";
import { createPartIntake, type UploadTarget } from "./part-intake.ts";
import { createUploadLocks } from "./upload-locks.ts";
import { createUploadParts, type Part } from "./upload-parts.ts";
import type { Reservation, UploadSpace } from "./upload-space.ts";

export type { UploadTarget } from "./part-intake.ts";

interface Options {
  /** On the library's own file system. */
  dir: string;
  library: Pick<MediaLibrary, "pathOf">;
  maxUploadBytes: number;
  /** A part that got nothing for so long is removed. */
  expiryMs: number;
  target: UploadTarget;
  space: UploadSpace;
  clock: Clock;
  log: Pick<BaseLogger, "debug" | "info" | "warn" | "error">;
}

export type ResumableUploads = ReturnType<typeof createResumableUploads>;

const SWEEP_EVERY_MS = HOUR_MS;

/**
 * Resumable uploads by the tus protocol 1.0. A part survives a cut, a closed lid and a restart of the server; when its
 * last byte is there it is taken in like any other upload, once, also after a kill between the two.
 */
export function createResumableUploads(options: Options) {
  const { dir, library, maxUploadBytes, expiryMs, target, space, clock, log } = options;
  const parts = createUploadParts(dir, library);
  const intake = createPartIntake({ parts, expiryMs, target, onEnd: release, clock, log });
  /** Who asks, and what went wrong with it; tus itself knows neither. */
  const requests = new WeakMap<Request, { owner: string; id: string; problem: AppError | null }>();
  /** By id, of those that are not in the library yet. */
  const reservations = new Map<string, Reservation>();
  let stopSweeping = () => {};
  let sweeping: Promise<void> = Promise.resolve();

  const server = new Server({
    path: "/api/v1/uploads",
    datastore: parts.store,
    locker: createUploadLocks(),
    relativeLocation: true,
    maxSize: maxUploadBytes,
    namingFunction: () => uuidv7(),
    generateUrl: (_request, { path, id }) => `${path}/${id}`,
    getFileIdFromRequest: (_request, last) => (last !== undefined && parts.isId(last) ? last : undefined),
    onUploadCreate: async (request, upload) => admit(request, upload),
    onIncomingRequest: onlyOwner,
    async onUploadFinish(_request, upload) {
      const sha256 = await intake.arrive(upload.id);
      return { headers: { "Content-Location": `/media/${sha256}` } };
    },
    // tus knows only errors of its own, so ours is kept beside the request.
    onResponseError(request, error) {
      const noted = requests.get(request);
      const problem = isDiskFull(error) ? diskFull(error) : error;
      if (noted && problem instanceof AppError) noted.problem = problem;
      return undefined;
    },
  });

  /** Leaves the metadata as they are: a `HEAD` gives them back. */
  function admit(request: Request, upload: Upload): object {
    const { sha256, filename, target: path } = upload.metadata ?? {};
    fileNameOf(filename ?? "", "Upload-Metadata");
    if (sha256 && !/^[0-9a-f]{64}$/.test(sha256)) {
      throw invalid("Upload-Metadata", "`sha256` must be 64 hexadecimal digits in lower case.");
    }
    if (!path) {
      throw invalid(
        "Upload-Metadata",
        "`target` is missing.",
        "Say where the recording goes: episodes/<id>/segments/<n>, sessions/<id>, announcements/<id> or recordings/<word>.",
      );
    }
    const before = target.look(path);
    const bytes = upload.size ?? 0;
    if (bytes === 0) throw invalid("Upload-Length", "The upload is empty.", "Choose the recording itself.");
    reservations.set(
      upload.id,
      space.reserve(bytes, () => parts.arrivedBytes(upload.id)),
    );
    const owner = requests.get(request)?.owner ?? "";
    parts.annotate(upload, { owner, before, given: request.headers.get("upload-metadata") ?? "" });
    return {};
  }

  function release(id: string): void {
    reservations.get(id)?.end();
    reservations.delete(id);
  }

  /** What was promised before a restart holds after it. */
  async function reserveAgain(): Promise<void> {
    for (const id of parts.ids()) {
      // What cannot be read now is told of by the sweep.
      const part = await parts.find(id).catch(() => null);
      if (!part || part.notes.asset) continue;
      reservations.set(
        id,
        space.hold(part.size ?? 0, () => parts.arrivedBytes(id)),
      );
    }
  }

  /**
   * Somebody else's upload is not there. Of a complete one nothing is said before it is in the library: a client takes an
   * offset that equals the length for success.
   */
  async function onlyOwner(request: Request, id: string): Promise<void> {
    const noted = requests.get(request);
    if (noted) noted.id = id;
    const part = await parts.find(id);
    if (!part) return;
    if (part.notes.owner !== noted?.owner) {
      throw new AppError("not_found", `There is no upload with id "${id}".`);
    }
    await intake.settled(id);
    if (request.method === "DELETE") return;
    const now = await parts.find(id);
    if (now && (now.notes.asset || parts.isWhole(now))) await intake.arrive(id);
  }

  /** Adds what tus itself does not know, or would not give back as it came. */
  function complete(headers: Headers, part: Part): void {
    if (headers.has("upload-metadata")) headers.set("upload-metadata", part.notes.given);
    // The answer that said it first may have been lost.
    if (part.notes.asset) headers.set("content-location", `/media/${part.notes.asset}`);
    const expiresAt = intake.expiresAt(part);
    // An RFC 7231 date; its whole seconds are never later than the removal.
    if (expiresAt !== null) headers.set("upload-expires", new Date(expiresAt).toUTCString());
  }

  const sweep = (): Promise<void> => (sweeping = sweeping.catch(() => {}).then(intake.sweep));
  const sweepAlone = (): void =>
    void sweep().then(
      () => log.debug("the folder of uploads was looked through"),
      (error: unknown) => log.error({ err: error }, "the folder of uploads could not be read"),
    );

  return {
    /** Where somebody's own upload goes; `null` when they have none of this id. */
    async targetOf(id: string, owner: string): Promise<string | null> {
      const part = parts.isId(id) ? await parts.find(id) : null;
      return part?.notes.owner === owner ? (part.metadata?.["target"] ?? null) : null;
    },

    /** Answers one request of the protocol. @throws {AppError} where the protocol has no words for it */
    async handle(request: Request, owner: string): Promise<Response> {
      const noted = { owner, id: "", problem: null as AppError | null };
      requests.set(request, noted);
      const response = await server.handleWeb(request);
      const part = noted.id === "" ? null : await parts.find(noted.id);
      // Never begun after all, or ended by its sender.
      if (!part) release(noted.id);
      if (noted.problem) throw noted.problem;
      if (part) complete(response.headers, part);
      return response;
    },

    /** Waits for no sweep: to hash and probe one part may take longer than a server may take to start. */
    async start(): Promise<void> {
      await reserveAgain();
      sweepAlone();
      stopSweeping = repeat(SWEEP_EVERY_MS, sweepAlone);
    },
    async stop(): Promise<void> {
      stopSweeping();
      await intake.stop();
      await sweeping.catch(() => {});
    },
    sweep,
  };
}
