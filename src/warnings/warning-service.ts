import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { DAY_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { ClockEvent } from "./clock-watch.ts";
import { type EmptyDate, emptyDates, type Unfilled, WARNING_DAYS } from "./empty-dates.ts";
import type { ClockEventRow, WarningStore } from "./warning-store.ts";

export interface Warning extends EmptyDate {
  programmeId: string;
  schedule: string;
}

export interface WarningService {
  /** The coming dates that have nothing approved, as of now. */
  emptyDates(): Warning[];
  /** Logs each of them once at each of its warnings, whatever is restarted between. */
  tell(): void;
  /** Keeps and logs what happened to the clock. */
  keepClockEvents(events: readonly ClockEvent[]): void;
  /** Newest first. */
  clockEvents(limit: number): ClockEventRow[];
}

interface Dependencies {
  store: WarningStore;
  broadcasts: { unfilled(startUntil: number): Unfilled[] };
  schedules: { get(id: string): Schedule };
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
  /** The county's. */
  zone: string;
}

export function createWarningService(deps: Dependencies): WarningService {
  const { store, broadcasts, schedules, transact, clock, log, zone } = deps;

  function list(): Warning[] {
    const now = clock.now();
    // The last day counts to its end.
    const unfilled = broadcasts.unfilled(now + (WARNING_DAYS[0] + 1) * DAY_MS);
    return emptyDates(unfilled, now, zone).map((date) => {
      const { programmeId, definition } = schedules.get(date.scheduleId);
      return { ...date, programmeId, schedule: definition.name };
    });
  }

  return {
    emptyDates: list,

    tell() {
      const fresh = transact(() => list().filter((date) => store.markTold(date, clock.now())));
      for (const { schedule, scheduleId, programme, airDate, daysLeft, fallbackTitle } of fresh)
        log.info(
          { scheduleId, schedule, programme, airDate, daysLeft, airsInstead: fallbackTitle },
          "a coming date has nothing approved",
        );
    },

    keepClockEvents(events) {
      if (events.length === 0) return;
      const now = clock.now();
      transact(() => {
        for (const event of events) store.addClockEvent(event, now);
      });
      for (const event of events) log.warn(event, "the clock did not go on as time did");
    },

    clockEvents: store.clockEvents,
  };
}
