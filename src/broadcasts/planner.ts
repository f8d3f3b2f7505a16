import type { BaseLogger } from "pino";
import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { isWithin } from "../protocol/region-code.ts";
import { saidOfSlot } from "../schedules/said-of-slot.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { type Broadcast, isLive, isOpen } from "./broadcast.ts";
import type { BroadcastService } from "./broadcast-service.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import {
  type Forecast,
  type ForecastEntry,
  isSkip,
  newSurvey,
  occurrenceKey,
  type Survey,
} from "./forecast.ts";
import { broadcastFrom } from "./from-schedule.ts";
import { NOT_PLANNED, SCHEDULE_CHANGED } from "./office-words.ts";

export interface Planner {
  /**
   * Brings a schedule's coming broadcasts in line with its rule and with what is approved. Idempotent. What is frozen and
   * differs is stopped; while its start is ahead, another broadcast takes its slot.
   * @param before as the schedule was until now: what is frozen keeps its content unless the edit was about that
   */
  plan(schedule: Schedule, before?: Schedule | null): void;
  /** All active schedules, or those of one programme; one that fails is told in the log, and left as it was. */
  planAll(programmeId?: string): void;
  /** The active schedules for any region inside the area, or around it: a county's nights count for its whole city's, too. */
  planWithin(area: string): void;
}

interface Dependencies {
  store: BroadcastStore;
  schedules: ScheduleService;
  programmes: ProgrammeService;
  forecast: Forecast;
  broadcasts: BroadcastService;
  downlink: Downlink;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
  /** How far ahead broadcasts are made, ms. */
  planMs: number;
}

