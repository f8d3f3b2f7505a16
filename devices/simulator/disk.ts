import type { Store, StoredName } from "../core/store.ts";

/** What a box keeps over a cut of its power, in this process's memory. */
export interface Disk {
  /** For one boot. */
  mount(): Mounted;
  /** Another disk with the same on it. */
  copy(): Disk;
}

export interface Mounted extends Store {
  /** Nothing that this boot still does reaches the disk. */
  cut(): void;
}

export function createDisk(texts = new Map<StoredName, string>(), written: string[] = []): Disk {
  let journal = written;
  return {
    mount() {
      let isCut = false;
      const write = (name: StoredName, text: string) => void (isCut || texts.set(name, text));
      return {
        read: (name) => texts.get(name) ?? null,
        write,
        writeIfRoom(name, text) {
          write(name, text);
          return true;
        },
        readJournal: () => journal,
        openJournal(lines) {
          journal = [...lines];
          return { append: (line) => void (isCut || journal.push(line)), hasRoom: () => true, close() {} };
        },
        cut: () => void (isCut = true),
      };
    },
    copy: () => createDisk(new Map(texts), [...journal]),
  };
}
