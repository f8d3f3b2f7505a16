import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestClock, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { openTimetable, type Timetable } from "../support/timetable.ts";

let timetable: Timetable;
beforeAll(async () => {
  timetable = await openTimetable({
    clock: createTestClock(Date.parse("2026-11-30T20:00:00+08:00")),
    isShipped: false,
  });
});
afterAll(() => timetable.close());

const reason = "中考";
const at7 = (rule: object) => ({ rule: { times: ["07:00"], ...rule } });
const slots = { daysOfMonth: [1, 15], times: ["07:00", "18:30"] };
const days = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.UTC(2027, 0, 1 + index)).toISOString().slice(0, 10),
  );
const everyHour = Array.from({ length: 16 }, (_, index) => `${`${index + 6}`.padStart(2, "0")}:00`);

/** What, how it differs from a good schedule, the first field that is named, and what is said of it. */
const bad: [string, object, string, RegExp][] = [
  ["no day at all", at7({}), "/rule", /names no day/],
  ["no time at all", { rule: { daysOfMonth: [1], times: [] } }, "/rule/times", /fewer than 1/],
  [
    "two equal times",
    { rule: { daysOfMonth: [1], times: ["07:00", "18:30", "07:00"] } },
    "/rule/times/2",
    /a second time/,
  ],
  ["a date that is none", at7({ dates: ["2027-02-30"] }), "/rule/dates/0", /no 2027-02-30/],
  [
    "a range that ends before it begins",
    at7({ dateRanges: [{ from: "2027-03-02", until: "2027-03-01" }] }),
    "/rule/dateRanges/0",
    /ends before it begins/,
  ],
  ["only dates that are past", at7({ dates: ["2020-01-01"] }), "/rule", /never air: its dates are past/],
  ["a rule that no month fulfils", at7({ daysOfMonth: [31] }), "/rule/daysOfMonth", /alone would skip/],
  [
    "a rule whose only date is skipped",
    {
      ...at7({ dates: ["2026-12-24"] }),
      exceptions: [{ date: "2026-12-24", skip: true, reason }],
    },
    "/rule",
    /never air/,
  ],
  [
    "valid until before valid from",
    { validFrom: "2027-02-01", validUntil: "2027-01-31" },
    "/validUntil",
    /end before it begins/,
  ],
  [
    "a year whose holidays nobody knows",
    at7({ dateRanges: [{ from: "2027-10-01", until: "2027-12-31" }], onlyOn: ["workday"] }),
    "/rule",
    /public holidays of 2027 are not known yet/,
  ],
  [
    "ten thousand dates one by one",
    at7({ dates: days(10_000) }),
    "/rule/dates",
    /must not have more than 400 items/,
  ],
  [
    "a rule that yields more than five thousand",
    { rule: { dateRanges: [{ from: "2026-12-01", until: "2046-12-01" }], times: everyHour } },
    "/rule",
    /would air 6\d\d\d times within 400 days; at most 5000/,
  ],
  [
    "a time that clocks leave out",
    { rule: { daysOfMonth: [28], times: ["08:00", "02:30"] }, zone: "Europe/Berlin", class: "announcement" },
    "/rule/times/1",
    /On 2027-03-28 there is no 02:30 in Europe\/Berlin/,
  ],
  [
    "a season's time that clocks leave out",
    {
      rule: {
        daysOfMonth: [28],
        times: ["08:00"],
        seasons: [{ from: "03-01", until: "04-30", times: ["02:15"] }],
      },
      zone: "Europe/Berlin",
      class: "announcement",
    },
    "/rule/seasons/0/times/0",
    /no 02:15/,
  ],
  [
    "an extra date that clocks leave out",
    {
      zone: "Europe/Berlin",
      class: "announcement",
      extraDates: [{ date: "2027-03-28", time: "02:30", reason }],
    },
    "/extraDates/0/time",
    /no 02:30/,
  ],
  [
    "a move to where clocks leave out the time",
    {
      zone: "Europe/Berlin",
      class: "announcement",
      exceptions: [{ date: "2026-12-15", moveTo: { date: "2027-03-28", time: "02:30" }, reason }],
    },
    "/exceptions/0/moveTo",
    /no 02:30/,
  ],
  [
    "two exceptions of one date that contradict each other",
    {
      rule: slots,
      exceptions: [
        { date: "2026-12-15", skip: true, reason },
        { date: "2026-12-15", time: "07:00", moveTo: { time: "09:00" }, reason },
      ],
    },
    "/exceptions/1",
    /speaks of 2026-12-15 07:00 already/,
  ],
  [
    "an exception that says two things at once",
    { exceptions: [{ date: "2026-12-15", skip: true, moveTo: { time: "09:00" }, reason }] },
    "/exceptions/0",
    /skipped and aired otherwise/,
  ],
  [
    "an exception that says nothing",
    { exceptions: [{ date: "2026-12-15", reason }] },
    "/exceptions/0",
    /says nothing/,
  ],
  [
    "an exception of a date that the rule does not have",
    { exceptions: [{ date: "2026-12-14", skip: true, reason }] },
    "/exceptions/0",
    /nothing on 2026-12-14/,
  ],
  [
    "an exception of a time that the date does not have",
    { exceptions: [{ date: "2026-12-15", time: "09:00", skip: true, reason }] },
    "/exceptions/0",
    /nothing on 2026-12-15 at 09:00/,
  ],
  [
    "two slots moved to one time",
    { rule: slots, exceptions: [{ date: "2026-12-15", moveTo: { time: "09:00" }, reason }] },
    "/exceptions/0",
    /all would move to 09:00/,
  ],
  [
    "an extra date that the rule has already",
    { extraDates: [{ date: "2026-12-15", time: "08:00", reason }] },
    "/extraDates/0",
    /airs on 2026-12-15 08:00 already/,
  ],
  [
    "an extra date on a slot that was moved away, whose name it would have",
    {
      exceptions: [{ date: "2026-12-15", moveTo: { date: "2026-12-16" }, reason }],
      extraDates: [{ date: "2026-12-15", time: "08:00", reason }],
    },
    "/extraDates/0",
    /has 2026-12-15 08:00 itself, and an exception takes it away: undo that one/,
  ],
  [
    "an extra date given twice",
    {
      extraDates: [
        { date: "2026-12-16", time: "08:00", reason },
        { date: "2026-12-16", time: "08:00", reason },
      ],
    },
    "/extraDates/1",
    /already/,
  ],
  [
    "a coming date moved to where it is over",
    { exceptions: [{ date: "2026-12-15", moveTo: { date: "2026-11-30", time: "19:59" }, reason }] },
    "/exceptions/0/moveTo",
    /2026-12-15 08:00 would move to 2026-11-30 19:59, which is past/,
  ],
  [
    "an extra date that is over",
    { extraDates: [{ date: "2026-11-30", time: "08:00", reason }] },
    "/extraDates/0",
    /2026-11-30 08:00 is past/,
  ],
  [
    "seasons that overlap",
    {
      rule: {
        daysOfMonth: [1],
        times: ["08:00"],
        seasons: [
          { from: "05-01", until: "09-30", times: ["18:30"] },
          { from: "09-30", until: "12-31", times: ["17:30"] },
        ],
      },
    },
    "/rule/seasons/1",
    /overlaps season 1 on 09-30/,
  ],
  [
    "a daily time in the quiet hours",
    { rule: { daysOfMonth: [1], times: ["08:00", "23:30"] } },
    "/rule/times/1",
    /quiet hours 22:00–06:00/,
  ],
  [
    "a move into the quiet hours",
    { exceptions: [{ date: "2026-12-15", moveTo: { time: "23:00" }, reason }] },
    "/exceptions/0/moveTo",
    /On 2026-12-15, 23:00 is in the quiet hours/,
  ],
  [
    "content of nobody",
    { content: { policy: "item", contentId: "01900000-0000-7000-8000-000000000000" } },
    "/content/contentId",
    /has nothing with id/,
  ],
  ["a policy without what it needs", { content: { policy: "item" } }, "/content/contentId", /is missing/],
  ["an unknown zone", { zone: "Asia/Atlantis" }, "/zone", /not a time zone/],
  ["an offset instead of a zone", { zone: "+08:00" }, "/zone", /not a time zone/],
  [
    "an unknown region",
    { targets: { regions: ["370783999000"], kinds: ["loudspeaker"] } },
    "/targets/regions/0",
    /no region 370783999000/,
  ],
  [
    "an exclusion of what it is not for",
    { targets: { regions: [VILLAGE], kinds: ["loudspeaker"], exclude: ["370783109000"] } },
    "/targets/exclude/0",
    /lies in none of the regions/,
  ],
];

