import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import { addEpisode, type Desk, openDesk } from "../support/desk.ts";
import { createTestClock, REGIONS_CSV, type TestClock, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const NOW = Date.parse("2026-11-30T14:00:00+08:00");

let clock: TestClock;
let desk: Desk;
let deviceId: string;
beforeEach(async () => {
  clock = createTestClock(NOW);
  desk = await openDesk(clock);
  const { devices, policy, regions, schedules } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  for (const { id } of schedules.active()) schedules.end(id);
  policy.setArea(VILLAGE, { dailyMinutesCap: 1 }, desk.userId);
  deviceId = devices.create({ regionCode: VILLAGE, kind: "loudspeaker" }).id;
  const { code } = devices.issueCode(deviceId, 1);
  devices.enrol({ code, hardwareId: "hw", kind: "loudspeaker", model: "test", software: "1" });
});
afterEach(() => desk.close());

/** A minute of it, once today. */
function scheduled(name: string, time: string, contentId: string, priority: number): void {
  const { programmes, schedules } = desk.services;
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const rule = { dates: ["2026-11-30"], times: [time] };
  const content = { policy: "item", contentId };
  schedules.create(
    { programmeId, ...scheduleDefinition({ name, rule, content, priority }) },
    { acceptance: { userId: desk.userId, reason: "test" } },
  );
}

test("what the devices of a region were told of has its minutes there first, as on themselves", () => {
  const { conductor, previews } = desk.services;
  const contentId = addEpisode(desk, 41);
  scheduled("told", "15:00", contentId, 50);
  clock.advance(51 * MINUTE_MS);
  conductor.tick();
  // It would have the air before the other, and come too late for it.
  scheduled("later", "15:30", contentId, 60);

  const own = previews.ofDevice(deviceId, NOW, NOW + DAY_MS);
  expect(own.entries.map(({ startAt }) => startAt)).toEqual([Date.parse("2026-11-30T15:00:00+08:00")]);
  const { kinds, differing } = previews.ofRegion(VILLAGE, NOW, NOW + DAY_MS);
  expect(kinds.find(({ kind }) => kind === "loudspeaker")?.preview.entries).toEqual(own.entries);
  expect(differing).toEqual({ total: 0, devices: [] });
});
