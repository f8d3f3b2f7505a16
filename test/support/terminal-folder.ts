import type { SyncFile } from "../../devices/terminal/slot-file.ts";

/** What the browser grants, bytes; a write beyond it is refused, or done in part. */
export interface Quota {
  bytes: number;
  writesInPart?: boolean;
}

/** A folder of the origin private file system, as a worker has it, in memory. */
export function createPrivateFolder(quota: Quota) {
  const files = new Map<string, Uint8Array>();
  const used = () => [...files.values()].reduce((sum, { length }) => sum + length, 0);

  function resize(name: string, size: number): Uint8Array {
    const before = files.get(name) ?? new Uint8Array();
    const after = new Uint8Array(size);
    after.set(before.subarray(0, size));
    files.set(name, after);
    return after;
  }

  const openFile = (name: string): SyncFile => ({
    read(into, { at }) {
      const part = files.get(name)?.subarray(at, at + into.length) ?? new Uint8Array();
      into.set(part);
      return part.length;
    },
    write(bytes, { at }) {
      const size = files.get(name)?.length ?? 0;
      const room = size + Math.max(0, quota.bytes - used()) - at;
      if (room < bytes.length && !quota.writesInPart) throw new DOMException("full", "QuotaExceededError");
      const written = bytes.subarray(0, room);
      resize(name, Math.max(size, at + written.length)).set(written, at);
      return written.length;
    },
    truncate: (size) => void resize(name, size),
    getSize: () => files.get(name)?.length ?? 0,
    flush() {},
    close() {},
  });

  const handleOf = (name: string) => ({
    kind: "file",
    name,
    getFile: async () => new File([new Uint8Array(files.get(name) ?? [])], name),
    createSyncAccessHandle: async () => openFile(name),
    async move(to: string) {
      files.set(to, files.get(name) ?? new Uint8Array());
      files.delete(name);
    },
  });

  const folder = {
    async getFileHandle(name: string, { create = false } = {}) {
      if (!files.has(name) && !create) throw new DOMException(`there is no ${name}`, "NotFoundError");
      if (!files.has(name)) files.set(name, new Uint8Array());
      return handleOf(name);
    },
    async removeEntry(name: string) {
      if (!files.delete(name)) throw new DOMException(`there is no ${name}`, "NotFoundError");
    },
    async *values() {
      for (const name of files.keys()) yield handleOf(name);
    },
  };
  return { folder: folder as unknown as FileSystemDirectoryHandle, files, used };
}
