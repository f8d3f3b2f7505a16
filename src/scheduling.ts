import type { BroadcastStore } from "./broadcasts/broadcast-store.ts";
import { createConflictFinder } from "./broadcasts/conflict-finder.ts";
import { createForecast } from "./broadcasts/forecast.ts";
import { createPlannedRules } from "./broadcasts/planned-rules.ts";
import { createFindSetAlone } from "./broadcasts/set-alone.ts";
import { type Clock, DAY_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Contents } from "./contents.ts";
import { createTransact, type Database } from "./db/open.ts";
import type { Settings } from "./db/settings.ts";
import type { DeviceService } from "./devices/device-service.ts";
import type { MediaService } from "./media/media-service.ts";
import type { Access } from "./people/access-service.ts";
import type { RegionService } from "./regions/region-service.ts";
import { createQuietHoursMetBy } from "./schedules/county-wide.ts";
import { SHIPPED_SCHEDULES } from "./schedules/first-start.ts";
import { createPolicyService } from "./schedules/policy.ts";
import { createPolicyStore } from "./schedules/policy-store.ts";
import { createScheduleExchange } from "./schedules/schedule-exchange.ts";
import { createScheduleService } from "./schedules/schedule-service.ts";
import { createScheduleStore } from "./schedules/schedule-store.ts";
import { readCalendars, readShippedPolicy } from "./schedules/shipped.ts";
import { createShortenedHours } from "./schedules/shortened-hours.ts";
import { createShortenedHoursStore } from "./schedules/shortened-hours-store.ts";

interface Dependencies {
  db: Database;
  config: Config;
  settings: Settings;
  regions: RegionService;
  devices: DeviceService;
  broadcasts: BroadcastStore;
  contents: Contents;
  media: MediaService;
  access: Access;
  clock: Clock;
}

/** What is to be played when: the areas' rules, the schedules, and what comes of both on every date. */
export function createScheduling(deps: Dependencies) {
  const { db, config, settings, regions, devices, broadcasts, contents, media, access, clock } = deps;
  const { programmes, sources, reruns, reviews, consents } = contents;
  const transact = createTransact(db);
  const planMs = config.planDays * DAY_MS;
  const dayCalendars = readCalendars(SHIPPED_SCHEDULES);
  const policy = createPolicyService({
    store: createPolicyStore(db),
    shortenedHours: createShortenedHours({
      access,
      store: createShortenedHoursStore(db),
      clock,
      zone: config.zone,
    }),
    settings,
    regions,
    zone: config.zone,
    shipped: readShippedPolicy(SHIPPED_SCHEDULES),
    transact,
    clock,
  });
  const quietHoursMetBy = createQuietHoursMetBy({
    regions,
    settledDevices: devices.settledWithin,
    policy,
    setAlone: createFindSetAlone(db, access),
    percent: config.countyWidePercent,
  });
  const forecast = createForecast({
    store: broadcasts,
    programmes,
    sources,
    media,
    policy,
    calendars: dayCalendars,
    reruns,
    reviews,
    allowanceOf: consents.allowanceOf,
    quietHoursMetBy,
    clock,
  });
  const scheduleStore = createScheduleStore(db);
  const conflicts = createConflictFinder({
    plannedRules: createPlannedRules({
      store: broadcasts,
      schedules: scheduleStore,
      programmes,
      forecast,
      calendars: dayCalendars,
      clock,
      zone: config.zone,
      planMs,
    }),
    policy,
    devices,
    clock,
    planMs,
  });
  const schedules = createScheduleService({
    store: scheduleStore,
    programmes,
    regions,
    policy,
    hasContent: (programmeId, contentId) =>
      sources[programmes.get(programmeId).kind].numberOf(programmeId, contentId) !== null,
    calendars: dayCalendars,
    findConflicts: (candidate) => conflicts.check([candidate])[0] ?? [],
    access,
    transact,
    clock,
  });

  const exchange = createScheduleExchange({
    schedules,
    programmes,
    sources,
    calendars: dayCalendars,
    findConflicts: conflicts.check,
    transact,
    clock,
  });

  return { dayCalendars, policy, quietHoursMetBy, forecast, conflicts, schedules, exchange };
}
