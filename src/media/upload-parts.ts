import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { type KvStore, Upload } from "@tus/server";
import type { MediaLibrary } from "./media-library.ts";

/**
 * What is written down of an upload: `filename`, `target` and `sha256` as the client said, the `owner`'s id, what was
 * `before` at the target, the `digest` once all bytes were read, the `asset`'s SHA-256 once the recording is in the
 * library, and the `refusal` when it is there but not at its target.
 */
export type Metadata = Record<string, string | null>;

export type UploadParts = ReturnType<typeof createUploadParts>;

const FILE_NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.json(?:\.new)?)?$/;
/** A length is declared before the first byte: space is reserved by it. */
const EXTENSIONS = ["creation", "creation-with-upload", "termination"];

const complete = (id: string, { size = 0, metadata = {} }: Pick<Upload, "size" | "metadata">): Upload =>
  new Upload({ id, size, offset: size, metadata });

/** Beside each part, as `<id>.json`; whole or absent, also after a kill. */
function createRecords(dir: string) {
  const pathOf = (id: string) => join(dir, `${id}.json`);
  return {
    async get(id: string): Promise<Upload | undefined> {
      const text = await readFile(pathOf(id), "utf8").catch(() => null);
      return text === null ? undefined : (JSON.parse(text) as Upload);
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
  constructor(directory: string) {
    super({ directory, configstore: createRecords(directory) });
    this.extensions = EXTENSIONS;
  }
  override async getUpload(id: string): Promise<Upload> {
    const known = await this.configstore.get(id);
    return known?.metadata?.["asset"] ? complete(id, known) : super.getUpload(id);
  }
  override async write(...[readable, id, offset]: Parameters<FileStore["write"]>): Promise<number> {
    const known = await this.configstore.get(id);
    // A client that lost the last answer may send the empty rest again.
    if (known?.metadata?.["asset"]) return offset;
    return super.write(readable, id, offset);
  }
  override async remove(id: string): Promise<void> {
    if (!(await this.configstore.get(id))) return super.remove(id);
    await rm(join(this.directory, id), { force: true });
    await this.configstore.delete(id);
  }
}

/** The folder of resumable uploads, on the library's own file system. */
export function createUploadParts(dir: string, library: Pick<MediaLibrary, "pathOf">) {
  mkdirSync(dir, { recursive: true });
  const store = new PartStore(dir);
  const pathOf = (id: string) => join(dir, id);
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? null;

  /** The bytes of an upload whose part was moved into the library before a kill, while its rows were not written. */
  function inLibrary({ size, metadata }: Upload): string | null {
    const sha256 = metadata?.["digest"] ?? metadata?.["sha256"];
    const path = sha256 ? library.pathOf(sha256) : null;
    return path !== null && sizeOf(path) === size ? path : null;
  }

  return {
    store,
    pathOf,
    find: (id: string): Promise<Upload | null> =>
      store.configstore.get(id).then(
        (upload) => upload ?? null,
        () => null,
      ),
    /** Every upload that has left a file, with a record or without. */
    ids: (): string[] => [...new Set(readdirSync(dir).flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []))],
    isId: (name: string): boolean => FILE_NAME.exec(name)?.[1] === name,

    /** Whether all bytes are there; asked of an upload that is not in the library yet. */
    isWhole(upload: Upload): boolean {
      const size = sizeOf(pathOf(upload.id));
      return size === null ? inLibrary(upload) !== null : size === upload.size;
    },
    /** How many bytes lie in the part. */
    arrivedBytes: (id: string): number => sizeOf(pathOf(id)) ?? 0,

    /** Makes the part again of what the library has under its digest. */
    fetchBack(upload: Upload): void {
      const part = pathOf(upload.id);
      const source = existsSync(part) ? null : inLibrary(upload);
      if (source === null) return;
      try {
        linkSync(source, part);
      } catch {
        // A file system without links, such as a USB disk's.
        copyFileSync(source, part);
      }
    },

    async note(id: string, changes: Metadata): Promise<void> {
      const known = await store.configstore.get(id);
      if (!known) return;
      const { size = 0, offset, metadata } = known;
      await store.configstore.set(
        id,
        new Upload({ id, size, offset, metadata: { ...metadata, ...changes } }),
      );
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
