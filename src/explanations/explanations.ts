import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Forecast } from "../broadcasts/forecast.ts";
import type { Clock } from "../clock.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { DeviceService } from "../devices/device-service.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { RegionService } from "../regions/region-service.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { QuietHoursMetBy } from "../schedules/county-wide.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Calendars } from "../schedules/rule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { createDueAround } from "./due.ts";
import { createFindSlots } from "./find-slots.ts";
import { createInterruptPreview } from "./interrupt-preview.ts";
import { createPreviewService } from "./preview-service.ts";
import { createSlotsBetween } from "./slots.ts";
import { createWhyService, type WhoAired } from "./why-service.ts";

interface Dependencies {
  broadcasts: BroadcastService;
  schedules: ScheduleService;
  programmes: ProgrammeService;
  forecast: Forecast;
  calendars: Calendars;
  policy: PolicyService;
  devices: DeviceService;
  regions: RegionService;
  reports: ReportService;
  downlink: Downlink;
  airedBy: WhoAired;
  quietHoursMetBy: QuietHoursMetBy;
  clock: Clock;
  /** The county's. */
  zone: string;
}

/** What will play, what an interrupt would meet, and why something played or did not. */
export function createExplanations(deps: Dependencies) {
  const { broadcasts, schedules, programmes, forecast, calendars, policy, devices, regions, clock } = deps;
  const slotsBetween = createSlotsBetween({
    broadcasts,
    schedules,
    programmes,
    forecast,
    calendars,
    clock,
  });
  const findSlots = createFindSlots({ slotsBetween, broadcasts, policy });
  const previews = createPreviewService({ findSlots, devices, regions, policy });
  const whys = createWhyService({
    dueAround: createDueAround({ findSlots, broadcasts }),
    broadcasts,
    devices,
    regions,
    reports: deps.reports,
    downlink: deps.downlink,
    policy,
    airedBy: deps.airedBy,
    clock,
    zone: deps.zone,
  });
  const previewInterrupt = createInterruptPreview({
    broadcasts,
    devices,
    regions,
    policy,
    quietHoursMetBy: deps.quietHoursMetBy,
    clock,
  });
  return { previews, whys, previewInterrupt };
}