export function createPlanner(deps: Dependencies): Planner {
  const { store, schedules, programmes, forecast, broadcasts, downlink, transact, clock, log, planMs } = deps;

  /** Writes what differs; returns the areas whose playlists it changes. */
  function write(after: Broadcast, { broadcast: before, items }: ForecastEntry): string[] {
    const now = clock.now();
    if (!before) store.insert(after, now);
    else if (isSame(before, after) && haveSameItems(before, items)) return [];
    else store.update(after, now);
    store.replaceItems(after.id, items);
    const inPlaylist = after.state === "ready" || before?.state === "ready";
    return inPlaylist ? [...after.areas, ...(before?.areas ?? [])] : [];
  }

  const haveSameItems = ({ id, kinds }: Broadcast, items: ForecastEntry["items"]): boolean =>
    kinds.every((kind) => JSON.stringify(store.items(id, kind)) === JSON.stringify(items.get(kind) ?? []));

  const underWay = new Set<string>();

  /** A stop frees a slot and the content of its date, so what stopped something is planned once more. */
  function plan(schedule: Schedule, before: Schedule | null = null, survey = newSurvey()): void {
    if (underWay.has(schedule.id)) return;
    underWay.add(schedule.id);
    try {
      transact(() => {
        while (planOnce(schedule, before, survey));
      });
    } finally {
      underWay.delete(schedule.id);
    }
  }

  /** Returns whether a slot has become free, so that it is to be planned again. */
  function planOnce(schedule: Schedule, previous: Schedule | null, survey: Survey): boolean {
    const now = clock.now();
    let hasFreed = false;
    const stop = (broadcast: Broadcast) => {
      broadcasts.stop(broadcast.id, SCHEDULE_CHANGED);
      // What has begun, even by a clock that was set back since, is never played a second time.
      if (broadcast.state === "frozen" && broadcast.startAt > now) store.supersede(broadcast.id, now);
      hasFreed = true;
    };
    const wantsOther = (row: Broadcast): boolean =>
      previous !== null &&
      row.state === "frozen" &&
      contentWish(previous, row) !== contentWish(schedule, row);
    const foreseen = forecast(schedule, now + planMs, wantsOther, survey);
    const entries = foreseen.filter(({ exception }) => !isSkip(exception));
    const whySkipped = new Map(
      foreseen
        .filter(({ exception }) => isSkip(exception))
        .map(({ date, time, exception }) => [occurrenceKey(date, time), exception?.reason]),
    );
    const changes: { areas: string[]; startAt: number }[] = [];

    for (const entry of entries) {
      const before = entry.broadcast;
      const after = broadcastFrom(schedule, entry, programmes.get(schedule.programmeId).title, uuidv7);
      if (before && isLive(before)) {
        const hasOther = wantsOther(before) && before.contentId !== after.contentId;
        if (hasOther || !stillFits(before, after)) stop(before);
      }
      // Moved to where its start is ahead, or the clock was set back: no device ever knew of it.
      if (before?.state === "missed") {
        store.supersede(before.id, now);
        hasFreed = true;
      }
      if (before && !isOpen(before)) continue;
      changes.push({ areas: write(after, entry), startAt: entry.startAt });
    }

    const wanted = new Set(entries.map(({ date, time }) => occurrenceKey(date, time)));
    for (const row of store.ofSchedule(schedule.id, now - DAY_MS)) {
      if (wanted.has(occurrenceKey(row.localDate, row.localTime))) continue;
      // One that is on air lies in the past, where the rule yields nothing; it goes on unless the schedule has ended.
      const isGone = row.startAt > now || schedule.endedAt !== null;
      if (isLive(row) && isGone) stop(row);
      if (!isOpen(row) || row.startAt <= now) continue;
      const whyGone = whySkipped.get(occurrenceKey(row.localDate, row.localTime));
      store.remove(row, whyGone ?? NOT_PLANNED, now);
      changes.push({ areas: row.state === "ready" ? row.areas : [], startAt: row.startAt });
    }

    const seen = changes.filter(({ areas }) => areas.length > 0);
    const areas = [...new Set(seen.flatMap((change) => change.areas))].toSorted();
    downlink.playlistChanged(areas, seen.length > 0 ? Math.min(...seen.map(({ startAt }) => startAt)) : null);
    return hasFreed;
  }

  return {
    plan: (schedule, before) => plan(schedule, before),
    planAll(programmeId) {
      const survey = newSurvey();
      // One commit for all of them; what cannot be planned holds back nothing else.
      transact(() => {
        for (const schedule of schedules.active()) {
          if (programmeId !== undefined && schedule.programmeId !== programmeId) continue;
          try {
            plan(schedule, null, survey);
          } catch (error) {
            log.error({ err: error, scheduleId: schedule.id }, "a schedule cannot be planned");
          }
        }
      });
    },
    planWithin(area) {
      const isConcerned = (region: string) => isWithin(region, area) || isWithin(area, region);
      for (const schedule of schedules.active())
        if (schedule.definition.targets.regions.some(isConcerned)) plan(schedule);
    },
  };
}

/** What a schedule wants to air at a slot, to be compared: what was chosen for it, else the policy. */
function contentWish({ definition }: Schedule, { localDate: date, localTime: time }: Broadcast): string {
  return saidOfSlot(definition, { date, time })?.contentId ?? JSON.stringify(definition.content);
}

/** What of a broadcast its schedule says, apart from the content, which is fixed once it is frozen. */
const SCHEDULED = [
  "startAt",
  "areas",
  "kinds",
  "exclude",
  "groups",
  "tags",
  "class",
  "priority",
  "lateness",
  "notAfter",
  "offline",
  "volume",
] as const;

const stillFits = (frozen: Broadcast, scheduled: Broadcast): boolean =>
  SCHEDULED.every((key) => JSON.stringify(frozen[key]) === JSON.stringify(scheduled[key]));

const isSame = (before: Broadcast, after: Broadcast): boolean =>
  (Object.keys(after) as (keyof Broadcast)[]).every(
    (key) => JSON.stringify(before[key]) === JSON.stringify(after[key]),
  );
