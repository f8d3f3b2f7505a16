import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningApp } from "../support/app.ts";
import { COUNTY, createTestClock, FAR_VILLAGE, OTHER_TOWN, TOWN } from "../support/fleet.ts";
import { openTimetable, type Timetable } from "../support/timetable.ts";

interface Entry {
  broadcastId: string | null;
  schedule: { id: string; version: number } | null;
  date: string;
  airDate: string;
  airTime: string;
  state: string | null;
  content: { number: number } | null;
  exception: string | null;
  code: string | null;
}
interface Answer {
  days: { date: string; kind: string | null; holiday: string | null; lunar: object | null }[];
  entries: Entry[];
  isCut: boolean;
}

const clock = createTestClock(Date.parse("2026-11-30T20:00:00+08:00"));
let app: RunningApp;
let timetable: Timetable;
beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41], isShipped: false });
  ({ app } = timetable);
});
afterAll(() => timetable.close());

const read = (query: string) => app.operator.get<Answer>(`/timetable?${query}`);

test("a range has its days with holidays and lunar dates, and all that airs, moved, skipped and beyond the plan", async () => {
  const id = await timetable.schedule({
    exceptions: [
      { date: "2026-12-15", moveTo: { date: "2026-12-16" }, reason: "会议" },
      { date: "2027-01-01", skip: true, reason: "元旦" },
    ],
  });
  const { days, entries, isCut } = await read("from=2026-12-01&until=2027-02-28");
  expect(days).toHaveLength(90);
  expect(days.find(({ date }) => date === "2027-02-06")?.lunar).toEqual({ month: 1, day: 1, isLeap: false });
  expect(days[0]).toEqual({
    date: "2026-12-01",
    kind: "workday",
    holiday: null,
    lunar: { month: 10, day: 23, isLeap: false },
  });
  expect(isCut).toBe(false);
  const own = entries.filter(({ schedule }) => schedule?.id === id);
  expect(own.map(({ airDate, airTime, code }) => [airDate, airTime, code])).toEqual([
    ["2026-12-01", "08:00", null],
    ["2026-12-16", "08:00", "nothing-approved"],
    ["2027-01-01", "08:00", "skipped"],
    ["2027-01-15", "08:00", "nothing-approved"],
    ["2027-02-01", "08:00", "nothing-approved"],
    ["2027-02-15", "08:00", "nothing-approved"],
  ]);
  expect(own[0]).toMatchObject({ state: "ready", content: { number: 41 }, schedule: { version: 1 } });
  expect(own[1]).toMatchObject({ date: "2026-12-15", exception: "会议", state: "planned" });
  expect(own.at(-1)).toMatchObject({ broadcastId: null, state: null });
});

test("schedules are looked at 800 days ahead, however far ahead somebody asks", async () => {
  const far = await read("from=2029-02-01&until=2029-02-28");
  expect(far.entries.map(({ airDate }) => airDate)).toEqual(["2029-02-01"]);
  const farthest = await read("from=9999-10-01&until=9999-12-31");
  expect(farthest.days).toHaveLength(92);
  expect(farthest.entries).toEqual([]);
});

test("a region has what is meant for any part of it, and nothing that leaves it out", async () => {
  const id = await timetable.schedule({
    name: "镇播",
    rule: { dates: ["2026-12-05"], times: ["09:00"] },
    targets: { regions: [COUNTY], kinds: ["loudspeaker"], exclude: [OTHER_TOWN] },
  });
  const isIn = async (region: string) =>
    (await read(`from=2026-12-05&until=2026-12-05&region=${region}`)).entries.some(
      ({ schedule }) => schedule?.id === id,
    );
  expect(await isIn(TOWN)).toBe(true);
  expect(await isIn(COUNTY)).toBe(true);
  expect(await isIn(OTHER_TOWN)).toBe(false);
  expect(await isIn(FAR_VILLAGE)).toBe(false);
});

test("what somebody called off stays, with the reason; what an ended schedule had ahead is gone", async () => {
  const id = await timetable.schedule({
    name: "两次",
    rule: { dates: ["2026-12-03", "2026-12-04"], times: ["10:00"] },
  });
  const { id: broadcastId } = await timetable.broadcastOf(id);
  await app.operator.post(`/broadcasts/${broadcastId}/stop`, { reason: "停电" });
  const own = async () =>
    (await read("from=2026-12-03&until=2026-12-04")).entries.filter(({ schedule }) => schedule?.id === id);
  expect(await own()).toEqual([
    expect.objectContaining({ broadcastId, state: "cancelled", code: "stopped", whyNot: "cancelled: 停电" }),
    expect.objectContaining({ airDate: "2026-12-04", state: "ready" }),
  ]);
  await app.operator.post(`/schedules/${id}/end`);
  expect(await own()).toEqual([
    expect.objectContaining({
      broadcastId,
      state: "cancelled",
      whyNot: "停电",
      schedule: expect.objectContaining({ ended: true }),
    }),
  ]);
});

test("dates that cannot be, too many of them and unknown regions are refused by name", async () => {
  await expect(read("from=2026-12-01&until=2027-12-01")).rejects.toMatchObject({ status: 422 });
  await expect(read("from=2026-12-02&until=2026-12-01")).rejects.toMatchObject({ status: 422 });
  await expect(read("from=2026-02-30&until=2026-03-01")).rejects.toThrow("There is no 2026-02-30");
  await expect(read("from=2026-12-01&until=2026-12-02&region=370783999000")).rejects.toMatchObject({
    status: 404,
  });
});

test("the quiet hours of a day are told for a region and each right below it", async () => {
  await app.operator.put(`/regions/${TOWN}/policy`, {
    quietHours: [{ from: "12:00", to: "14:00", dates: ["2026-12-05"] }],
  });
  const quiet = async (date: string) => {
    const { items } = await app.operator.get<{ items: { code: string; quiet: object[] }[] }>(
      `/regions/${COUNTY}/quiet-hours?date=${date}`,
    );
    return new Map(items.map((item) => [item.code, item.quiet]));
  };
  const night = [
    { from: "00:00", to: "06:00" },
    { from: "22:00", to: "24:00" },
  ];
  const found = await quiet("2026-12-05");
  expect([...found.keys()][0]).toBe(COUNTY);
  expect(found.get(OTHER_TOWN)).toEqual(night);
  expect(found.get(TOWN)).toEqual([night[0], { from: "12:00", to: "14:00" }, night[1]]);
  expect((await quiet("2026-12-06")).get(TOWN)).toEqual(night);
});

test("a check says what each of the next dates would air, of what is saved and of what is not", async () => {
  const { nextDates } = await app.operator.post<{ nextDates: Entry[] }>("/schedules/check", {
    programmeId: timetable.programme,
    name: "晚播",
    rule: { daysOfMonth: [2], times: ["18:30"] },
    zone: "Asia/Shanghai",
    targets: { regions: [FAR_VILLAGE], kinds: ["loudspeaker"] },
    content: { policy: "latest-approved" },
    class: "daily",
    priority: 50,
    lateness: "join",
    graceMinutes: 5,
    offline: "play",
  });
  expect(nextDates.length).toBeGreaterThanOrEqual(12);
  expect(nextDates[0]).toMatchObject({ airDate: "2026-12-02", content: { number: 41 }, broadcastId: null });
});
