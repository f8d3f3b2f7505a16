import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import type { Settings } from "../../db/settings.ts";
import { AppError, codeOf } from "../../errors.ts";
import type { LibraryFiles } from "./library-files.ts";
import type { ReferencesStore } from "./references-store.ts";

const SETTING = "media-library-id";
/** Up to this many missing files are damage; more, when they are also a good part of all, are another disk. */
const FEW_FILES = 5;
const GOOD_PART = 0.1;

export type Mount = ReturnType<typeof createMount>;

interface Options {
  settings: Pick<Settings, "get" | "set">;
  references: ReferencesStore;
  files: LibraryFiles;
}

/**
 * Whether the media folder is the store that this database describes. A network or USB disk that is not mounted leaves
 * an empty folder of the same name: read as a library, everything would be missing or an orphan.
 */
export function createMount({ settings, references, files }: Options) {
  const marker = basename(files.markerPath);

  /** For everybody, as `GET /readyz` tells it: without the server's paths. */
  function problem(): string | null {
    const expected = settings.get(SETTING);
    let found: string | null;
    try {
      found = files.readMarker();
    } catch (error) {
      return `The media folder's marker cannot be read: ${codeOf(error)}.`;
    }
    if (expected !== null && found === expected) return null;
    if (found === null) return `The media folder has no marker file "${marker}".`;
    return "The media folder belongs to another database.";
  }

  const refuse = (what: string) =>
    new AppError("unavailable", `${what} The media library looks unmounted, so it is left alone.`, {
      hint:
        "Mount the disk that MEDIA_DIR names, or restore it from a backup. When this folder is the right one, write " +
        `"${settings.get(SETTING) ?? "an id of your choice"}" into its "${marker}"` +
        `${settings.get(SETTING) === null ? ` and into the database's setting "${SETTING}"` : ""}.`,
    });

  return {
    problem,
    /**
     * Makes the marker where nothing can be lost by it: an empty folder and a database that knows no media. The setting
     * comes first, so that a crash between the two leaves a state that this call repairs.
     */
    async ensureMarker(): Promise<void> {
      if (problem() === null || files.readMarker() !== null || references.knowsMedia()) return;
      if (!(await files.isEmpty())) return;
      const id = settings.get(SETTING) ?? randomUUID();
      settings.set(SETTING, id);
      files.writeMarker(id);
    },
    /** Whether a store was marked once, so that its marker can be asked for. */
    isMarked: (): boolean => settings.get(SETTING) !== null,
    /** @throws {AppError} `unavailable` when the marker is missing or another's */
    require(): void {
      const found = problem();
      if (found !== null) throw refuse(found);
    },
    /** @throws {AppError} `unavailable` when more than a tenth of the files, and more than five, are missing */
    async requireFiles(): Promise<void> {
      let known = 0;
      let missing = 0;
      for (let page = references.filesAfter(""); page.length > 0; ) {
        known += page.length;
        missing += page.filter(({ sha256 }) => files.sizeOf(sha256) === null).length;
        page = references.filesAfter(page.at(-1)?.sha256 ?? "");
        await files.pause();
      }
      if (missing > FEW_FILES && missing > known * GOOD_PART)
        throw refuse(`${missing} of ${known} files are missing.`);
    },
  };
}
