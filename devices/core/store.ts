export const STORED_NAMES = [
  "identity.json",
  "hardware-id",
  "clock.json",
  "keys.json",
  "playlist.json",
  "volume.json",
  "media.json",
] as const;
export type StoredName = (typeof STORED_NAMES)[number];

/** What a device keeps over power cuts, by name. Every call returns when it is done, on disk. */
export interface Store {
  /** `null` when there is none. */
  read(name: StoredName): string | null;
  /** After a power cut the old or the new text is there, whole. @throws when there is no room; the old one stays then */
  write(name: StoredName, text: string): void;
  /** The same for what also counts unwritten, until the next boot. @returns whether there was room for it */
  writeIfRoom(name: StoredName, text: string): boolean;
  /** The lines that were appended, without one that the power cut. */
  readJournal(): string[];
  /** Begins the journal anew with these lines; where there is no room for that, the longer one goes on. */
  openJournal(lines: Iterable<string>): JournalFile;
}

export interface JournalFile {
  /** @throws when there is no room, also none of what is kept for it; nothing of the line is there then */
  append(line: string): void;
  /** Whether there is room for more, whatever fills the disk; asks for it again when it was used up. */
  hasRoom(): boolean;
  close(): void;
}

/** Of a file system, or of what a browser grants a page. */
export function isDiskFull(error: unknown): boolean {
  const { code = "", name } = error as { code?: unknown; name?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || name === "QuotaExceededError";
}
