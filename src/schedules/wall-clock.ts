import { Temporal } from "temporal-polyfill";
import type { Day } from "./day.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

export interface WallClock {
  /** UTC epoch milliseconds of a local `HH:MM`. */
  instantOf(day: Day, time: string): number;
  /** Whether clocks show that time on that day at all. */
  hasTime(day: Day, time: string): boolean;
  dayAt(epochMs: number): Day;
  /** `2026-12-01 07:00` */
  textAt(epochMs: number): string;
}

const clocks = new Map<string, WallClock>();

/** The wall clock of an IANA zone; one for everybody, as it remembers the days that it was asked about. */
export function createWallClock(zone: string): WallClock {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = newWallClock(zone);
  clocks.set(zone, clock);
  return clock;
}

function newWallClock(zone: string): WallClock {
  /** What to add to a local time to get UTC, ms; `null` on a day on which clocks change. */
  const offsets = new Map<Day, number | null>();

  function zoned(day: Day, minutes: number): Temporal.ZonedDateTime {
    const date = Temporal.PlainDate.from("1970-01-01").add({ days: day });
    const plainTime = new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
    return date.toZonedDateTime({ timeZone: zone, plainTime });
  }

  function offsetOf(day: Day): number | null {
    const known = offsets.get(day);
    if (known !== undefined) return known;
    const midnight = zoned(day, 0).epochMilliseconds;
    const isWhole = zoned(day + 1, 0).epochMilliseconds - midnight === DAY_MS;
    const offset = isWhole ? midnight - day * DAY_MS : null;
    offsets.set(day, offset);
    return offset;
  }

  function instantOf(day: Day, time: string): number {
    const minutes = minutesOf(time);
    const offset = offsetOf(day);
    return offset === null
      ? zoned(day, minutes).epochMilliseconds
      : day * DAY_MS + minutes * MINUTE_MS + offset;
  }

  return {
    instantOf,
    hasTime(day, time) {
      if (offsetOf(day) !== null) return true;
      const { hour, minute } = zoned(day, minutesOf(time));
      return hour * 60 + minute === minutesOf(time);
    },
    textAt: (epochMs) =>
      Temporal.Instant.fromEpochMilliseconds(epochMs)
        .toZonedDateTimeISO(zone)
        .toPlainDateTime()
        .toString({ smallestUnit: "minute" })
        .replace("T", " "),
    dayAt(epochMs) {
      const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone);
      return Math.floor((epochMs + local.offsetNanoseconds / 1e6) / DAY_MS);
    },
  };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
