import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { addEpisode, type Desk, openDesk } from "../support/desk.ts";
import { createTestClock, REGIONS_CSV, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
const clock = createTestClock(START);
const log = createMemoryLog();
let desk: Desk;
let programmeId: string;

beforeAll(async () => {
  desk = await openDesk(clock, {}, log.log);
  const { programmes, regions, schedules } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  for (const { id } of schedules.active()) schedules.end(id);
  programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
});
afterAll(() => desk.close());

const created = (more: object) =>
  desk.services.schedules.create({ programmeId, ...scheduleDefinition(more) }).id;
const planned = (scheduleId: string) =>
  desk.services.broadcasts
    .page({ from: START, until: START + 10 * DAY_MS, scheduleId }, { startAt: -1, id: "" }, 10)
    .map(({ localTime, state, contentId }) => [localTime, state, contentId].join(" "))
    .toSorted();

test("a schedule that cannot be planned is told in the log, and holds back neither the others nor an approval", () => {
  const rule = { daysOfMonth: [1], times: ["08:00"] };
  const broken = created({ name: "坏", rule });
  const whole = created({ name: "好", rule: { ...rule, times: ["09:00"] } });
  // As by a database of time zones that has lost one.
  desk.db
    .prepare("UPDATE schedules SET definition = json_set(definition, '$.zone', 'Asia/Atlantis') WHERE id = ?")
    .run(broken);

  const contentId = addEpisode(desk, 1);

  expect(planned(whole)).toEqual([`09:00 ready ${contentId}`]);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ msg: "a schedule cannot be planned", scheduleId: broken }),
  );
  for (const id of [broken, whole]) desk.services.schedules.end(id);
});

test("an extra date is what it says itself, whatever an exception says of its whole date", () => {
  const [first, second] = [addEpisode(desk, 2), addEpisode(desk, 3)];
  const reason = "专题";
  const definitionWith = (contentId: string) => ({
    rule: { daysOfMonth: [2], times: ["08:00"] },
    exceptions: [{ date: "2026-12-02", contentId: first, reason }],
    extraDates: [{ date: "2026-12-02", time: "08:02", contentId, reason }],
  });
  const id = created(definitionWith(second));
  clock.advance(Date.parse("2026-12-02T07:55:00+08:00") - clock.now());
  desk.services.conductor.tick();
  const [preview] = desk.services.previews.ofRegion(VILLAGE, clock.now(), clock.now() + DAY_MS).kinds;
  expect(preview?.preview.dates.map(({ time, verdict }) => [time, verdict.code])).toEqual([
    ["08:00", "chosen"],
    ["08:02", "extra"],
  ]);

  desk.services.schedules.change(id, scheduleDefinition(definitionWith(first)));

  expect(planned(id)).toEqual([
    `08:00 frozen ${first}`,
    `08:02 cancelled ${second}`,
    `08:02 frozen ${first}`,
  ]);
});
