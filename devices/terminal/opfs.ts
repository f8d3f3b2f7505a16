import { wait } from "../core/wait.ts";
import type { SyncFile } from "./slot-file.ts";

/** What TypeScript's library of the page does not tell of. */
type WorkerFile = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<SyncFile>;
  move(name: string): Promise<void>;
};

/** A page that is loaded again may begin before the one before it has let go of its files. */
const LET_GO_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 100;

/** For this worker alone. @throws {NoModificationAllowedError} while another has it */
export async function openSyncFile(folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const file = (await folder.getFileHandle(name, { create: true })) as WorkerFile;
  const until = performance.now() + LET_GO_WITHIN_MS;
  for (;;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      const isHeld = error instanceof DOMException && error.name === "NoModificationAllowedError";
      if (!isHeld || performance.now() > until) throw error;
      await wait(ASK_EVERY_MS);
    }
  }
}

/** Instead of whatever has the name. */
export async function renameFile(folder: FileSystemDirectoryHandle, from: string, to: string): Promise<void> {
  await folder.removeEntry(to).catch(() => {});
  const file = (await folder.getFileHandle(from)) as WorkerFile;
  await file.move(to);
}

/** The terminal's own folder, and in it that of its media. */
export async function openFolders() {
  const root = await navigator.storage.getDirectory();
  const state = await root.getDirectoryHandle("terminal", { create: true });
  return { state, media: await state.getDirectoryHandle("media", { create: true }) };
}
