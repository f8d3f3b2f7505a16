import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { DEVICE_KINDS, type DeviceKind } from "../protocol/messages.ts";
import { localMomentOf } from "../protocol/quiet-hours.ts";
import { codeRange } from "../protocol/region-code.ts";
import {
  type Conflict,
  type ConflictWorld,
  findConflicts,
  type PlannedRule,
  reachOf,
} from "../schedules/conflicts.ts";
import { parseDay } from "../schedules/day.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { type Calendars, expandRule } from "../schedules/rule.ts";
import type { Schedule, ScheduleDefinition } from "../schedules/schedule.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import type { Forecast } from "./forecast.ts";

/** A schedule as somebody wants to save it; `id` is `null` for a new one. */
export interface Candidate {
  id: string | null;
  programmeId: string;
  definition: ScheduleDefinition;
}

export interface ScheduleConflict extends Conflict {
  scheduleId: string;
  schedule: string;
}

export interface ConflictFinder {
  /** The conflicts that each of them would have within a year, with one another and with all that is active. */
  check(candidates: readonly Candidate[]): Conflict[][];
  /** Those of what is planned, with what is known of its lengths by now; each overlap once. */
  coming(): ScheduleConflict[];
  /** Something changed that `coming` depends on. */
  changed(): void;
}

interface Dependencies {
  store: BroadcastStore;
  schedules: { active(): Schedule[] };
  programmes: ProgrammeService;
  forecast: Forecast;
  policy: Pick<PolicyService, "effective" | "areasWithin">;
  devices: Pick<DeviceService, "regionsOf">;
  calendars: Calendars;
  clock: Clock;
  /** IANA, of the county. */
  zone: string;
  planMs: number;
}

const YEAR_MS = 366 * DAY_MS;
/** What aired lately tells how long a programme usually lasts. */
const LOOK_BACK_MS = 60 * DAY_MS;
/** As long as nothing is known of a length: its minute is taken at least. */
const UNKNOWN_MS = MINUTE_MS;

type Dated = Pick<PlannedRule, "starts" | "days" | "minutes" | "reach">;

