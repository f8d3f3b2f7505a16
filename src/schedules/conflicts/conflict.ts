import type { DeviceKind, Policy } from "../../protocol/messages.ts";
import { formatDay } from "../day.ts";

export const CONFLICT_KINDS = [
  "overlap",
  "quiet-hours",
  "runs-into-quiet-hours",
  "longer-than-slot",
  "daily-minutes",
  "weekly-minutes",
] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

export interface Conflict {
  kind: ConflictKind;
  /** Local time of the occurrences, `HH:MM`; `null` when it is about whole days. */
  time: string | null;
  /** The first of them. */
  dates: string[];
  count: number;
  areas: string[];
  /** At most this many: groups and tags may leave some of them out. */
  devices: number;
  other: { scheduleId: string | null; name: string } | null;
  /** Who has the air where two meet. */
  winner: "this" | "other" | null;
  message: string;
  mend: Mend;
}

interface Mend {
  text: string;
  /** The nearest time that is free on all the dates. */
  time?: string;
  slotMinutes?: number;
}

export interface ConflictWorld {
  policyOf(area: string): Policy;
  /** The regions inside an area that have a policy of their own. */
  areasWithPolicy(area: string): string[];
  countDevices(kinds: readonly DeviceKind[], areas: readonly string[]): number;
}

const MAX_DATES = 10;
const MAX_AREAS = 20;

export const timeOf = (minute: number): string =>
  `${`${Math.floor(minute / 60)}`.padStart(2, "0")}:${`${minute % 60}`.padStart(2, "0")}`;

/** The dates of something, of which only the first are shown. */
export function createDates() {
  const days = new Set<number>();
  return {
    add: (day: number) => void days.add(day),
    fields: () => ({
      dates: [...days]
        .toSorted((a, b) => a - b)
        .slice(0, MAX_DATES)
        .map(formatDay),
      count: days.size,
    }),
  };
}
export type Dates = ReturnType<typeof createDates>;

/** Where a conflict is; of the areas only the first are shown. */
export const placeFields = (
  world: ConflictWorld,
  kinds: readonly DeviceKind[],
  areas: readonly string[],
) => ({
  areas: areas.slice(0, MAX_AREAS),
  devices: world.countDevices(kinds, areas),
});

/** In order of their first dates, and the same whatever they were found by. */
export const inOrder = (conflicts: readonly Conflict[]): Conflict[] =>
  conflicts
    .map((conflict) => ({ conflict, place: placeOf(conflict) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)))
    .map(({ conflict }) => conflict);

const placeOf = ({ dates, kind, time, other, winner }: Conflict): string =>
  [dates[0], CONFLICT_KINDS.indexOf(kind), time, other?.scheduleId, other?.name, winner].join(" ");
