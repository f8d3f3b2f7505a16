import type { Database } from "../db/open.ts";
import type { BroadcastClass } from "../protocol/messages.ts";

export type InterruptClass = Exclude<BroadcastClass, "daily">;

/** What somebody airs this once, and what is heard then. */
export interface InterruptRecord {
  /** Also its broadcast's. */
  id: string;
  class: InterruptClass;
  title: string;
  /** What is spoken; `null` for a recording. */
  text: string | null;
  assetSha256: string | null;
  compositionId: string | null;
  /** Spoken before and after a drill, so that nobody takes it for real. */
  marks: string[];
  /** Spoken live, for at most so long; `null` for everything else. */
  longestMs: number | null;
  /** How often it is heard in one airing. */
  repeats: number;
  silent: boolean;
  /** The broadcast that it puts right. */
  corrects: string | null;
  createdBy: string;
  createdAt: number;
}

export interface Interrupt extends InterruptRecord {
  /** Who that is, by name. */
  createdByName: string;
}

export interface AnnouncementFilter {
  /** The last id of the page before. */
  before: string;
  /** Only what waits for a second person. */
  waiting: boolean;
}

type Row = Omit<Interrupt, "silent" | "marks"> & { silent: 0 | 1; marks: string };

const SELECT = `SELECT id, class, title, text, asset_sha256 AS assetSha256, composition_id AS compositionId, marks,
  longest_ms AS longestMs, repeats, silent, corrects, created_by AS createdBy, created_at AS createdAt,
  (SELECT name FROM users WHERE users.id = created_by) AS createdByName FROM interrupts`;

const toInterrupt = (row: Row): Interrupt => ({
  ...row,
  silent: row.silent === 1,
  marks: JSON.parse(row.marks) as string[],
});

export function createInterruptStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO interrupts (id, class, title, text, asset_sha256, composition_id, marks, longest_ms, repeats, silent, corrects,
       created_by, created_at)
     VALUES (@id, @class, @title, @text, @assetSha256, @compositionId, @marks, @longestMs, @repeats, @silent, @corrects,
       @createdBy, @createdAt)`,
  );
  const selectOne = db.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const selectPage = db.prepare<{ before: string; waiting: 0 | 1; limit: number }, Row>(
    `${SELECT} WHERE id < @before AND id NOT IN (SELECT id FROM emergencies)
       AND (@waiting = 0 OR EXISTS (
         SELECT 1 FROM confirmations c JOIN broadcasts b ON b.id = c.id
         WHERE c.id = interrupts.id AND b.state = 'planned'
           AND (c.confirmed_by IS NULL OR c.composition_id IS NOT interrupts.composition_id)))
     ORDER BY id DESC LIMIT @limit`,
  );
  const setRecording = db.prepare(
    "UPDATE interrupts SET asset_sha256 = @assetSha256, composition_id = @compositionId WHERE id = @id",
  );
  const selectCompositions = db.prepare<[], { id: string }>(
    `SELECT DISTINCT composition_id AS id FROM interrupts WHERE composition_id IS NOT NULL AND (
       id IN (SELECT id FROM broadcasts WHERE state = 'planned')
       OR id IN (SELECT id FROM emergencies WHERE state IN ('proposed', 'confirmed')))`,
  );

  return {
    insert: (interrupt: InterruptRecord) =>
      void insert.run({
        ...interrupt,
        silent: interrupt.silent ? 1 : 0,
        marks: JSON.stringify(interrupt.marks),
      }),
    get(id: string): Interrupt | null {
      const row = selectOne.get(id);
      return row ? toInterrupt(row) : null;
    },
    /** Announcements and drills, newest first. */
    page: ({ before, waiting }: AnnouncementFilter, limit: number) =>
      selectPage.all({ before, waiting: waiting ? 1 : 0, limit }).map(toInterrupt),
    setRecording: (recording: Pick<Interrupt, "id" | "assetSha256" | "compositionId">) =>
      void setRecording.run(recording),
    /** Those that have yet to air. */
    compositions: () => selectCompositions.all().map(({ id }) => id),
  };
}
export type InterruptStore = ReturnType<typeof createInterruptStore>;
