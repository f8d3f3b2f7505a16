import fastify from "fastify";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { whyNotText } from "../../src/broadcasts/office-words.ts";
import { schedulePreviewRoutes } from "../../src/broadcasts/schedule-preview-routes.ts";
import { DAY_MS } from "../../src/clock.ts";
import { NEWEST } from "../../src/http/schemas.ts";
import type { ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { addEpisode, type Desk, openDesk } from "../support/desk.ts";
import { COUNTY, createTestClock, TOWN } from "../support/fleet.ts";
import { everywhere } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const START = Date.parse("2026-12-01T18:00:00+08:00");
const clock = createTestClock(START);
/** Around the county. */
const CITY = "370700000000";
let desk: Desk;
let programmeId: string;
let deputy: string;
let third: string;
let towns: string[];
let content: ScheduleDefinition["content"];
let scheduleId: string;

beforeAll(async () => {
  desk = await openDesk(clock);
  const { people, programmes, regions, schedules } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const scheduler = (name: string) => people.invite(name, everywhere("scheduler"), desk.userId).person.id;
  [deputy, third] = [scheduler("deputy"), scheduler("third")];
  towns = regions.within(COUNTY, "town").map(({ code }) => code);
  content = { policy: "item", contentId: addEpisode(desk, 1) };
});
afterAll(() => desk.close());

/** One date by day and one at night, of what three people have approved. */
const definition = (more: object = {}) =>
  scheduleDefinition({
    name: "通知",
    class: "announcement",
    rule: { dates: ["2026-12-03"], times: ["20:00", "22:30"] },
    content,
    graceMinutes: 30,
    ...more,
  });
const dates = () =>
  desk.services.broadcasts
    .page({ from: START, until: START + 20 * DAY_MS, scheduleId }, { startAt: -1, id: "" }, 100)
    .map(({ localTime, state, whyNot }) => [localTime, state, whyNot]);
const waiting = () => desk.services.schedules.page(NEWEST, 10, true).map(({ id }) => id);
const confirm = (userId: string, version = desk.services.schedules.get(scheduleId).version) =>
  desk.services.schedules.confirm(scheduleId, version, userId);

const ONE_WAITS = [
  ["20:00", "ready", null],
  ["22:30", "planned", "not-confirmed"],
];
const BOTH_READY = [
  ["20:00", "ready", null],
  ["22:30", "ready", null],
];
beforeEach(() => {
  const { schedules } = desk.services;
  scheduleId = schedules.create({ programmeId, ...definition() }, { userId: desk.userId }).id;
  return () => void schedules.end(scheduleId);
});

test("what a schedule airs in the county's night waits for a second person; what it airs by day does not", () => {
  expect(dates()).toEqual(ONE_WAITS);
  expect(waiting()).toEqual([scheduleId]);
  expect(() => confirm(desk.userId)).toThrow(
    "It is confirmed by somebody else than asked for it or made its recording.",
  );
  expect(() => confirm(deputy, 9)).toThrow("Somebody else changed the schedule meanwhile.");
  expect(confirm(deputy).confirmation).toMatchObject({
    savedBy: [{ id: desk.userId, name: "admin" }],
    confirmedBy: deputy,
    confirmedAt: START,
  });
  expect(dates()).toEqual(BOTH_READY);
  expect(waiting()).toEqual([]);
  expect(confirm(deputy).confirmation.confirmedBy).toBe(deputy);
  expect(() => confirm(third)).toThrow("This cannot be confirmed any more.");
});

test("a check knows who confirmed what is saved, and asks anew for what is changed", async () => {
  const { schedules, forecast, devices } = desk.services;
  await using server = fastify();
  await server.register(schedulePreviewRoutes, { schedules, forecast, devices, clock });
  const codes = async (more: object = {}) => {
    const answer = await server.inject({
      method: "POST",
      url: `/schedules/check?id=${scheduleId}`,
      payload: { programmeId, ...definition(more) },
    });
    return answer.json<{ nextDates: { code: string | null }[] }>().nextDates.map(({ code }) => code);
  };
  expect(await codes()).toEqual([null, "not-confirmed"]);
  confirm(deputy);
  expect(await codes()).toEqual([null, null]);
  expect(await codes({ priority: 60 })).toEqual([null, "not-confirmed"]);
});

test("saving it again asks anew, and nobody who saved it since confirms it", () => {
  confirm(deputy);
  const { schedules } = desk.services;
  schedules.change(scheduleId, definition({ priority: 60 }), { userId: deputy });
  expect(dates()).toEqual(ONE_WAITS);
  schedules.change(scheduleId, definition({ priority: 61 }), { userId: third });
  for (const one of [deputy, third])
    expect(() => confirm(one)).toThrow(
      "It is confirmed by somebody else than asked for it or made its recording.",
    );
  confirm(desk.userId);
  expect(dates()).toEqual(BOTH_READY);
});

test.each<[string, () => object, unknown[]]>([
  [
    "in all towns but one",
    () => ({ targets: { regions: towns.slice(1), kinds: ["loudspeaker"] } }),
    ONE_WAITS,
  ],
  [
    "with a town left out",
    () => ({ targets: { ...definition().targets, exclude: towns.slice(1, 2) } }),
    ONE_WAITS,
  ],
  ["in one town", () => ({ targets: { regions: [TOWN], kinds: ["loudspeaker"] } }), BOTH_READY],
])("%s", (_what, more, expected) => {
  desk.services.schedules.change(scheduleId, definition(more()), { userId: desk.userId });
  expect(dates()).toEqual(expected);
});

test("by the hours as they were before one person made them shorter, until another has confirmed that", () => {
  const { policy } = desk.services;
  policy.set({ quietHours: [{ from: "23:45", to: "05:00" }], maxVolume: 100 }, desk.userId);
  expect(dates()).toEqual(ONE_WAITS);
  policy.confirmShortened(null, 1, third);
  expect(dates()).toEqual(BOTH_READY);
  policy.set({ quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 100 }, desk.userId);
  expect(dates()).toEqual(ONE_WAITS);
});

test("what is daily airs in most of a county by shorter hours once another has confirmed those, in a part of it at once", () => {
  const { policy, schedules } = desk.services;
  policy.set({ quietHours: [{ from: "23:45", to: "05:00" }], maxVolume: 100 }, desk.userId);
  schedules.end(scheduleId);
  const daily = (more: object) => {
    const { id } = schedules.create(
      { programmeId, ...definition({ class: "daily", ...more }) },
      { userId: desk.userId },
    );
    scheduleId = id;
  };
  daily({ targets: { regions: [TOWN], kinds: ["loudspeaker"] } });
  expect(dates()).toEqual(BOTH_READY);
  schedules.end(scheduleId);
  daily({});
  const barred = [
    ["20:00", "ready", null],
    ["22:30", "planned", "quiet-hours"],
  ];
  expect(dates()).toEqual(barred);
  schedules.change(
    scheduleId,
    definition({ class: "daily", targets: { regions: towns.slice(7), kinds: ["loudspeaker"] } }),
    { userId: desk.userId },
  );
  expect(dates()).toEqual(barred);
  policy.confirmShortened(null, 1, third);
  expect(dates()).toEqual(BOTH_READY);
  policy.set({ quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 100 }, desk.userId);
});

test("the second person's word on hours that hold already is told to no device", () => {
  const { policy, downlink } = desk.services;
  const set = (from: string) =>
    policy.set({ quietHours: [{ from, to: "06:00" }], maxVolume: 100 }, desk.userId);
  const before = downlink.changeCount();
  set("22:15");
  const told = downlink.changeCount();
  expect(told).toBeGreaterThan(before);
  policy.confirmShortened(null, 1, third);
  expect(policy.shortened()).toEqual([]);
  expect(downlink.changeCount()).toBe(told);
  set("22:00");
});

test("a county's own hours count at once for what is for its whole city", () => {
  const { policy, schedules } = desk.services;
  const targets = { regions: [CITY], kinds: ["loudspeaker"] };
  schedules.change(scheduleId, definition({ targets }), { userId: desk.userId });
  expect(dates()).toEqual(ONE_WAITS);
  policy.setArea(COUNTY, { quietHours: [{ from: "19:30", to: "21:00" }] }, desk.userId);
  const bothWait = [
    ["20:00", "planned", "not-confirmed"],
    ["22:30", "planned", "not-confirmed"],
  ];
  expect(dates()).toEqual(bothWait);
  policy.setArea(COUNTY, null, desk.userId);
  expect(dates()).toEqual(bothWait);
  policy.confirmShortened(COUNTY, 1, third);
  expect(dates()).toEqual(ONE_WAITS);
});

test("what nobody confirms is missed, and says so in the register's words", () => {
  clock.advance(Date.parse("2026-12-03T22:30:00+08:00") - clock.now());
  desk.services.conductor.tick();
  const [, night] = desk.services.broadcasts.page(
    { from: START, until: START + 20 * DAY_MS, scheduleId },
    { startAt: -1, id: "" },
    100,
  );
  expect(night).toMatchObject({
    localTime: "22:30",
    state: "missed",
    reason: "no second person has confirmed it",
  });
  expect(whyNotText(night ?? never())).toBe("无第二人确认");
});

function never(): never {
  throw new Error("there is no such broadcast");
}
