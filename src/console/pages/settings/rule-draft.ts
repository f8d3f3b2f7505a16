import type { OwnAreaPolicy, QuietHours } from "../../api-types.ts";
import { type AreaRules, CAPS, type Cap } from "./area-data.ts";

/** What is filled in about an area's own rules: numbers as they are typed. */
export interface RuleDraft {
  quietHours: QuietHours[];
  caps: Record<Cap, string>;
}

export const draftOf = ({ own }: Pick<AreaRules, "own">): RuleDraft => ({
  quietHours: own?.quietHours ?? [],
  caps: {
    maxVolume: String(own?.maxVolume ?? ""),
    dailyMinutesCap: String(own?.dailyMinutesCap ?? ""),
    weeklyMinutesCap: String(own?.weeklyMinutesCap ?? ""),
  },
});

/** @returns `null` when nothing is left of them */
export function ownOf({ quietHours, caps }: RuleDraft): OwnAreaPolicy | null {
  const set = CAPS.flatMap((cap) => (caps[cap] === "" ? [] : [[cap, Number(caps[cap])] as const]));
  if (quietHours.length === 0 && set.length === 0) return null;
  return {
    ...(quietHours.length > 0 ? { quietHours: quietHours.map(tidy) } : {}),
    ...Object.fromEntries(set),
  };
}

/** Without weekdays or dates that nobody chose. */
const tidy = ({ from, to, days, dates }: QuietHours): QuietHours => ({
  from,
  to,
  ...(days && days.length > 0 ? { days: days.toSorted((a, b) => a - b) } : {}),
  ...(dates && dates.length > 0 ? { dates } : {}),
});

const isSame = (one: QuietHours, other: QuietHours): boolean =>
  JSON.stringify(tidy(one)) === JSON.stringify(tidy(other));

/** What of the quiet hours is new, and what is gone. */
export function hoursChanged(before: readonly QuietHours[], after: readonly QuietHours[]) {
  const lackedBy = (list: readonly QuietHours[]) => (window: QuietHours) =>
    !list.some((other) => isSame(other, window));
  return { added: after.filter(lackedBy(before)), removed: before.filter(lackedBy(after)) };
}
