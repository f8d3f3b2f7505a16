import { afterEach, beforeEach, expect, test } from "vitest";
import { MINUTE_MS } from "../../src/clock.ts";
import { addEpisode, type Desk, openDesk } from "../support/desk.ts";
import {
  createTestClock,
  FAR_VILLAGE,
  NEIGHBOUR,
  REGIONS_CSV,
  type TestClock,
  VILLAGE,
} from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

let clock: TestClock;
let desk: Desk;
beforeEach(async () => {
  clock = createTestClock(Date.parse("2026-11-30T14:51:00+08:00"));
  desk = await openDesk(clock);
  const { regions, schedules } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  for (const { id } of schedules.active()) schedules.end(id);
});
afterEach(() => desk.close());

function enrolled(regionCode: string): string {
  const { devices } = desk.services;
  const { id } = devices.create({ regionCode, kind: "loudspeaker" });
  const { code } = devices.issueCode(id, 1);
  devices.enrol({ code, hardwareId: id, kind: "loudspeaker", model: "test", software: "1" });
  return id;
}

test("a stop is for every device that may sound it: told of it or not, whatever the hour and its minutes", () => {
  const { broadcasts, conductor, downlink, policy, programmes, schedules } = desk.services;
  const full = enrolled(VILLAGE);
  const quiet = enrolled(NEIGHBOUR);
  const told = enrolled(FAR_VILLAGE);
  policy.setArea(VILLAGE, { dailyMinutesCap: 0 }, desk.userId);
  policy.setArea(NEIGHBOUR, { quietHours: [{ from: "14:00", to: "16:00" }] }, desk.userId);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const rule = { dates: ["2026-11-30"], times: ["15:00"] };
  const content = { policy: "item", contentId: addEpisode(desk, 41) };
  const acceptance = { userId: desk.userId, reason: "test" };
  schedules.create({ programmeId, ...scheduleDefinition({ rule, content }) }, { acceptance });
  conductor.tick();
  const [id = ""] = broadcasts
    .between(clock.now(), clock.now() + 10 * MINUTE_MS, 10)
    .map(({ broadcast }) => broadcast.id);
  const broadcast = broadcasts.get(id);
  expect([broadcast.state, broadcasts.targets(broadcast)]).toEqual(["frozen", [told]]);
  const since = enrolled(FAR_VILLAGE);

  const { commandId, targets } = broadcasts.stop(id, "wrong tape");
  expect(targets).toBe(4);
  for (const device of [full, quiet, told, since]) downlink.acknowledge(commandId ?? "", device);
  expect(downlink.progressOf(commandId ?? "")).toMatchObject({ targets: 4, acked: 4 });
});
