import { MINUTE_MS } from "../clock.ts";
import {
  BROADCAST_CLASSES,
  type BroadcastClass,
  type DeviceKind,
  type Policy,
} from "../protocol/messages.ts";
import {
  keepsQuietHours,
  type LocalMoment,
  quietWindowAtLocal,
  quietWindowWithin,
} from "../protocol/quiet-hours.ts";
import { levelOf, REGION_LEVELS, selfAndAncestors } from "../protocol/region-code.ts";
import { formatDay } from "./day.ts";

export const CONFLICT_KINDS = [
  "overlap",
  "quiet-hours",
  "runs-into-quiet-hours",
  "longer-than-slot",
  "daily-minutes",
  "weekly-minutes",
] as const;
type ConflictKind = (typeof CONFLICT_KINDS)[number];

/** The coming occurrences of a schedule, in order of start; lists of numbers, as there are many. */
export interface PlannedRule {
  /** `null` for one that is not saved. */
  scheduleId: string | null;
  name: string;
  class: BroadcastClass;
  priority: number;
  reach: Reach;
  /** Epoch ms. */
  starts: Float64Array;
  /** The same on the county's clocks. */
  days: Int32Array;
  minutes: Int16Array;
  /** How long those last whose content is known, ms by start. */
  lengths: ReadonlyMap<number, number>;
  /** Of the others. */
  usualMs: number;
  /** The slot that was meant for it; `null` is as long as it likes. */
  slotMs: number | null;
}

/** Whom a rule is for, prepared to be compared with others by the prefixes of areas. */
export interface Reach {
  kinds: readonly DeviceKind[];
  areas: ReadonlySet<string>;
  exclude: ReadonlySet<string>;
  /** Of each area, itself and what encloses it. */
  lineages: readonly string[][];
  /** Of the areas, the smaller the higher. */
  authority: number;
}

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
/** How far from its own time a free one is looked for. */
const SHIFT_STEP = 5;
const MAX_SHIFTS = 36;

export function reachOf(
  areas: readonly string[],
  kinds: readonly DeviceKind[],
  exclude: readonly string[],
): Reach {
  const lineages = outermostLineages(areas);
  const outer = lineages.flatMap(([area]) => area ?? []);
  return {
    kinds,
    areas: new Set(outer),
    exclude: new Set(outermostOf(exclude)),
    lineages,
    authority: Math.min(...outer.map((area) => REGION_LEVELS.indexOf(levelOf(area)))),
  };
}

/** Of the areas that lie in no other of them, each with what encloses it. */
function outermostLineages(areas: readonly string[]): string[][] {
  const given = new Set(areas);
  return [...given]
    .map(selfAndAncestors)
    .filter(([, ...enclosing]) => !enclosing.some((code) => given.has(code)));
}

const outermostOf = (areas: readonly string[]): string[] =>
  outermostLineages(areas).flatMap(([area]) => area ?? []);

/** The areas that both reach, the smaller of each two; empty when they cannot meet on any device. */
export function commonAreas(one: Reach, other: Reach): string[] {
  if (!one.kinds.some((kind) => other.kinds.includes(kind))) return [];
  const common: string[] = [];
  const addInside = (a: Reach, isMet: (lineage: readonly string[]) => boolean) => {
    for (const lineage of a.lineages)
      if (isMet(lineage) && !isExcluded(one, lineage) && !isExcluded(other, lineage))
        common.push(lineage[0] ?? "");
  };
  addInside(one, (lineage) => lineage.some((code) => other.areas.has(code)));
  // An area that both name is there already.
  addInside(other, ([, ...enclosing]) => enclosing.some((code) => one.areas.has(code)));
  return common;
}

const isExcluded = ({ exclude }: Reach, lineage: readonly string[]): boolean =>
  exclude.size > 0 && lineage.some((code) => exclude.has(code));

/**
 * What speaks against a rule as it is planned: who else has its devices at the time, quiet hours, its own slot, and the
 * minutes that an area allows. The cost goes with the number of occurrences, never with that of devices.
 * @param subject its occurrences are all ahead
 * @returns in order of their first dates
 */