export function createConflictFinder(deps: Dependencies): ConflictFinder {
  const { store, schedules, programmes, forecast, policy, devices, calendars, clock, zone, planMs } = deps;
  /** What each active schedule comes to, while it is defined so, from a day on: expanding is what takes time. */
  const expanded = new Map<string, { text: string; from: number; dated: Dated }>();
  let known: { from: number; conflicts: ScheduleConflict[] } | null = null;

  const today = (): number => Math.floor(clock.now() / DAY_MS) * DAY_MS;

  function expand(definition: ScheduleDefinition, from: number): Dated {
    const occurrences = expandRule(definition, from, from + YEAR_MS, calendars).filter(
      ({ barred }) => barred === null,
    );
    const moments = occurrences.map(({ startAt, airDate, airTime }) =>
      definition.zone === zone
        ? { day: parseDay(airDate) ?? 0, minute: Number(airTime.slice(0, 2)) * 60 + Number(airTime.slice(3)) }
        : localMomentOf(zone, startAt),
    );
    const { regions, kinds, exclude = [] } = definition.targets;
    return {
      starts: Float64Array.from(occurrences, ({ startAt }) => startAt),
      days: Int32Array.from(moments, ({ day }) => day),
      minutes: Int16Array.from(moments, ({ minute }) => minute),
      reach: reachOf(regions, kinds, exclude),
    };
  }

  function expandActive({ id, definition }: Schedule): Dated {
    const from = today();
    const text = JSON.stringify(definition);
    const held = expanded.get(id);
    if (held?.text === text && held.from === from) return held.dated;
    const dated = expand(definition, from);
    expanded.set(id, { text, from, dated });
    return dated;
  }

  /** How long what is planned or aired lasts, ms by start, of each schedule. */
  function knownLengths(): Map<string, Map<number, number>> {
    const lengths = new Map<string, Map<number, number>>();
    for (const { scheduleId, startAt, ms } of store.lengths(clock.now() - LOOK_BACK_MS)) {
      const own = lengths.get(scheduleId) ?? new Map<number, number>();
      own.set(startAt, ms);
      lengths.set(scheduleId, own);
    }
    return lengths;
  }

  function createRules() {
    const active = schedules.active();
    const lengths = knownLengths();
    const longestOf = (id: string): number => Math.max(0, ...(lengths.get(id)?.values() ?? []));
    const slots = new Map(programmes.all().map(({ id, sound }) => [id, sound.slotMinutes]));
    const longestOfProgramme = new Map<string, number>();
    for (const { id, programmeId } of active)
      longestOfProgramme.set(programmeId, Math.max(longestOfProgramme.get(programmeId) ?? 0, longestOf(id)));

    function ruleOf(
      { id, programmeId, definition }: Candidate,
      dated: Dated,
      own: ReadonlyMap<number, number>,
    ): PlannedRule {
      const slotMinutes = definition.slotMinutes ?? slots.get(programmeId) ?? null;
      const slotMs = slotMinutes === null ? null : slotMinutes * MINUTE_MS;
      const longest = Math.max(0, ...own.values()) || longestOfProgramme.get(programmeId);
      return {
        ...dated,
        scheduleId: id,
        name: definition.name,
        class: definition.class,
        priority: definition.priority,
        lengths: own,
        usualMs: slotMs ?? (longest || UNKNOWN_MS),
        slotMs,
      };
    }

    return {
      active,
      /** As it is saved. */
      saved: (schedule: Schedule) =>
        ruleOf(schedule, expandActive(schedule), lengths.get(schedule.id) ?? new Map()),
      wanted: (candidate: Candidate) =>
        ruleOf(candidate, expand(candidate.definition, clock.now()), foreseenLengths(candidate)),
    };
  }

  /** What it would play, as far as that is approved. */
  function foreseenLengths({ id, programmeId, definition }: Candidate): Map<number, number> {
    const now = clock.now();
    const schedule: Schedule = {
      id: id ?? "",
      programmeId,
      definition,
      version: 0,
      endedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return new Map(
      forecast(schedule, now + planMs).flatMap(({ startAt, items }) => {
        const durations = [...items.values()].map((list) =>
          list.reduce((sum, { durationMs }) => sum + durationMs, 0),
        );
        return durations.length === 0 ? [] : [[startAt, Math.max(...durations)]];
      }),
    );
  }

  function createWorld(): ConflictWorld {
    const codes = new Map<DeviceKind, string[]>(DEVICE_KINDS.map((kind) => [kind, devices.regionsOf(kind)]));
    return {
      policyOf: policy.effective,
      areasWithPolicy: policy.areasWithin,
      countDevices: (kinds, areas) =>
        kinds.reduce((sum, kind) => {
          const sorted = codes.get(kind) ?? [];
          return sum + areas.reduce((count, area) => count + countInside(sorted, area), 0);
        }, 0),
    };
  }

  return {
    check(candidates) {
      const rules = createRules();
      const replaced = new Set(candidates.map(({ id }) => id));
      const saved = rules.active.filter(({ id }) => !replaced.has(id)).map(rules.saved);
      const wanted = candidates.map(rules.wanted);
      const world = createWorld();
      return wanted.map((subject) =>
        findConflicts(subject, [...saved, ...wanted.filter((other) => other !== subject)], world),
      );
    },

    coming() {
      if (known?.from === today()) return known.conflicts;
      const rules = createRules();
      const now = clock.now();
      const all = rules.active.map((schedule) => ({ schedule, rule: rules.saved(schedule) }));
      const ids = new Set(rules.active.map(({ id }) => id));
      for (const id of expanded.keys()) if (!ids.has(id)) expanded.delete(id);
      const world = createWorld();
      const conflicts = all.flatMap(({ schedule, rule }) =>
        findConflicts(
          between(rule, now, now + planMs),
          all.flatMap((other) => (other.rule === rule ? [] : [other.rule])),
          world,
        )
          .filter(({ other }) => other === null || (other.scheduleId ?? "") >= schedule.id)
          .map((conflict) => ({ scheduleId: schedule.id, schedule: rule.name, ...conflict })),
      );
      known = {
        from: today(),
        conflicts: conflicts.toSorted((a, b) => (a.dates[0] ?? "").localeCompare(b.dates[0] ?? "")),
      };
      return known.conflicts;
    },

    changed: () => void (known = null),
  };
}

function between(rule: PlannedRule, from: number, until: number): PlannedRule {
  const [first, last] = [firstAtLeast(rule.starts, from), firstAtLeast(rule.starts, until)];
  return {
    ...rule,
    starts: rule.starts.subarray(first, last),
    days: rule.days.subarray(first, last),
    minutes: rule.minutes.subarray(first, last),
  };
}

/** How many of the sorted codes lie inside the area. */
export function countInside(sorted: readonly string[], area: string): number {
  const { from, before } = codeRange(area);
  return firstAtLeast(sorted, before) - firstAtLeast(sorted, from);
}

function firstAtLeast<T extends number | string>(sorted: ArrayLike<T>, value: T): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
