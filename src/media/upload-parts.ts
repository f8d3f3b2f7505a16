import {
  copyFileSync,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
} from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { FileStore } from "@tus/file-store";
import { ERRORS, type KvStore, Upload } from "@tus/server";
import { diskFull, isDiskFull } from "../errors.ts";
import type { MediaLibrary } from "./media-library.ts";

/** What the server writes down of an upload for itself, apart from the client's metadata. */
export interface Notes {
  /** The person's id. */
  owner: string;
  /** `Upload-Metadata` as it came: taken apart and put together again it may be other bytes. */
  given: string;
  /** What was at the target when it began. */
  before: string;
  /** SHA-256, once all bytes were read. */
  digest?: string;
  /** The asset's SHA-256, once the recording is in the library. */
  asset?: string;
  /** Why it is there, but not at its target. */
  refusal?: string;
}

/** An upload as it is written down; of its metadata, `filename`, `target` and `sha256` have a meaning here. */
export interface Part extends Upload {
  notes: Notes;
}

export type UploadParts = ReturnType<typeof createUploadParts>;

const FILE_NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.json(?:\.new)?)?$/;
/** A length is declared before the first byte: space is reserved by it. */
const EXTENSIONS = ["creation", "creation-with-upload", "termination", "expiration"];

const complete = (id: string, { size = 0, metadata = {} }: Pick<Upload, "size" | "metadata">): Upload =>
  new Upload({ id, size, offset: size, metadata });

/** Beside each part, as `<id>.json`; whole or absent, also after a kill. */
function createRecords(dir: string) {
  const pathOf = (id: string) => join(dir, `${id}.json`);
  return {
    async get(id: string): Promise<Part | undefined> {
      const text = await readFile(pathOf(id), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      return text === null ? undefined : (JSON.parse(text) as Part);
    },
    async set(id: string, upload: Upload): Promise<void> {
      const fresh = `${pathOf(id)}.new`;
      await writeFile(fresh, JSON.stringify(upload), { flush: true });
      await rename(fresh, pathOf(id));
    },
    delete: (id: string): Promise<void> => rm(pathOf(id), { force: true }),
  } satisfies KvStore;
}

/** Parts as files; what is in the library already is told as complete, though its part is gone. */
class PartStore extends FileStore {
  readonly #records: ReturnType<typeof createRecords>;
  constructor(directory: string, records: ReturnType<typeof createRecords>) {
    super({ directory, configstore: records });
    this.#records = records;
    this.extensions = EXTENSIONS;
  }
  override async getUpload(id: string): Promise<Upload> {
    const known = await this.#records.get(id);
    return known?.notes.asset ? complete(id, known) : super.getUpload(id);
  }
  override async create(upload: Upload): Promise<Upload> {
    try {
      return await super.create(upload);
    } catch (error) {
      // Nobody is told where it would have been.
      for (const left of ["", ".json.new"])
        await rm(join(this.directory, `${upload.id}${left}`), { force: true });
      throw error;
    }
  }
  /** What has arrived stays. @throws {AppError} `no_space` */
  override async write(...[readable, id, offset]: Parameters<FileStore["write"]>): Promise<number> {
    const known = await this.#records.get(id);
    // A client that lost the last answer may send the empty rest again.
    if (known?.notes.asset) return offset;
    const part = createWriteStream(join(this.directory, id), { flags: "r+", start: offset });
    try {
      await pipeline(readable, part);
    } catch (cause) {
      // The base class tells nobody why.
      if (isDiskFull(cause)) throw diskFull(cause);
      // oxlint-disable-next-line typescript/only-throw-error -- as tus knows errors
      throw ERRORS.FILE_WRITE_ERROR;
    }
    return offset + part.bytesWritten;
  }
  override async remove(id: string): Promise<void> {
    if (!(await this.#records.get(id))) return super.remove(id);
    await rm(join(this.directory, id), { force: true });
    await this.#records.delete(id);
  }
}

/** The folder of resumable uploads, on the library's own file system. */
export function createUploadParts(dir: string, library: Pick<MediaLibrary, "pathOf">) {
  mkdirSync(dir, { recursive: true });
  const records = createRecords(dir);
  const store = new PartStore(dir, records);
  const pathOf = (id: string) => join(dir, id);
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? null;

  /** The bytes of an upload whose part was moved into the library before a kill, while its rows were not written. */
  function inLibrary({ size, metadata, notes }: Part): string | null {
    const sha256 = notes.digest ?? metadata?.["sha256"];
    const path = sha256 ? library.pathOf(sha256) : null;
    return path !== null && sizeOf(path) === size ? path : null;
  }

  return {
    store,
    pathOf,
    /** They are written down with the upload itself, so that there never is one without an owner. */
    annotate: (upload: Upload, notes: Notes): void => void Object.assign(upload, { notes }),
    /** Rejects when it cannot be told: what cannot be read is not missing. */
    find: (id: string): Promise<Part | null> => records.get(id).then((part) => part ?? null),
    /** Every upload that has left a file, with a record or without. */
    ids: (): string[] => [...new Set(readdirSync(dir).flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []))],
    isId: (name: string): boolean => FILE_NAME.exec(name)?.[1] === name,

    /** Whether all bytes are there; asked of an upload that is not in the library yet. */
    isWhole(part: Part): boolean {
      const size = sizeOf(pathOf(part.id));
      return size === null ? inLibrary(part) !== null : size === part.size;
    },
    /** How many bytes lie in the part. */
    arrivedBytes: (id: string): number => sizeOf(pathOf(id)) ?? 0,

    /** Makes the part again of what the library has under its digest. */
    fetchBack(part: Part): void {
      const path = pathOf(part.id);
      const source = existsSync(path) ? null : inLibrary(part);
      if (source === null) return;
      try {
        linkSync(source, path);
      } catch {
        // A file system without links, such as a USB disk's.
        copyFileSync(source, path);
      }
    },

    async note(id: string, changes: Pick<Notes, "digest" | "asset" | "refusal">): Promise<void> {
      const known = await records.get(id);
      if (known) await records.set(id, { ...known, notes: { ...known.notes, ...changes } } as Part);
    },

    /** When something last came, epoch milliseconds; `null` when nothing is left. */
    touchedAt(id: string): number | null {
      const [first] = [pathOf(id), `${pathOf(id)}.json`, `${pathOf(id)}.json.new`].flatMap(
        (path) => statSync(path, { throwIfNoEntry: false }) ?? [],
      );
      return first?.mtimeMs ?? null;
    },

    async forget(id: string): Promise<void> {
      for (const name of [id, `${id}.json.new`, `${id}.json`]) await rm(join(dir, name), { force: true });
    },
  };
}
