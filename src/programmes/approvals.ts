import type { Clock } from "../clock.ts";
import type { ApprovalChange } from "./content.ts";

interface Approvable {
  id: string;
  programmeId: string;
  /** Epoch ms. */
  approvedAt: number | null;
}

interface ApprovalStore {
  setApproval(id: string, approvedAt: number | null, approvedBy: string | null, now: number): void;
}

/** Giving and voiding approvals, the same for episodes and sessions. Call inside a transaction. */
export function createApprovals({ store, clock }: { store: ApprovalStore; clock: Clock }) {
  const listeners: ((change: ApprovalChange) => void)[] = [];

  function write(content: Approvable, userId: string | null): void {
    const now = clock.now();
    const approved = userId !== null;
    store.setApproval(content.id, approved ? now : null, userId, now);
    for (const listener of listeners) {
      listener({ programmeId: content.programmeId, contentId: content.id, approved, userId });
    }
  }

  return {
    onApprovalChange: (listener: (change: ApprovalChange) => void) => void listeners.push(listener),
    approve: (content: Approvable, userId: string) => write(content, userId),
    /** Any edit voids the approval, in the transaction of the edit. Nothing happens without one. */
    void(content: Approvable): void {
      if (content.approvedAt !== null) write(content, null);
    },
  };
}