export function findConflicts(
  subject: PlannedRule,
  others: readonly PlannedRule[],
  world: ConflictWorld,
): Conflict[] {
  const meeting = others.flatMap((rule): Meeting[] => {
    const areas = commonAreas(subject.reach, rule.reach);
    return areas.length > 0 ? [{ rule, areas }] : [];
  });
  const policies = policiesOf(subject, world);
  const freeTimes = new Map<number, string | null>();
  const freeTime = (minute: number): string | null => {
    const known = freeTimes.get(minute);
    if (known !== undefined) return known;
    const found = nearestFreeTime(subject, minute, meeting, policies);
    freeTimes.set(minute, found);
    return found;
  };
  const found = [
    ...overlaps(subject, meeting, world, freeTime),
    ...quietConflicts(subject, policies, world, freeTime),
    ...slotConflicts(subject, world),
    ...capConflicts(subject, meeting, world),
  ];
  return found.toSorted((a, b) => (a.dates[0] ?? "").localeCompare(b.dates[0] ?? ""));
}

interface Meeting {
  rule: PlannedRule;
  areas: string[];
}

const lengthAt = ({ starts, lengths, usualMs }: PlannedRule, index: number): number =>
  (lengths.size > 0 ? lengths.get(starts[index] ?? 0) : undefined) ?? usualMs;
const longestOf = ({ lengths, usualMs }: PlannedRule): number => Math.max(usualMs, ...lengths.values());
const timeOf = (minute: number): string =>
  `${`${Math.floor(minute / 60)}`.padStart(2, "0")}:${`${minute % 60}`.padStart(2, "0")}`;

