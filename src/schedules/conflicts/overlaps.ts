import { byPrecedence } from "../../protocol/precedence.ts";
import {
  type Conflict,
  type ConflictWorld,
  createDates,
  type Dates,
  placeFields,
  timeOf,
} from "./conflict.ts";
import { type PlannedRule, sweep } from "./planned-rule.ts";
import { commonKinds } from "./reach.ts";
import type { SharedAir } from "./shared-air.ts";

type Winner = "this" | "other";
interface Group {
  minute: number;
  winner: Winner;
  dates: Dates;
}

/** What is not saved yet comes after all that is. */
const UNSAVED = "~";

const claimOf = ({ class: of, reach, priority, scheduleId }: PlannedRule, startAt: number) => ({
  class: of,
  authority: reach.authority,
  priority,
  startAt,
  id: scheduleId ?? UNSAVED,
});

/** Where two want the air of the same devices at one time, each with itself too, and who has it: as devices decide it. */
export function overlaps(
  subject: PlannedRule,
  air: SharedAir,
  world: ConflictWorld,
  freeTime: (minute: number) => string | null,
): Conflict[] {
  const byOther = new Map<PlannedRule, Map<number, Group>>();
  const note = (other: PlannedRule, index: number, at: number) => {
    const own = claimOf(subject, subject.starts[index] ?? 0);
    const winner = byPrecedence(own, claimOf(other, other.starts[at] ?? 0)) < 0 ? "this" : "other";
    const minute = subject.minutes[index] ?? 0;
    const groups = byOther.get(other) ?? new Map<number, Group>();
    byOther.set(other, groups);
    const key = 2 * minute + (winner === "this" ? 0 : 1);
    const group = groups.get(key) ?? { minute, winner, dates: createDates() };
    groups.set(key, group);
    group.dates.add(subject.days[index] ?? 0);
  };
  air.meet(0, () => true, note);
  sweep(subject, subject, 0, (index, at) => {
    if (at < index) note(subject, index, at);
  });

  const conflictOf = (other: PlannedRule, { minute, winner, dates }: Group): Conflict => {
    const itself = other === subject;
    const areas = itself ? [...subject.reach.areas] : air.areasWith(other);
    const free = freeTime(minute);
    const loser = winner === "this" ? other.name : subject.name;
    return {
      kind: "overlap",
      time: timeOf(minute),
      ...dates.fields(),
      ...placeFields(world, commonKinds(subject.reach, other.reach), areas),
      other: { scheduleId: other.scheduleId, name: other.name },
      winner,
      message: itself
        ? `At ${timeOf(minute)} it is still on air from the time before.`
        : `At ${timeOf(minute)} it meets "${other.name}" on the same devices; "${loser}" would be interrupted or not begin.`,
      mend:
        free === null
          ? { text: "No time within three hours is free on all these dates: leave out devices or dates." }
          : { text: `Move it to ${free}, which is free on all these dates.`, time: free },
    };
  };
  return [...byOther].flatMap(([other, groups]) =>
    [...groups.values()].map((group) => conflictOf(other, group)),
  );
}
