import type { Database } from "../../db/open.ts";

/** Who or what ended it: the speaker, ten seconds without a word from the speaker's link, its length, a stop, or the server. */
export const ENDED_BY = ["speaker", "link", "longest", "stopped", "server"] as const;
export type EndedBy = (typeof ENDED_BY)[number];

/** What is spoken live, from the first word on. Instants are epoch ms. */
export interface VoiceRow {
  /** Also its announcement's and its broadcast's. */
  id: string;
  beganAt: number;
  endedAt: number | null;
  endedBy: EndedBy | null;
}

const SELECT = "SELECT id, began_at AS beganAt, ended_at AS endedAt, ended_by AS endedBy FROM live_voices";

export function createLiveStore(db: Database) {
  const insert = db.prepare<[string, number]>("INSERT INTO live_voices (id, began_at) VALUES (?, ?)");
  const end = db.prepare<[number, EndedBy, string]>(
    "UPDATE live_voices SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL",
  );
  const move = db.prepare<[number, string]>("UPDATE live_voices SET began_at = began_at + ? WHERE id = ?");
  const selectOne = db.prepare<[string], VoiceRow>(`${SELECT} WHERE id = ?`);
  const selectOpen = db.prepare<[], VoiceRow>(`${SELECT} WHERE ended_at IS NULL`);
  return {
    insert: (id: string, now: number): void => void insert.run(id, now),
    /** Returns whether it had not ended yet. */
    end: (id: string, by: EndedBy, now: number): boolean => end.run(now, by, id).changes > 0,
    /** The clock was set. */
    move: (id: string, byMs: number): void => void move.run(byMs, id),
    get: (id: string): VoiceRow | null => selectOne.get(id) ?? null,
    open: (): VoiceRow[] => selectOpen.all(),
  };
}
export type LiveStore = ReturnType<typeof createLiveStore>;
