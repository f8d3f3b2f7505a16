import { wholeWeeks } from "../broadcasts/minutes-over.ts";
import { hasMinutesCap } from "../protocol/minutes-cap.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Slot, Timetable } from "./timetable.ts";

export interface SlotsAround {
  /** In order of start. */
  slots: Slot[];
  /** With those of the whole weeks around, where any area inside counts minutes: what else takes them decides. */
  around: Slot[];
}

interface Dependencies {
  timetable: Timetable;
  policy: Pick<PolicyService, "effective" | "areasWithin">;
}

/** What starts in a range of epoch ms, for an area. */
export const createSlotsAround =
  ({ timetable, policy }: Dependencies) =>
  (code: string, from: number, until: number): SlotsAround => {
    const policies = [code, ...policy.areasWithin(code)].map(policy.effective);
    const counts = policies.find(hasMinutesCap);
    if (!counts) {
      const slots = timetable(from, until);
      return { slots, around: slots };
    }
    const weeks = wholeWeeks(counts.zone, from, until);
    const around = timetable(weeks.from, weeks.until);
    return { slots: around.filter(({ startAt }) => startAt >= from && startAt < until), around };
  };
