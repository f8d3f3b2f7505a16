import type { Database } from "../db/open.ts";
import type { ByteRange } from "../media/byte-range.ts";
import type { Hearing } from "./hearing.ts";

export function createHearingStore(db: Database) {
  const select = db.prepare<[string, string], { beganAt: number; ranges: string }>(
    "SELECT began_at AS beganAt, ranges FROM hearings WHERE user_id = ? AND sha256 = ?",
  );
  const save = db.prepare<[string, string, number, string]>(
    "INSERT OR REPLACE INTO hearings (user_id, sha256, began_at, ranges) VALUES (?, ?, ?, ?)",
  );
  const remove = db.prepare<[string, string]>("DELETE FROM hearings WHERE user_id = ? AND sha256 = ?");
  const removeBefore = db.prepare<[number]>("DELETE FROM hearings WHERE began_at <= ?");
  return {
    of(userId: string, sha256: string): Hearing | null {
      const row = select.get(userId, sha256);
      return row ? { beganAt: row.beganAt, ranges: JSON.parse(row.ranges) as ByteRange[] } : null;
    },
    save: (userId: string, sha256: string, { beganAt, ranges }: Hearing): void =>
      void save.run(userId, sha256, beganAt, JSON.stringify(ranges)),
    remove: (userId: string, sha256: string): void => void remove.run(userId, sha256),
    /** @param at epoch ms, included */
    removeBegunBefore: (at: number): void => void removeBefore.run(at),
  };
}
export type HearingStore = ReturnType<typeof createHearingStore>;
