import { v7 as uuidv7 } from "uuid";
import type { Airing, Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import {
  type Forecast,
  type ForecastEntry,
  isSkip,
  newSurvey,
  occurrenceKey,
  type Survey,
} from "../broadcasts/forecast.ts";
import { broadcastFrom } from "../broadcasts/from-schedule.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { type Calendars, expandRule, type Occurrence } from "../schedules/rule.ts";
import { saidOfSlot } from "../schedules/said-of-slot.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** One date of a rule, or a broadcast without one, and what becomes of it whichever device asks. */
export interface Slot {
  scheduleId: string | null;
  schedule: string | null;
  programme: string;
  /** The slot in the rule's own wall clock. */
  date: string;
  time: string;
  startAt: number;
  verdict: Verdict;
  /** The row, or what a row would be beyond what is planned; `null` for a date that never becomes one. */
  airing: Airing | null;
  isPlanned: boolean;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "between" | "airingOf">;
  schedules: Pick<ScheduleService, "active" | "get">;
  programmes: Pick<ProgrammeService, "get">;
  forecast: Forecast;
  calendars: Calendars;
  clock: Clock;
}

const MAX_BROADCASTS = 20_000;

/** Every date of every rule that starts in a range of epoch ms, in order: rows first of all, the forecast beyond them. */
export type SlotsBetween = (from: number, until: number) => Slot[];

export function createSlotsBetween(deps: Dependencies): SlotsBetween {
  const { broadcasts, schedules, programmes, forecast, calendars, clock } = deps;

  /** The dates of a schedule without a row. */
  function unplanned(
    schedule: Schedule,
    from: number,
    until: number,
    rows: ReadonlySet<string>,
    survey: Survey,
  ): Slot[] {
    const { definition } = schedule;
    const programme = programmes.get(schedule.programmeId).title;
    const now = clock.now();
    const slotOf = (
      { date, time, startAt }: Pick<Occurrence, "date" | "time" | "startAt">,
      verdict: Verdict,
      airing: Airing | null = null,
    ): Slot => ({
      scheduleId: schedule.id,
      schedule: definition.name,
      programme,
      date,
      time,
      startAt,
      verdict,
      airing,
      isPlanned: false,
    });

    const past = expandRule(definition, from, Math.min(until, now), calendars)
      .filter(({ date, time }) => !rows.has(occurrenceKey(date, time)))
      .map((occurrence) =>
        slotOf(
          occurrence,
          isSkip(occurrence.exception)
            ? { code: "skipped", text: `It is ${occurrence.barred}.` }
            : {
                code: "not-planned",
                text: "Nothing was planned for this time; the rule as it is now was made or changed later.",
              },
        ),
      );

    const coming = (until > now ? forecast(schedule, until, undefined, survey) : [])
      .filter(({ startAt, date, time }) => startAt >= from && !rows.has(occurrenceKey(date, time)))
      .map((entry) => {
        const broadcast = broadcastFrom(schedule, entry, programme, uuidv7);
        return isSkip(entry.exception)
          ? slotOf(entry, { code: "skipped", text: `It is ${entry.whyNot?.text}.` })
          : slotOf(entry, verdictOn(broadcast, false, howItPlays(schedule, entry)), {
              broadcast,
              itemsFor: (kind) => entry.items.get(kind) ?? [],
              wasTold: () => false,
            });
      });

    return [...past, ...coming, ...movedAway(schedule, from, until, slotOf)];
  }

  /** Slots that lie in the range and air elsewhere: found where they would have been. */
  function movedAway(
    { definition }: Schedule,
    from: number,
    until: number,
    slotOf: (occurrence: Occurrence, verdict: Verdict) => Slot,
  ): Slot[] {
    const moved = (definition.exceptions ?? []).filter(({ moveTo }) => moveTo);
    if (moved.length === 0) return [];
    const places = new Map(moved.map(({ moveTo, ...rest }) => [{ ...rest, skip: true } as const, moveTo]));
    return expandRule({ ...definition, exceptions: [...places.keys()] }, from, until, calendars).flatMap(
      (occurrence) => {
        const { exception, date, time } = occurrence;
        const moveTo = [...places].find(([each]) => each === exception)?.[1];
        if (!exception || !moveTo) return [];
        const text = `It was moved to ${moveTo.date ?? date} ${moveTo.time ?? time}: ${exception.reason}.`;
        return [slotOf(occurrence, { code: "moved-away", text })];
      },
    );
  }

  return (from, until) => {
    const rows = broadcasts.between(from, until, MAX_BROADCASTS + 1);
    if (rows.length > MAX_BROADCASTS) {
      throw new AppError("invalid", `More than ${MAX_BROADCASTS} broadcasts start between these instants.`, {
        details: [{ at: "until", message: "The range is too long." }],
        hint: "Ask for a shorter range.",
      });
    }
    const bySchedule = Map.groupBy(rows, ({ broadcast }) => broadcast.scheduleId);
    const active = schedules.active();
    const planned = [...bySchedule].flatMap(([scheduleId, list]) => {
      if (scheduleId === null) return list.map(interruptSlot);
      const schedule = active.find(({ id }) => id === scheduleId) ?? schedules.get(scheduleId);
      return plannedSlots(schedule, list);
    });
    const survey = newSurvey();
    const others = active.flatMap((schedule) => {
      const keys = (bySchedule.get(schedule.id) ?? []).map(({ broadcast: { localDate, localTime } }) =>
        occurrenceKey(localDate, localTime),
      );
      return unplanned(schedule, from, until, new Set(keys), survey);
    });
    return [...planned, ...others].toSorted((one, other) => one.startAt - other.startAt);
  };

  /** Of what somebody airs this once. */
  function interruptSlot({ broadcast }: { broadcast: Broadcast }): Slot {
    const { programme, localDate: date, localTime: time, startAt } = broadcast;
    const verdict = verdictOn(broadcast, false, { code: "plays", text: "Somebody airs it this once." });
    const airing = broadcasts.airingOf(broadcast);
    return {
      scheduleId: null,
      schedule: null,
      programme,
      date,
      time,
      startAt,
      verdict,
      airing,
      isPlanned: true,
    };
  }

  function plannedSlots(
    schedule: Schedule,
    rows: readonly { broadcast: Broadcast; isSuperseded: boolean }[],
  ): Slot[] {
    return rows.map(({ broadcast, isSuperseded }) => {
      const { scheduleId, programme, localDate: date, localTime: time, startAt } = broadcast;
      const exception = saidOfSlot(schedule.definition, { date, time }) ?? null;
      return {
        scheduleId,
        schedule: schedule.definition.name,
        programme,
        date,
        time,
        startAt,
        verdict: verdictOn(
          broadcast,
          isSuperseded,
          howItPlays(schedule, { date, time, exception, contentBy: broadcast.contentBy }),
        ),
        airing: broadcasts.airingOf(broadcast),
        isPlanned: true,
      };
    });
  }
}

/** How the date comes to play what it plays, if it does. */
function howItPlays(
  { definition }: Schedule,
  { date, time, exception, contentBy }: Pick<ForecastEntry, "date" | "time" | "exception" | "contentBy">,
): Verdict {
  const because = exception ? `: ${exception.reason}` : "";
  if (exception && "moveTo" in exception && exception.moveTo)
    return { code: "moved", text: `It was moved here from ${date} ${time}${because}.` };
  if (exception && (definition.extraDates ?? []).some((extra) => extra === exception))
    return { code: "extra", text: `It is an extra date${because}.` };
  if (contentBy === "choice") return { code: "chosen", text: `It plays what was chosen for it${because}.` };
  if (contentBy === "fallback")
    return { code: "fallback", text: "Nothing approved is left for it, so the fallback plays." };
  return { code: "plays", text: "It plays as the rule says." };
}
