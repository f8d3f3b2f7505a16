import { expect, test } from "vitest";
import { addEpisode, openDesk } from "../support/desk.ts";
import { createTestClock, REGIONS_CSV } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");

test("a schedule that cannot be planned is told in the log, and holds back neither the others nor an approval", async () => {
  const log = createMemoryLog();
  const desk = await openDesk(createTestClock(START), {}, log.log);
  const { programmes, regions, schedules, broadcasts } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  for (const { id } of schedules.active()) schedules.end(id);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const [broken, whole] = ["08:00", "09:00"].map((time) => {
    const rule = { daysOfMonth: [1], times: [time] };
    return schedules.create({ programmeId, ...scheduleDefinition({ name: time, rule }) }).id;
  });
  // As by a database of time zones that has lost one.
  desk.db
    .prepare("UPDATE schedules SET definition = json_set(definition, '$.zone', 'Asia/Atlantis') WHERE id = ?")
    .run(broken);

  const contentId = addEpisode(desk, 1);

  const page = broadcasts.page(
    { from: START, until: START + 1e9, scheduleId: whole ?? "" },
    { startAt: -1, id: "" },
    10,
  );
  expect(page.map(({ state, contentId: plays }) => [state, plays])).toEqual([["ready", contentId]]);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ msg: "a schedule cannot be planned", scheduleId: broken }),
  );
  await desk.close();
});
