import type { Database } from "../db/open.ts";
import { DEFAULT_REVIEW, type ReviewSettings } from "./programme-review.ts";
import { DEFAULT_SOUND, type ProgrammeSound } from "./programme-sound.ts";

export interface Programme {
  id: string;
  /** A short name for files and addresses, e.g. `dangjian-zhisheng`. */
  slug: string;
  /** `broadcast` has episodes made of segments, `lecture` has sessions. */
  kind: "broadcast" | "lecture";
  title: string;
  /** The segment names an episode may have, in the order they air. */
  segments: string[];
  sound: ProgrammeSound;
  review: ReviewSettings;
}

type Row = Omit<Programme, "segments" | "sound" | "review"> & {
  segments: string;
  sound: string;
  review: string;
};

const toProgramme = (row: Row): Programme => ({
  ...row,
  segments: JSON.parse(row.segments) as string[],
  sound: { ...DEFAULT_SOUND, ...(JSON.parse(row.sound) as Partial<ProgrammeSound>) },
  review: { ...DEFAULT_REVIEW, ...(JSON.parse(row.review) as Partial<ReviewSettings>) },
});

export function createProgrammeStore(db: Database) {
  const select = "SELECT id, slug, kind, title, segments, sound, review FROM programmes";
  const selectAll = db.prepare<[], Row>(`${select} ORDER BY id`);
  const selectOne = db.prepare<[string], Row>(`${select} WHERE id = ?`);
  const insert = db.prepare(
    `INSERT INTO programmes (id, slug, kind, title, segments, sound, review)
     VALUES (@id, @slug, @kind, @title, @segments, @sound, @review)`,
  );
  const updateSound = db.prepare<[string, string]>("UPDATE programmes SET sound = ? WHERE id = ?");
  const updateReview = db.prepare<[string, string]>("UPDATE programmes SET review = ? WHERE id = ?");
  return {
    all: () => selectAll.all().map(toProgramme),
    get: (id: string) => {
      const row = selectOne.get(id);
      return row ? toProgramme(row) : null;
    },
    insert: (programme: Programme) =>
      void insert.run({
        ...programme,
        segments: JSON.stringify(programme.segments),
        sound: JSON.stringify(programme.sound),
        review: JSON.stringify(programme.review),
      }),
    setSound: (id: string, sound: ProgrammeSound) => void updateSound.run(JSON.stringify(sound), id),
    setReview: (id: string, review: ReviewSettings) => void updateReview.run(JSON.stringify(review), id),
  };
}
export type ProgrammeStore = ReturnType<typeof createProgrammeStore>;
