import type { Database } from "../db/open.ts";
import { type Link, type Verified, verifyChain } from "./audit-entry.ts";
import { createAuditStore } from "./audit-store.ts";

/**
 * Follows the audit log of a database to its end, in one look at it, whatever a server writes meanwhile.
 * @param expected an entry that was written down elsewhere
 */
export function checkAuditLog(db: Database, expected?: Link): Verified {
  const store = createAuditStore(db);
  return db.transaction(() => verifyChain(store.all(), store.anchor(), store.objectsOf, expected))();
}
