import type { Database } from "../db/open.ts";

export interface Programme {
  id: string;
  /** A short name for files and addresses, e.g. `dangjian-zhisheng`. */
  slug: string;
  /** `broadcast` has episodes made of segments, `lecture` has sessions. */
  kind: "broadcast" | "lecture";
  title: string;
  /** The segment names an episode may have, in the order they air. */
  segments: string[];
}

type Row = Omit<Programme, "segments"> & { segments: string };

const toProgramme = (row: Row): Programme => ({ ...row, segments: JSON.parse(row.segments) as string[] });

export function createProgrammeStore(db: Database) {
  const select = "SELECT id, slug, kind, title, segments FROM programmes";
  const selectAll = db.prepare<[], Row>(`${select} ORDER BY id`);
  const selectOne = db.prepare<[string], Row>(`${select} WHERE id = ?`);
  const insert = db.prepare(
    "INSERT INTO programmes (id, slug, kind, title, segments) VALUES (@id, @slug, @kind, @title, @segments)",
  );
  return {
    all: () => selectAll.all().map(toProgramme),
    get: (id: string) => {
      const row = selectOne.get(id);
      return row ? toProgramme(row) : null;
    },
    insert: (programme: Programme) =>
      void insert.run({ ...programme, segments: JSON.stringify(programme.segments) }),
  };
}
export type ProgrammeStore = ReturnType<typeof createProgrammeStore>;
