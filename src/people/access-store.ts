import type { Database } from "../db/open.ts";
import type { GivenAccess } from "./access.ts";

/** With who they are, by name. */
export interface NamedAccess extends GivenAccess {
  name: string;
  givenByName: string;
}

/** Who let whom in, and when. */
export function createAccessStore(db: Database) {
  const insert = db.prepare<GivenAccess>(
    "INSERT INTO access_given (user_id, given_by, how, at) VALUES (@userId, @givenBy, @how, @at)",
  );
  const selectSince = db.prepare<[number], NamedAccess>(
    `SELECT user_id AS userId, given_by AS givenBy, how, at, u.name, g.name AS givenByName
     FROM access_given JOIN users u ON u.id = user_id JOIN users g ON g.id = given_by
     WHERE at > ? ORDER BY at DESC, access_given.id DESC`,
  );
  const deleteUntil = db.prepare("DELETE FROM access_given WHERE at <= ?");
  return {
    insert: (given: GivenAccess): void => void insert.run(given),
    /** Newest first. */
    since: (at: number): NamedAccess[] => selectSince.all(at),
    deleteUntil: (at: number): void => void deleteUntil.run(at),
  };
}
export type AccessStore = ReturnType<typeof createAccessStore>;