/** The dates of something, of which only the first are kept. */
function createDates() {
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

/** Calls `visit` for every two occurrences that sound at one time, given `marginMs` on either side. Sorted by start. */
function sweep(
  one: PlannedRule,
  other: PlannedRule,
  marginMs: number,
  visit: (index: number, otherIndex: number) => void,
): void {
  const longest = longestOf(other) + marginMs;
  let low = 0;
  for (let index = 0; index < one.starts.length; index += 1) {
    const start = one.starts[index] ?? 0;
    const end = start + lengthAt(one, index) + marginMs;
    while (low < other.starts.length && (other.starts[low] ?? 0) + longest <= start) low += 1;
    for (let at = low; at < other.starts.length && (other.starts[at] ?? 0) < end; at += 1)
      if ((other.starts[at] ?? 0) + lengthAt(other, at) + marginMs > start) visit(index, at);
  }
}

/** Who has the air: by class, then authority, then priority, then the earlier start. */
function winnerOf(one: PlannedRule, start: number, other: PlannedRule, otherStart: number): "this" | "other" {
  const rank = ({ class: each }: PlannedRule) => BROADCAST_CLASSES.indexOf(each);
  const lead =
    rank(one) - rank(other) ||
    other.reach.authority - one.reach.authority ||
    one.priority - other.priority ||
    otherStart - start;
  return lead > 0 ? "this" : "other";
}

function overlaps(
  subject: PlannedRule,
  meeting: readonly Meeting[],
  world: ConflictWorld,
  freeTime: (minute: number) => string | null,
): Conflict[] {
  const conflictsWith = (
    rule: PlannedRule,
    areas: string[],
    isCounted: (a: number, b: number) => boolean,
  ) => {
    const groups = new Map<string, { minute: number; winner: "this" | "other"; dates: Dates }>();
    sweep(subject, rule, 0, (index, otherIndex) => {
      if (!isCounted(index, otherIndex)) return;
      const minute = subject.minutes[index] ?? 0;
      const winner = winnerOf(subject, subject.starts[index] ?? 0, rule, rule.starts[otherIndex] ?? 0);
      const key = `${minute} ${winner}`;
      const group = groups.get(key) ?? { minute, winner, dates: createDates() };
      group.dates.add(subject.days[index] ?? 0);
      groups.set(key, group);
    });
    return [...groups.values()].map(({ minute, winner, dates }): Conflict => {
      const free = freeTime(minute);
      const loser = winner === "this" ? rule.name : subject.name;
      const itself = rule === subject;
      return {
        kind: "overlap",
        time: timeOf(minute),
        ...dates.fields(),
        areas: areas.slice(0, MAX_AREAS),
        devices: world.countDevices(
          subject.reach.kinds.filter((kind) => rule.reach.kinds.includes(kind)),
          areas,
        ),
        other: { scheduleId: rule.scheduleId, name: rule.name },
        winner,
        message: itself
          ? `At ${timeOf(minute)} it is still on air from the time before.`
          : `At ${timeOf(minute)} it meets "${rule.name}" on the same devices; "${loser}" would be interrupted or not begin.`,
        mend:
          free === null
            ? { text: "No time within three hours is free on all these dates: leave out devices or dates." }
            : { text: `Move it to ${free}, which is free on all these dates.`, time: free },
      };
    });
  };
  return [
    ...meeting.flatMap(({ rule, areas }) => conflictsWith(rule, areas, () => true)),
    ...conflictsWith(subject, [...subject.reach.areas], (index, otherIndex) => otherIndex < index),
  ];
}

type Dates = ReturnType<typeof createDates>;

/** The policies that hold anywhere for the subject, and where: areas with the same quiet hours are judged once. */
interface PolicyPlace {
  policy: Policy;
  areas: string[];
}

function policiesOf({ reach }: PlannedRule, world: ConflictWorld): PolicyPlace[] {
  const places = new Map<string, PolicyPlace>();
  for (const area of reachedAreas(reach, world)) {
    const policy = world.policyOf(area);
    const key = JSON.stringify(policy.quietHours);
    const place = places.get(key);
    if (place) place.areas.push(area);
    else places.set(key, { policy, areas: [area] });
  }
  return [...places.values()];
}

/** The subject's areas, and those inside them that have a policy of their own. */
function reachedAreas(reach: Reach, world: ConflictWorld): string[] {
  const all = [...reach.areas].flatMap((area) => [area, ...world.areasWithPolicy(area)]);
  if (reach.exclude.size === 0) return [...new Set(all)];
  return [...new Set(all)].filter((area) => !selfAndAncestors(area).some((code) => reach.exclude.has(code)));
}

function quietConflicts(
  subject: PlannedRule,
  policies: readonly PolicyPlace[],
  world: ConflictWorld,
  freeTime: (minute: number) => string | null,
): Conflict[] {
  if (!keepsQuietHours(subject.class)) return [];
  const groups = new Map<
    string,
    { kind: ConflictKind; minute: number; window: string; areas: Set<string>; dates: Dates }
  >();
  for (const { policy, areas } of policies) {
    for (let index = 0; index < subject.starts.length; index += 1) {
      const moment = momentAt(subject, index);
      const quiet = quietWindowAtLocal(policy, moment);
      const later = quiet ?? quietWindowWithin(policy, moment, lengthAt(subject, index) / MINUTE_MS);
      if (!later) continue;
      const kind = quiet ? "quiet-hours" : "runs-into-quiet-hours";
      const window = `${later.from}–${later.to}`;
      const key = `${kind} ${moment.minute} ${window}`;
      const group = groups.get(key) ?? {
        kind,
        minute: moment.minute,
        window,
        areas: new Set(),
        dates: createDates(),
      };
      for (const area of areas) group.areas.add(area);
      group.dates.add(moment.day);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ kind, minute, window, areas: all, dates }) => {
    const areas = outermostOf([...all]);
    const free = freeTime(minute);
    const elsewhere = kind === "quiet-hours" ? "leave out these areas" : "shorten it";
    return {
      kind,
      time: timeOf(minute),
      ...dates.fields(),
      areas: areas.slice(0, MAX_AREAS),
      devices: world.countDevices(subject.reach.kinds, areas),
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

const momentAt = ({ days, minutes }: PlannedRule, index: number): LocalMoment => ({
  day: days[index] ?? 0,
  minute: minutes[index] ?? 0,
});

/** The time of day nearest to `minute` at which its occurrences meet nobody and keep all quiet hours. */
function nearestFreeTime(
  subject: PlannedRule,
  minute: number,
  meeting: readonly Meeting[],
  policies: readonly PolicyPlace[],
): string | null {
  const step = SHIFT_STEP * MINUTE_MS;
  /** By shift from −MAX_SHIFTS on. */
  const taken = new Uint8Array(2 * MAX_SHIFTS + 1);
  const block = (index: number, rule: PlannedRule, at: number) => {
    const start = subject.starts[index] ?? 0;
    const from = (rule.starts[at] ?? 0) - start - lengthAt(subject, index);
    const until = (rule.starts[at] ?? 0) + lengthAt(rule, at) - start;
    const first = Math.max(Math.floor(from / step) + 1, -MAX_SHIFTS);
    const last = Math.min(Math.ceil(until / step) - 1, MAX_SHIFTS);
    for (let shift = first; shift <= last; shift += 1) taken[shift + MAX_SHIFTS] = 1;
  };
  const itself = { rule: subject, areas: [] };
  for (const { rule } of [...meeting, itself]) {
    sweep(subject, rule, MAX_SHIFTS * step, (index, at) => {
      if (subject.minutes[index] === minute && !(rule === subject && rule.minutes[at] === minute))
        block(index, rule, at);
    });
  }
  const isQuiet = (shifted: number): boolean =>
    keepsQuietHours(subject.class) &&
    policies.some(({ policy }) =>
      subject.minutes.some((each, index) => {
        if (each !== minute) return false;
        const moment = { day: subject.days[index] ?? 0, minute: shifted };
        const minutes = lengthAt(subject, index) / MINUTE_MS;
        return quietWindowAtLocal(policy, moment) ?? quietWindowWithin(policy, moment, minutes);
      }),
    );
  for (let distance = 1; distance <= MAX_SHIFTS; distance += 1) {
    for (const shift of [distance, -distance]) {
      const shifted = minute + shift * SHIFT_STEP;
      if (shifted < 0 || shifted >= 1_440 || taken[shift + MAX_SHIFTS] === 1) continue;
      if (!isQuiet(shifted)) return timeOf(shifted);
    }
  }
  return null;
}

function slotConflicts(subject: PlannedRule, world: ConflictWorld): Conflict[] {
  const { slotMs, reach } = subject;
  if (slotMs === null) return [];
  const groups = new Map<number, { longest: number; dates: Dates }>();
  for (const [index, start] of subject.starts.entries()) {
    const length = subject.lengths.get(start) ?? 0;
    if (length <= slotMs) continue;
    const minute = subject.minutes[index] ?? 0;
    const group = groups.get(minute) ?? { longest: 0, dates: createDates() };
    group.longest = Math.max(group.longest, length);
    group.dates.add(subject.days[index] ?? 0);
    groups.set(minute, group);
  }
  const areas = [...reach.areas];
  return [...groups].map(([minute, { longest, dates }]) => {
    const slotMinutes = Math.ceil(longest / MINUTE_MS);
    return {
      kind: "longer-than-slot",
      time: timeOf(minute),
      ...dates.fields(),
      areas: areas.slice(0, MAX_AREAS),
      devices: world.countDevices(reach.kinds, areas),
      other: null,
      winner: null,
      message: `At ${timeOf(minute)} what airs lasts up to ${slotMinutes} minutes, and its slot is ${slotMs / MINUTE_MS}.`,
      mend: { text: `Shorten it, or make the slot ${slotMinutes} minutes.`, slotMinutes },
    };
  });
}

/** 1970-01-01 was a Thursday: weeks from Monday to Sunday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

/**
 * The days and weeks on which an area hears more of the daily class than it allows. Each rule adds its minutes to its
 * areas and takes them from those that it leaves out, so that an area's sum is that of what encloses it.
 */
function capConflicts(subject: PlannedRule, meeting: readonly Meeting[], world: ConflictWorld): Conflict[] {
  if (!keepsQuietHours(subject.class)) return [];
  const hasCap = (area: string) => {
    const { dailyMinutesCap, weeklyMinutesCap } = world.policyOf(area);
    return dailyMinutesCap !== undefined || weeklyMinutesCap !== undefined;
  };
  const places = new Set([...reachedAreas(subject.reach, world), ...meeting.flatMap(({ areas }) => areas)]);
  const capped = [...places].filter(hasCap);
  if (capped.length === 0 || subject.days.length === 0) return [];
  const first = weekOf(subject.days[0] ?? 0) * 7 - 3;
  const span = weekOf(subject.days.at(-1) ?? 0) * 7 + 4 - first;
  const over = {
    "daily-minutes": { areas: new Set<string>(), dates: createDates(), worst: 0, cap: 0 },
    "weekly-minutes": { areas: new Set<string>(), dates: createDates(), worst: 0, cap: 0 },
  };
  const judge = (
    kind: keyof typeof over,
    area: string,
    day: number,
    minutes: number,
    cap: number | undefined,
  ) => {
    if (cap === undefined || minutes <= cap) return;
    const found = over[kind];
    found.areas.add(area);
    found.dates.add(day);
    if (minutes > found.worst) Object.assign(found, { worst: minutes, cap });
  };
  for (const kind of subject.reach.kinds) {
    const rules = [subject, ...meeting.map(({ rule }) => rule)].filter(
      (rule) => keepsQuietHours(rule.class) && rule.reach.kinds.includes(kind),
    );
    const sums = sumByArea(rules, first, span);
    for (const area of capped) {
      const { dailyMinutesCap, weeklyMinutesCap } = world.policyOf(area);
      const onDays = new Float64Array(span);
      for (const code of selfAndAncestors(area))
        for (const [index, ms] of sums.get(code)?.entries() ?? []) onDays[index] = (onDays[index] ?? 0) + ms;
      for (const day of subject.days) {
        const monday = weekOf(day) * 7 - 3 - first;
        const inWeek = onDays.subarray(monday, monday + 7).reduce((sum, ms) => sum + ms, 0);
        judge("daily-minutes", area, day, (onDays[day - first] ?? 0) / MINUTE_MS, dailyMinutesCap);
        judge("weekly-minutes", area, day, inWeek / MINUTE_MS, weeklyMinutesCap);
      }
    }
  }
  return Object.entries(over).flatMap(([kind, { areas: all, dates, worst, cap }]) => {
    if (all.size === 0) return [];
    const areas = outermostOf([...all]);
    const span = kind === "daily-minutes" ? "day" : "week";
    return [
      {
        kind: kind as ConflictKind,
        time: null,
        ...dates.fields(),
        areas: areas.slice(0, MAX_AREAS),
        devices: world.countDevices(subject.reach.kinds, areas),
        other: null,
        winner: null,
        message: `Up to ${Math.ceil(worst)} minutes a ${span} where ${cap} are allowed: devices refuse what does not fit.`,
        mend: { text: `Skip these dates, leave out these areas, or shorten what airs on them.` },
      },
    ];
  });
}

/** Milliseconds of each day from `first` on, to be added up along what encloses an area. */
function sumByArea(rules: readonly PlannedRule[], first: number, span: number): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  const add = (area: string, onDays: Float64Array, sign: 1 | -1) => {
    const sum = sums.get(area) ?? new Float64Array(span);
    for (let index = 0; index < span; index += 1)
      sum[index] = (sum[index] ?? 0) + sign * (onDays[index] ?? 0);
    sums.set(area, sum);
  };
  for (const rule of rules) {
    const onDays = new Float64Array(span);
    for (let index = 0; index < rule.days.length; index += 1) {
      const day = (rule.days[index] ?? 0) - first;
      if (day >= span) break;
      if (day >= 0) onDays[day] = (onDays[day] ?? 0) + lengthAt(rule, index);
    }
    for (const area of rule.reach.areas) add(area, onDays, 1);
    for (const area of rule.reach.exclude) add(area, onDays, -1);
  }
  return sums;
}
