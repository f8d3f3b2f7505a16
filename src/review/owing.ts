import { type Clock, HOUR_MS } from "../clock.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { approvalBefore, type Debt, type Review, reviewOf } from "./review.ts";
import type { Approval, Owed } from "./review-case.ts";
import type { ContentKey, ReviewStore } from "./review-store.ts";

interface Dependencies {
  store: Pick<ReviewStore, "of" | "goingOn" | "ended">;
  contentOf: (key: ContentKey) => Reviewable;
  programmes: Pick<ProgrammeService, "get">;
  clock: Clock;
}

/** What was let air urgently, and until when the signatures are due that it lacks. */
export function createOwing({ store, contentOf, programmes, clock }: Dependencies) {
  function owedOf({ programmeId }: Pick<Reviewable, "programmeId">, debt: Debt | null): Owed | null {
    if (debt === null) return null;
    const until = debt.since + programmes.get(programmeId).review.owedHours * HOUR_MS;
    return { steps: debt.steps, until, isOverdue: clock.now() > until };
  }

  return {
    of: owedOf,

    /** Whatever became of it since. */
    all(): { content: Reviewable; review: Review; owed: Owed }[] {
      return [...store.goingOn(), ...store.ended()].flatMap((key) => {
        const review = reviewOf(store.of(key.id));
        if (review.debt === null) return [];
        const content = contentOf(key);
        const owed = owedOf(content, review.debt);
        return owed === null ? [] : [{ content, review, owed }];
      });
    },

    /** Until when approved content airs without the signatures that it owes, epoch ms; `null` when it owes none. */
    until: (content: Pick<Reviewable, "id" | "programmeId">): number | null =>
      owedOf(content, reviewOf(store.of(content.id)).debt)?.until ?? null,

    /** The last round up to an instant that let some content air, with what it owes still. */
    approvalBefore(key: ContentKey, at: number): Approval | null {
      const acts = store.of(key.id);
      const approval = approvalBefore(acts, at);
      const number = acts.find(({ id }) => id === approval?.review.version)?.number;
      if (!approval || number === undefined) return null;
      const isSettled = approval.settled !== null || approval.refusal !== null;
      const owed = isSettled ? null : owedOf(contentOf(key), approval.review.debt);
      return { ...approval, number, owed };
    },
  };
}
