import { openDatabaseReadOnly } from "../../../src/db/open.ts";
import { operationOf } from "./operations.ts";

/** Something that has to be so from an acknowledgement on. */
interface Fact {
  operation: string;
  /** SQL whose first value is 1 while it is; or what looks at files. */
  so: string | (() => boolean);
  values: readonly unknown[];
}

interface Reader {
  /** One value of the database as it is now. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the column
  read<T>(sql: string, ...values: readonly unknown[]): T;
}

export type Ledger = ReturnType<typeof createLedger>;

/** What a server has acknowledged, and how to find it again in its database. */
export function createLedger(databasePath: string) {
  const facts = new Set<Fact>();
  const counts = new Map<string, number>();

  const read: Reader["read"] = (sql, ...values) => {
    const db = openDatabaseReadOnly(databasePath);
    try {
      return db
        .prepare(sql)
        .pluck()
        .get(...values) as never;
    } finally {
      db.close();
    }
  };

  return {
    /** How often each operation was acknowledged. */
    counts,
    acknowledged: (): number => [...counts.values()].reduce((sum, count) => sum + count, 0),
    read,
    /**
     * Notes that an operation was acknowledged, as `POST /episodes/{}/submit`, and what is so for good since then.
     * @param so SQL whose first value is 1, or what looks at files
     * @returns takes that back: to be called before something is asked for that ends it
     */
    did(operation: string, so: Fact["so"], ...values: readonly unknown[]): () => void {
      const fact = { operation, so, values };
      facts.add(fact);
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      return () => void facts.delete(fact);
    },
    /** What was acknowledged and is not there. */
    lost(): Fact[] {
      const db = openDatabaseReadOnly(databasePath);
      try {
        const isThere = ({ so, values }: Fact) =>
          typeof so === "function"
            ? so()
            : db
                .prepare(so)
                .pluck()
                .get(...values) === 1;
        return [...facts].filter((fact) => !isThere(fact));
      } finally {
        db.close();
      }
    },
    /** Operations of which the audit log has fewer entries than were acknowledged. */
    unaudited(notAudited: readonly string[]): string[] {
      const db = openDatabaseReadOnly(databasePath);
      try {
        const acts = db
          .prepare<[], { act: string; count: number }>(
            "SELECT act, COUNT(*) AS count FROM audit_entries WHERE outcome = 'done' GROUP BY act",
          )
          .all();
        const written = new Map(acts.map(({ act, count }) => [operationOf(act), count]));
        return [...counts]
          .filter(([operation]) => !notAudited.includes(operation))
          .filter(([operation, count]) => (written.get(operation) ?? 0) < count)
          .map(([operation]) => operation);
      } finally {
        db.close();
      }
    },
  };
}