describe("a schedule with", () => {
  test.each(bad)(
    "%s is refused with the field, what is wrong and what to do; nothing is saved",
    async (_what, more, at, message) => {
      const body = { programmeId: timetable.programme, ...scheduleDefinition(more) };
      const { operator } = timetable.app;
      for (const path of ["/schedules", "/schedules/check", "/schedules?acceptConflicts=test"])
        await expect(operator.post(path, body)).rejects.toMatchObject({
          status: 422,
          problem: {
            hint: expect.stringMatching(/\.$|GET \/api\/v1|POST \/api\/v1/),
            errors: expect.arrayContaining([{ at, message: expect.stringMatching(message) }]),
          },
        });
      const { items } = await operator.get<{ items: { ended: boolean }[] }>("/schedules");
      expect(items.filter(({ ended }) => !ended)).toEqual([]);
    },
  );

  test("some dates in a year whose holidays nobody knows is saved, and says of each that it is not known", async () => {
    const rule = { daysOfMonth: [1], dates: ["2026-12-02"], onlyOn: ["workday"], times: ["08:00"] };
    const body = { programmeId: timetable.programme, ...scheduleDefinition({ rule }) };
    const { nextDates } = await timetable.app.operator.post<{
      nextDates: { airDate: string; whyNot: string | null }[];
    }>("/schedules/check", body);
    expect(nextDates.slice(0, 3).map(({ airDate, whyNot }) => [airDate, whyNot])).toEqual([
      ["2026-12-01", "nothing approved is left for this date"],
      ["2026-12-02", "nothing approved is left for this date"],
      [
        "2027-01-01",
        "the public holidays of 2027 are not known yet; it airs all the same once it is moved or its content is chosen",
      ],
    ]);
  });
});

test("an unknown programme, a change over somebody else's, and a change of what has ended", async () => {
  const { operator } = timetable.app;
  const unknown = { programmeId: "01a208ab-4f54-7701-b61f-65b7cb025a6e", ...scheduleDefinition() };
  await expect(operator.post("/schedules", unknown)).rejects.toMatchObject({
    status: 422,
    problem: { errors: [{ at: "/programmeId" }] },
  });
  const id = await timetable.schedule();
  await operator.put(`/schedules/${id}?ifVersion=1`, scheduleDefinition({ priority: 60 }));
  await expect(
    operator.put(`/schedules/${id}?ifVersion=1`, scheduleDefinition({ priority: 70 })),
  ).rejects.toMatchObject({
    status: 409,
    problem: { type: "urn:ccx:problem:changed-meanwhile", hint: expect.stringContaining("version 2") },
  });
  await operator.post(`/schedules/${id}/end`);
  expect(await timetable.broadcastsOf(id)).toEqual([]);
  await expect(timetable.change(id)).rejects.toMatchObject({
    status: 409,
    problem: { hint: expect.any(String) },
  });
});
