import { join } from "node:path";
import type { Operator } from "../../scripts/operator-client.ts";
import type { AuditEntry } from "../../src/audit/audit-entry.ts";
import { type Verified, verifyChain } from "../../src/audit/audit-entry.ts";
import { createAuditStore } from "../../src/audit/audit-store.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";

export type EntryView = Omit<AuditEntry, "at"> & { at: string };

export const auditOf = async (operator: Operator, query = ""): Promise<EntryView[]> =>
  (await operator.get<{ items: EntryView[] }>(`/audit?limit=500${query}`)).items;

/** Follows the chain of a server's database, which may be running. */
export function verifyAudit(dataDir: string, expected?: { seq: number; hash: string }): Verified {
  const db = openDatabaseReadOnly(join(dataDir, "cuncunxiang.db"));
  const store = createAuditStore(db);
  try {
    return verifyChain(store.all(), store.anchor(), store.objectsOf, expected);
  } finally {
    db.close();
  }
}
