import type { Clock } from "../../clock.ts";
import type { Transact } from "../../db/open.ts";
import { AppError, notFound } from "../../errors.ts";
import type { Composition } from "../composition.ts";
import type { ChecksStore } from "./checks-store.ts";
import type { LibraryFiles } from "./library-files.ts";
import type { Mount } from "./mount.ts";
import { cutoffsAt, GRACE_MS, type KeepPolicy } from "./policy.ts";
import type { GarbageKind, ReferencesStore } from "./references-store.ts";
import type { ShownEntry, TrashEntry, TrashStore } from "./trash-store.ts";

interface Options {
  store: TrashStore;
  references: ReferencesStore;
  checks: ChecksStore;
  files: LibraryFiles;
  mount: Mount;
  transact: Transact;
  clock: Clock;
  policy: KeepPolicy;
}

export type Trash = ReturnType<typeof createTrash>;
type OpenEntry = ReturnType<TrashStore["of"]>[number];

/**
 * The trash: rows decide, files follow. Every change commits its rows first and moves files afterwards; `settle` makes the
 * files agree with the rows again, so a crash between the two is repaired by the next call of it.
 */
export function createTrash({ store, references, checks, files, mount, transact, clock, policy }: Options) {
  const isNamed = (sha256: string) => references.isNamed(sha256, cutoffsAt(clock.now(), policy));

  function settleFile(sha256: string): void {
    const inLibrary = files.sizeOf(sha256);
    const inTrash = files.sizeInTrash(sha256);
    if (isNamed(sha256)) {
      if (inTrash !== null && inLibrary === null) files.moveBack(sha256);
      // Uploaded or made again meanwhile.
      else if (inTrash !== null && inTrash === inLibrary) files.removeFromTrash(sha256);
      return;
    }
    const held = store.holdsFile(sha256);
    if (inLibrary !== null && held) files.moveToTrash(sha256);
    else if (inTrash !== null && !held) adopt(sha256, inTrash);
  }

  /** A file in the trash that no entry knows, as after a restored backup, gets its time there like any other. */
  const adopt = (sha256: string, bytes: number) =>
    transact(() =>
      store.addFile(
        { ...entryTimes(), kind: "file", subject: sha256, label: sha256, reason: "it lay in the trash" },
        { sha256, bytes },
      ),
    );

  function entryTimes(): Pick<TrashEntry, "trashedAt" | "expiresAt"> {
    const now = clock.now();
    return { trashedAt: now, expiresAt: now + policy.trashMs };
  }

  /** The entries that `first` cannot be put back without: a rendition's composition, a composition's assets and cover. */
  function withWhatTheyNeed(first: OpenEntry[]): OpenEntry[] {
    const all = new Map(first.map((entry) => [entry.id, entry]));
    // A map visits what is added during the visit.
    for (const { saved } of all.values()) {
      const needs = [
        ...(saved.renditions ?? []).map((row) => ["composition", String(row["composition_id"])] as const),
        ...(saved.composition_assets ?? []).map((row) => ["asset", String(row["asset_sha256"])] as const),
        ...(saved.compositions ?? []).flatMap((row) => coverNeededBy(row)),
      ];
      for (const [kind, id] of needs) for (const entry of findNeeded(kind, id, all)) all.set(entry.id, entry);
    }
    return [...all.values()];
  }

  function findNeeded(kind: GarbageKind, id: string, chosen: Map<string, OpenEntry>): OpenEntry[] {
    const isChosen = [...chosen.values()].some((entry) => entry.kind === kind && entry.subject === id);
    if (isChosen || store.exists(kind, id)) return [];
    const found = store.of(kind, id);
    if (found.length === 0)
      throw new AppError("conflict", `It cannot be restored: its ${kind} ${id} is gone for good.`, {
        hint: "Upload the recording again.",
      });
    return found;
  }

  function requireFiles(entries: OpenEntry[]): void {
    for (const { sha256, bytes } of entries.flatMap(({ id }) => store.filesOf(id))) {
      if (files.sizeOf(sha256) === bytes || files.sizeInTrash(sha256) === bytes) continue;
      throw new AppError("conflict", `It cannot be restored: the file ${sha256} is not in the trash.`, {
        hint: "Upload the recording again, or restore the file from a backup.",
      });
    }
  }

  /** What rows say is gone for good goes; a file that something still needs stays. */
  async function removeUnheld(names: string[]): Promise<number> {
    let bytes = 0;
    for (const sha256 of names) {
      await files.pause();
      if (store.holdsFile(sha256)) continue;
      settleNamed(sha256);
      bytes += files.sizeInTrash(sha256) ?? 0;
      files.removeFromTrash(sha256);
    }
    return bytes;
  }

  function settleNamed(sha256: string): void {
    if (files.sizeInTrash(sha256) !== null && files.sizeOf(sha256) === null && isNamed(sha256))
      files.moveBack(sha256);
  }

  return {
    entryTimes,
    settleFile,
    /** Makes files agree with rows after whatever interrupted a move. Idempotent. */
    async settle(): Promise<void> {
      for (const sha256 of new Set([...store.fileNames(), ...files.trashed()])) {
        // What was just written may be about to get its row; a crash's remains are older than that, or soon will be.
        if (!files.isYoung(sha256, clock.now() - GRACE_MS)) settleFile(sha256);
        await files.pause();
      }
    },
    entries: store.entries,

    /**
     * Brings a file back with its rows and with what these need, all in one transaction. It then stays for as long as
     * the trash keeps things, so that there is time to use it. What was uploaded again meanwhile is left as it is.
     * @returns what came back
     * @throws {AppError} `not_found` when nothing in the trash has this file, `conflict` when a part of it is gone
     */
    restore(sha256: string): ShownEntry[] {
      mount.require();
      const found = store.withFile(sha256).filter(({ expiresAt }) => expiresAt > clock.now());
      if (found.length === 0) throw notFound("file in the trash", sha256);
      const entries = withWhatTheyNeed(found);
      requireFiles(entries);
      transact(() => {
        const { trashedAt: now, expiresAt } = entryTimes();
        // Assets before compositions before renditions, as the foreign keys want it.
        for (const kind of ["cover", "asset", "composition", "rendition", "file"]) {
          for (const entry of entries.filter((one) => one.kind === kind)) {
            store.putBackRows(entry.saved);
            store.markRestored(entry.id, now, expiresAt);
          }
        }
      });
      const shown = entries.map(({ saved: _, ...entry }) => ({
        ...entry,
        files: store.filesOf(entry.id),
      }));
      for (const file of shown.flatMap(({ files: all }) => all)) settleFile(file.sha256);
      return shown;
    },

    /** Removes for good what has lain its time. @returns the bytes that became free */
    async expire(): Promise<number> {
      mount.require();
      const names = store.fileNames();
      transact(() => store.dropExpired(clock.now()));
      for (const sha256 of files.laidAside()) {
        const damage = checks.damage(sha256);
        if (!damage || damage.lastSeenAt + policy.trashMs <= clock.now()) files.removeLaidAside(sha256);
        await files.pause();
      }
      checks.forgetMended(clock.now() - policy.keepMs);
      return removeUnheld(names);
    },

    /** Removes everything in the trash for good, at somebody's wish. @returns the bytes that became free */
    async empty(): Promise<number> {
      mount.require();
      const names = store.fileNames();
      transact(() => store.dropAll());
      return removeUnheld(names);
    },
  };
}

function coverNeededBy({ definition }: Record<string, unknown>): (readonly ["cover", string])[] {
  const { labels } = JSON.parse(String(definition)) as Partial<Pick<Composition, "labels">>;
  return labels?.cover ? [["cover", labels.cover]] : [];
}
