import { MINUTE_MS } from "../../clock.ts";
import {
  keepsQuietHours,
  type LocalMoment,
  quietWindowAtLocal,
  quietWindowText,
  quietWindowWithin,
} from "../../protocol/quiet-hours.ts";
import {
  type Conflict,
  type ConflictWorld,
  createDates,
  type Dates,
  placeFields,
  timeOf,
} from "./conflict.ts";
import type { PolicyPlace } from "./places.ts";
import { lengthAt, type PlannedRule } from "./planned-rule.ts";
import { outermostOf } from "./reach.ts";

interface Group {
  kind: "quiet-hours" | "runs-into-quiet-hours";
  minute: number;
  window: string;
  areas: Set<string>;
  dates: Dates;
}

/** Where it begins in quiet hours, or runs into them. */
export function quietConflicts(
  subject: PlannedRule,
  places: readonly PolicyPlace[],
  world: ConflictWorld,
  freeTime: (minute: number) => string | null,
): Conflict[] {
  if (!keepsQuietHours(subject.class)) return [];
  const groups = new Map<string, Group>();
  for (const { policy, areas } of places) {
    for (let index = 0; index < subject.starts.length; index += 1) {
      const moment: LocalMoment = { day: subject.days[index] ?? 0, minute: subject.minutes[index] ?? 0 };
      const quiet = quietWindowAtLocal(policy, moment);
      const later = quiet ?? quietWindowWithin(policy, moment, lengthAt(subject, index) / MINUTE_MS);
      if (!later) continue;
      const kind = quiet ? "quiet-hours" : "runs-into-quiet-hours";
      const window = quietWindowText(later);
      const key = `${kind} ${moment.minute} ${window}`;
      const { minute } = moment;
      const group = groups.get(key) ?? { kind, minute, window, areas: new Set(), dates: createDates() };
      groups.set(key, group);
      for (const area of areas) group.areas.add(area);
      group.dates.add(moment.day);
    }
  }
  return [...groups.values()].map(({ kind, minute, window, areas, dates }) => {
    const free = freeTime(minute);
    const elsewhere = kind === "quiet-hours" ? "leave out these areas" : "shorten it";
    return {
      kind,
      time: timeOf(minute),
      ...dates.fields(),
      ...placeFields(world, subject.reach.kinds, outermostOf([...areas])),
      other: null,
      winner: null,
      message:
        kind === "quiet-hours"
          ? `At ${timeOf(minute)} these areas keep the quiet hours ${window}: it will not be heard there.`
          : `From ${timeOf(minute)} it runs into the quiet hours ${window}.`,
      mend:
        free === null
          ? { text: `No time within three hours is free on all these dates: ${elsewhere}.` }
          : { text: `Move it to ${free}, or ${elsewhere}.`, time: free },
    };
  });
}
