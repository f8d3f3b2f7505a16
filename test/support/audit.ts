import { join } from "node:path";
import type { Operator } from "../../scripts/operator-client.ts";
import { checkAuditLog } from "../../src/audit/audit-check.ts";
import type { AuditEntry, Verified } from "../../src/audit/audit-entry.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";

export type EntryView = Omit<AuditEntry, "at"> & { at: string };

export const auditOf = async (operator: Operator, query = ""): Promise<EntryView[]> =>
  (await operator.get<{ items: EntryView[] }>(`/audit?limit=500${query}`)).items;

/** Follows the chain of a server's database, which may be running. */
export function verifyAudit(dataDir: string, expected?: { seq: number; hash: string }): Verified {
  const db = openDatabaseReadOnly(join(dataDir, "cuncunxiang.db"));
  try {
    return checkAuditLog(db, expected);
  } finally {
    db.close();
  }
}
