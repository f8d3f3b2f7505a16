import type { Database } from "../db/open.ts";
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
}

type Row = Omit<Programme, "segments" | "sound"> & { segments: string; sound: string };

const toProgramme = (row: Row): Programme => ({
  ...row,
  segments: JSON.parse(row.segments) as string[],
  sound: { ...DEFAULT_SOUND, ...(JSON.parse(row.sound) as Partial<ProgrammeSound>) },
});

export function createProgrammeStore(db: Database) {
  const select = "SELECT id, slug, kind, title, segments, sound FROM programmes";
  const selectAll = db.prepare<[], Row>(`${select} ORDER BY id`);
  const selectOne = db.prepare<[string], Row>(`${select} WHERE id = ?`);
  const insert = db.prepare(
    `INSERT INTO programmes (id, slug, kind, title, segments, sound)
     VALUES (@id, @slug, @kind, @title, @segments, @sound)`,
  );
  const updateSound = db.prepare<[string, string]>("UPDATE programmes SET sound = ? WHERE id = ?");
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
      }),
    setSound: (id: string, sound: ProgrammeSound) => void updateSound.run(JSON.stringify(sound), id),
  };
}
export type ProgrammeStore = ReturnType<typeof createProgrammeStore>;
