import type { Clock } from "../clock.ts";
import type { ApprovalAct, ApprovalChange } from "./content.ts";

interface Approvable {
  id: string;
  programmeId: string;
  /** Epoch ms. */
  approvedAt: number | null;
}

interface ApprovalStore {
  setApproval(id: string, approvedAt: number | null, approvedBy: string | null, now: number): void;
}

/** Giving approvals, taking them back and voiding them, the same for episodes and sessions. Call inside a transaction. */
export function createApprovals({ store, clock }: { store: ApprovalStore; clock: Clock }) {
  const listeners: ((change: ApprovalChange) => void)[] = [];

  function write({ id: contentId, programmeId }: Approvable, act: ApprovalAct, userId: string): void {
    const now = clock.now();
    const isApproved = act === "approved";
    store.setApproval(contentId, isApproved ? now : null, isApproved ? userId : null, now);
    for (const listener of listeners) listener({ programmeId, contentId, act, userId });
  }

  /** Nothing happens without an approval. */
  const lose = (act: "withdrawn" | "voided") => (content: Approvable, userId: string) => {
    if (content.approvedAt !== null) write(content, act, userId);
  };

  return {
    onApprovalChange: (listener: (change: ApprovalChange) => void) => void listeners.push(listener),
    approve: (content: Approvable, userId: string) => write(content, "approved", userId),
    withdraw: lose("withdrawn"),
    /** Any edit voids the approval: in the transaction of the edit and before it, for what was approved to be known. */
    void: lose("voided"),
  };
}
