import { sha256Hex } from "../../src/protocol/sha256.ts";

/** A file of the origin private file system, as a worker has it (File System Standard, `FileSystemSyncAccessHandle`). */
export interface SyncFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** @throws {QuotaExceededError} also where the browser wrote a part of it and said no more than that; the part stays */
export function writeWhole(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const written = file.write(bytes, { at });
  if (written < bytes.length)
    throw new DOMException(`${written} of ${bytes.length} bytes were written`, "QuotaExceededError");
}

/** A text that is replaced whole, and may be added to. */
export interface SlotFile {
  /** What was written last and what was appended since; `null` when nothing ever was. */
  read(): string | null;
  /** After a power cut the old or the new text is there. @throws when there is no room; the old one stays then */
  write(text: string): void;
  /** On disk when it returns. @throws when there is no room; nothing of it is there then */
  append(text: string): void;
  close(): void;
}

/** What stands before the text of a slot: which of the two is newer, and what it must hold to count. */
interface Header {
  generation: number;
  bytes: number;
  digest: string;
}

const HEADER_BYTES = 96;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Nothing renames such a file while it is open, so a text has two: the one that does not count is written, flushed, and
 * only then given the header that makes it count.
 */
export function createSlotFile(first: SyncFile, second: SyncFile): SlotFile {
  const [a, b] = [headerOf(first), headerOf(second)];
  let isSecond = (b?.generation ?? 0) > (a?.generation ?? 0);
  let generation = Math.max(a?.generation ?? 0, b?.generation ?? 0);
  const held = () => (isSecond ? second : first);

  return {
    read() {
      if (generation === 0) return null;
      const bytes = new Uint8Array(held().getSize() - HEADER_BYTES);
      held().read(bytes, { at: HEADER_BYTES });
      return decoder.decode(bytes);
    },
    write(text) {
      const slot = isSecond ? first : second;
      const bytes = encoder.encode(text);
      const header: Header = { generation: generation + 1, bytes: bytes.length, digest: digestOf(bytes) };
      try {
        slot.truncate(0);
        writeWhole(slot, encoder.encode(" ".repeat(HEADER_BYTES)), 0);
        writeWhole(slot, bytes, HEADER_BYTES);
        slot.flush();
        writeWhole(slot, encoder.encode(JSON.stringify(header).padEnd(HEADER_BYTES)), 0);
        slot.flush();
      } catch (error) {
        // Half of it must not take the room.
        slot.truncate(0);
        throw error;
      }
      generation = header.generation;
      isSecond = !isSecond;
    },
    append(text) {
      if (generation === 0) throw new Error("there is nothing to be added to");
      const file = held();
      const size = file.getSize();
      try {
        writeWhole(file, encoder.encode(text), size);
        file.flush();
      } catch (error) {
        file.truncate(size);
        throw error;
      }
    },
    close() {
      first.close();
      second.close();
    },
  };
}

const digestOf = (bytes: Uint8Array): string => sha256Hex(bytes).slice(0, 16);

/** `null` unless the slot is whole. */
function headerOf(file: SyncFile): Header | null {
  const size = file.getSize();
  if (size < HEADER_BYTES) return null;
  try {
    const head = new Uint8Array(HEADER_BYTES);
    file.read(head, { at: 0 });
    const header = JSON.parse(decoder.decode(head)) as Header;
    const text = new Uint8Array(header.bytes);
    const isWhole = file.read(text, { at: HEADER_BYTES }) === header.bytes;
    return isWhole && digestOf(text) === header.digest ? header : null;
  } catch {
    return null;
  }
}
