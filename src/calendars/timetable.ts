import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { type Forecast, type ForecastEntry, newSurvey } from "../broadcasts/forecast.ts";
import type { Clock } from "../clock.ts";
import { invalid } from "../errors.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { quietSpansOn } from "../protocol/quiet-hours.ts";
import { isWithin } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { RegionService } from "../regions/region-service.ts";
import { type Day, formatDay, parseDay } from "../schedules/day.ts";
import type { LunarDate } from "../schedules/lunar-calendar.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { DayKind } from "../schedules/public-holidays.ts";
import type { Calendars } from "../schedules/rule.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { createWallClock } from "../schedules/wall-clock.ts";

/** A month and the weeks that it begins and ends in, and as much again for a list. */
export const MAX_DAYS = 92;
const MAX_ENTRIES = 4_000;
const MAX_ROWS = 1_000;

/** A planned broadcast, or a date that is not planned yet or would not air. */
export interface TimetableEntry {
  schedule: Schedule | null;
  broadcast: Broadcast | null;
  forecast: ForecastEntry | null;
  programme: string;
  /** Epoch ms. */
  startAt: number;
}

export interface CalendarDay {
  date: string;
  /** `null` in a year whose holidays are not known. */
  kind: DayKind | null;
  holiday: string | null;
  lunar: LunarDate | null;
}

/** What is quiet of a region's day, in minutes since midnight. */
export interface QuietRow {
  region: Region;
  quiet: { from: number; to: number }[];
}

/** What the calendar shows: days, and all that airs on them or was to. */
export interface Timetable {
  /**
   * @param until the last date
   * @param region only what is meant for any part of it; `null` for all
   * @throws {AppError} `invalid` for dates that cannot be, or too many of them; `not_found` for the region
   */
  between(
    from: string,
    until: string,
    region: string | null,
  ): {
    days: CalendarDay[];
    /** In order of start. */
    entries: TimetableEntry[];
    /** There are more than these. */
    isCut: boolean;
  };
  /** The region, then those right below it; `null` is today. @throws {AppError} `invalid`, `not_found` */
  quietOn(region: string, date: string | null): QuietRow[];
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "page">;
  schedules: Pick<ScheduleService, "active" | "get">;
  programmes: Pick<ProgrammeService, "get">;
  regions: Pick<RegionService, "get" | "list">;
  policy: Pick<PolicyService, "effective">;
  forecast: Forecast;
  calendars: Calendars;
  zone: string;
  clock: Clock;
}

export function createTimetable(dependencies: Dependencies): Timetable {
  const { broadcasts, schedules, programmes, regions, policy, forecast, calendars, zone, clock } =
    dependencies;
  const { holidays, lunar } = calendars;
  const wallClock = createWallClock(zone);

  const dayAt = (day: Day): CalendarDay => ({
    date: formatDay(day),
    kind: holidays.kindOf(day),
    holiday: holidays.nameOf(day),
    lunar: lunar.dateOf(day),
  });

  /** What the schedules yield, planned or not. */
  function coming(region: string | null, from: number, until: number): TimetableEntry[] {
    if (until <= clock.now()) return [];
    const survey = newSurvey();
    return schedules
      .active()
      .filter(({ definition: { targets } }) => isMeant(targets.regions, targets.exclude ?? [], region))
      .flatMap((schedule) => {
        const programme = programmes.get(schedule.programmeId).title;
        return forecast(schedule, until, undefined, survey)
          .filter(({ startAt }) => startAt >= from)
          .map((entry) => ({
            schedule,
            broadcast: entry.broadcast,
            forecast: entry,
            programme,
            startAt: entry.startAt,
          }));
      });
  }

  return {
    between(from, until, region) {
      const [first, last] = [dayOf("from", from), dayOf("until", until)];
      if (last < first || last - first >= MAX_DAYS)
        throw invalid(
          "until",
          `The last date is not within ${MAX_DAYS} days from the first.`,
          "Ask for a month or two at once.",
        );
      if (region !== null) regions.get(region);
      const [begin, end] = [wallClock.instantOf(first, "00:00"), wallClock.instantOf(last + 1, "00:00")];
      const expected = coming(region, begin, end);
      const isExpected = new Set(expected.flatMap(({ broadcast }) => broadcast?.id ?? []));
      const filter = { from: begin, until: end, region };
      const rows = broadcasts.page(filter, { startAt: -1, id: "" }, MAX_ENTRIES + 1);
      const others = rows.filter((row) => !isExpected.has(row.id) && isMeant(row.areas, row.exclude, region));
      const scheduleIds = new Set(others.flatMap(({ scheduleId }) => scheduleId ?? []));
      const scheduleOf = new Map([...scheduleIds].map((id) => [id, schedules.get(id)]));
      const unexpected = others.map(
        (row): TimetableEntry => ({
          schedule: scheduleOf.get(row.scheduleId ?? "") ?? null,
          broadcast: row,
          forecast: null,
          programme: row.programme,
          startAt: row.startAt,
        }),
      );
      const entries = [...expected, ...unexpected].toSorted((one, other) => one.startAt - other.startAt);
      return {
        days: Array.from({ length: last - first + 1 }, (_, index) => dayAt(first + index)),
        entries: entries.slice(0, MAX_ENTRIES),
        isCut: entries.length > MAX_ENTRIES || rows.length > MAX_ENTRIES,
      };
    },

    quietOn(code, date) {
      const day = date === null ? wallClock.dayAt(clock.now()) : dayOf("date", date);
      const below = regions.list({ parent: code, level: null, q: null }, "", MAX_ROWS);
      return [regions.get(code), ...below].map((region) => ({
        region,
        quiet: quietSpansOn(policy.effective(region.code), day),
      }));
    },
  };
}

function dayOf(at: string, date: string): Day {
  const day = parseDay(date);
  if (day === null)
    throw invalid(at, `There is no ${date} in the calendar.`, "Name days that the calendar has.");
  return day;
}

const isMeant = (areas: readonly string[], exclude: readonly string[], region: string | null): boolean =>
  region === null ||
  (areas.some((area) => isWithin(area, region) || isWithin(region, area)) &&
    !exclude.some((area) => isWithin(region, area)));
