import type { ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { COUNTY } from "./fleet.ts";

/** At eight on the 1st and 15th, the next episode for the county's loudspeakers. */
export const scheduleDefinition = (more: object = {}): ScheduleDefinition => ({
  name: "晨播",
  rule: { daysOfMonth: [1, 15], times: ["08:00"] },
  zone: "Asia/Shanghai",
  targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
  content: { policy: "next-approved" },
  class: "daily",
  priority: 50,
  lateness: "join",
  graceMinutes: 5,
  offline: "play",
  ...more,
});
