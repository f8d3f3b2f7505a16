import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Transact } from "../db/open.ts";
import type { Settings } from "../db/settings.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { ScheduleService } from "./schedule-service.ts";
import { readShippedTimetables } from "./shipped.ts";

const projectFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const SHIPPED_SCHEDULES = projectFile("schedules");
const SHIPPED_REGIONS = projectFile("devices/registry/shouguang-regions.csv");
const DONE = "first-start-done";

interface Dependencies {
  settings: Settings;
  regions: { seedWhenEmpty(csvText: string): unknown };
  programmes: ProgrammeService;
  schedules: ScheduleService;
  transact: Transact;
}

/** Loads the county, its programmes and their timetables, once in the life of a database; all or nothing. */
export function loadShippedData({ settings, regions, programmes, schedules, transact }: Dependencies): void {
  if (settings.get(DONE) !== null) return;
  const timetables = readShippedTimetables(SHIPPED_SCHEDULES);
  transact(() => {
    regions.seedWhenEmpty(readFileSync(SHIPPED_REGIONS, "utf8"));
    for (const timetable of timetables) {
      const { consentSegments = [], ...shipped } = timetable.programme;
      const programme = programmes.create(shipped, { consentSegments });
      for (const definition of timetable.schedules)
        schedules.create({ programmeId: programme.id, ...definition });
    }
    settings.set(DONE, "true");
  });
}
