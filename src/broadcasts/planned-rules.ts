import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { localMomentOf } from "../protocol/quiet-hours.ts";
import type { PlannedRule } from "../schedules/conflicts/planned-rule.ts";
import { reachOf } from "../schedules/conflicts/reach.ts";
import { parseDay } from "../schedules/day.ts";
import { type Calendars, expandRule } from "../schedules/rule.ts";
import type { Schedule, ScheduleDefinition } from "../schedules/schedule.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import type { Forecast } from "./forecast.ts";
import { longestMs } from "./playable-items.ts";

/** A schedule as somebody wants to save it; `id` is `null` for a new one. */
export interface Candidate {
  id: string | null;
  programmeId: string;
  definition: ScheduleDefinition;
}

/** Schedules as conflicts are looked for in them: a year of occurrences, with what is known of their lengths. */
export interface PlannedRules {
  active: readonly Schedule[];
  /** As it is saved, from the beginning of today (UTC) on. */
  saved(schedule: Schedule): PlannedRule;
  /** As it would be, from now on. */
  wanted(candidate: Candidate): PlannedRule;
}

interface Dependencies {
  store: Pick<BroadcastStore, "lengths">;
  schedules: { active(): Schedule[] };
  programmes: ProgrammeService;
  forecast: Forecast;
  calendars: Calendars;
  clock: Clock;
  /** IANA, of the county. */
  zone: string;
  planMs: number;
}

export interface RulesReader {
  /** What there is now. */
  read(): PlannedRules;
  /** Does some of the day's work before somebody waits for it: some 20 ms a call, nothing once all is done. */
  prepare(): void;
}

const YEAR_MS = 366 * DAY_MS;
const PREPARE_MS = 20;
/** What aired lately tells how long a programme usually lasts. */
const LOOK_BACK_MS = 60 * DAY_MS;
/** As long as nothing is known of a length: its minute is taken at least. */
const UNKNOWN_MS = MINUTE_MS;

type Dated = Pick<PlannedRule, "starts" | "days" | "minutes" | "reach">;

/** What a schedule comes to is kept while it is defined so, for a day. */
export function createPlannedRules(deps: Dependencies): RulesReader {
  const { store, schedules, programmes, forecast, calendars, clock, zone, planMs } = deps;
  /** What each active schedule comes to, from a day on: expanding is what takes time. */
  const expanded = new Map<string, { text: string; from: number; dated: Dated }>();
  let preparedFor = 0;

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

  /** What it would play, as far as that is approved. */
  function foreseenLengths({ id, programmeId, definition }: Candidate): Map<number, number> {
    const now = clock.now();
    const schedule: Schedule = {
      id: id ?? "",
      programmeId,
      definition,
      version: 0,
      confirmation: { savedBy: [], confirmedBy: null, confirmedAt: null },
      endedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return new Map(
      forecast(schedule, now + planMs).flatMap(({ startAt, items }) => {
        return items.size === 0 ? [] : [[startAt, longestMs(items)]];
      }),
    );
  }

  function prepare(): void {
    const from = today();
    if (preparedFor === from) return;
    const until = clock.steadyMs() + PREPARE_MS;
    for (const schedule of schedules.active()) {
      expandActive(schedule);
      if (clock.steadyMs() > until) return;
    }
    preparedFor = from;
  }

  function read(): PlannedRules {
    const active = schedules.active();
    const ids = new Set(active.map(({ id }) => id));
    for (const id of expanded.keys()) if (!ids.has(id)) expanded.delete(id);
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
      saved: (schedule: Schedule) =>
        ruleOf(schedule, expandActive(schedule), lengths.get(schedule.id) ?? new Map()),
      wanted: (candidate: Candidate) =>
        ruleOf(candidate, expand(candidate.definition, clock.now()), foreseenLengths(candidate)),
    };
  }

  return { read, prepare };
}
