import { isDiskFull, type JournalFile, STORED_NAMES, type Store, type StoredName } from "../core/store.ts";
import { openSyncFile } from "./opfs.ts";
import { createSlotFile, type SlotFile, type SyncFile, writeWhole } from "./slot-file.ts";

const JOURNAL = "journal.jsonl";
/** Some five thousand lines of the journal, to be given up for them when there is no other room. */
const BALLAST_BYTES = 1024 * 1024;

/** What the terminal keeps, in a folder of the browser's private file system. @throws when another window has it */
export async function openOpfsStore(folder: FileSystemDirectoryHandle): Promise<Store> {
  const openSlots = async (name: string): Promise<SlotFile> =>
    createSlotFile(await openSyncFile(folder, `${name}.1`), await openSyncFile(folder, `${name}.2`));
  // Opening a file takes a turn of the loop and what a device asks of its store does not, so all are open from the start.
  const files = new Map<StoredName, SlotFile>();
  for (const name of STORED_NAMES) files.set(name, await openSlots(name));
  const journal = await openSlots(JOURNAL);
  const ballast = await openSyncFile(folder, "journal.ballast");

  function fileOf(name: StoredName): SlotFile {
    const file = files.get(name);
    if (!file) throw new Error(`${name} is not among the files of this store`);
    return file;
  }

  function writeIfRoom(file: SlotFile, text: string): boolean {
    try {
      file.write(text);
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return false;
    }
  }

  return {
    read: (name) => fileOf(name).read(),
    write: (name, text) => fileOf(name).write(text),
    writeIfRoom: (name, text) => writeIfRoom(fileOf(name), text),
    readJournal: () => (journal.read() ?? "").split("\n"),
    openJournal(lines) {
      const text = [...lines].map((line) => `${line}\n`).join("");
      const file = journalOf(journal, ballast);
      // A line that the power cut must not be continued.
      if (!writeIfRoom(journal, text) && /[^\n]$/.test(journal.read() ?? "")) file.append("");
      return file;
    },
  };
}

function journalOf(file: SlotFile, ballast: SyncFile): JournalFile {
  return {
    append(line) {
      try {
        file.append(`${line}\n`);
      } catch (error) {
        if (!isDiskFull(error) || ballast.getSize() === 0) throw error;
        ballast.truncate(0);
        ballast.flush();
        file.append(`${line}\n`);
      }
    },
    hasRoom() {
      if (ballast.getSize() === BALLAST_BYTES) return true;
      try {
        writeWhole(ballast, new Uint8Array(BALLAST_BYTES).fill(1), 0);
        ballast.flush();
        return true;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        ballast.truncate(0);
        return false;
      }
    },
    close: file.close,
  };
}
