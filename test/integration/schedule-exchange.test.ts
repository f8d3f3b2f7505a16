import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { HOUR_MS } from "../../src/clock.ts";
import type { PortableSchedule, ScheduleFile } from "../../src/schedules/schedule.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { createTestClock, TOWN } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { endAllSchedules } from "../support/timetable.ts";

interface Report {
  dryRun: boolean;
  items: {
    name: string;
    action: string;
    scheduleId: string | null;
    changes: { at: string; before: unknown; after: unknown }[];
  }[];
}

const clock = createTestClock(Date.parse("2026-11-30T20:00:00+08:00"));
let here: RunningApp;
let there: RunningApp;

/** Shipped timetables would only stand in the way. */
async function emptyApp(): Promise<RunningApp> {
  const app = await runApp({ clock });
  await importRegions(app.operator);
  await endAllSchedules(app);
  return app;
}
const schedulesOf = async ({ operator }: RunningApp) =>
  (await operator.get<{ items: { id: string; version: number; ended: boolean }[] }>("/schedules?limit=500"))
    .items;
/** An episode without recordings: a number and an id of this server's own. */
async function episode({ operator }: RunningApp, number: number): Promise<string> {
  const { id } = await operator.post<{ id: string }>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  return id;
}
const exported = ({ operator }: RunningApp) => operator.get<ScheduleFile>("/schedules/export");
const imported = ({ operator }: RunningApp, file: unknown, query = "") =>
  operator.post<Report>(`/schedules/import${query}`, file);
const actions = ({ items }: Report) => items.map(({ name, action }) => [name, action]);

const entry = (more: Partial<PortableSchedule> = {}): PortableSchedule => ({
  programme: "dangjian-zhisheng",
  ...scheduleDefinition(),
  ...more,
});
const fileOf = (...schedules: PortableSchedule[]) => ({ version: 1, schedules });

beforeAll(async () => {
  [here, there] = [await emptyApp(), await emptyApp()];
  // In another order, so that no id is the same by chance of order either.
  for (const number of [41, 42, 43]) await episode(here, number);
  for (const number of [43, 42, 41]) await episode(there, number);
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
});
beforeEach(async () => {
  await endAllSchedules(here);
  await endAllSchedules(there);
});

const reason = "中考";
const whole = fileOf(
  entry({
    name: "轮播",
    content: { policy: "rotation", numbers: [43, 41], fallback: "standing", standingNumber: 42 },
    exceptions: [{ date: "2026-12-15", moveTo: { date: "2026-12-16" }, number: 42, reason }],
    extraDates: [{ date: "2026-12-03", time: "08:00", number: 43, reason }],
    volume: 60,
  }),
  entry({
    name: "一期",
    content: { policy: "item", number: 41 },
    targets: { regions: [TOWN], kinds: ["terminal"] },
  }),
);

test("an export goes to another server, where ids differ, and comes back the same", async () => {
  expect(actions(await imported(here, whole))).toEqual([
    ["轮播", "created"],
    ["一期", "created"],
  ]);
  const file = await exported(here);
  expect(file.schedules.toSorted((a, b) => (a.name < b.name ? 1 : -1))).toEqual(whole.schedules);
  expect(JSON.stringify(file)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
  await imported(there, file);
  expect(await exported(there)).toEqual(file);
  const idsOf = async (app: RunningApp) =>
    (await app.operator.get<{ items: { content: { contentId?: string } }[] }>("/schedules")).items.flatMap(
      ({ content }) => content.contentId ?? [],
    );
  expect(await idsOf(there)).not.toEqual(await idsOf(here));
});

test("an export is as its JSON Schema says, which a JSON Schema validator of its draft takes", async () => {
  await imported(here, whole);
  const schema = JSON.parse(
    await readFile(new URL("../../schedules/schedule-file.schema.json", import.meta.url), "utf8"),
  );
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  const check = new Ajv2020({ allErrors: true }).compile(schema);
  const file = await exported(here);
  expect([check(file), check.errors]).toEqual([true, null]);
  expect(check({ ...file, schedules: [{ ...file.schedules[0], contentId: "x" }] })).toBe(false);
});

test("the same file twice changes nothing; a dry run neither", async () => {
  const dry = await imported(here, whole, "?dryRun=true");
  expect(dry).toMatchObject({ dryRun: true, items: [{ action: "created", scheduleId: null }, {}] });
  expect((await exported(here)).schedules).toEqual([]);
  await imported(here, whole);
  const before = await schedulesOf(here);
  expect(actions(await imported(here, whole)).map(([, action]) => action)).toEqual([
    "unchanged",
    "unchanged",
  ]);
  expect(await schedulesOf(here)).toEqual(before);
});

test("a changed entry is an update of the same schedule, which the dry run foretells field by field", async () => {
  const { items: created } = await imported(here, fileOf(entry()));
  const next = fileOf(entry({ rule: { daysOfMonth: [2], times: ["08:00"] }, volume: 70 }));
  const dry = await imported(here, next, "?dryRun=true");
  expect(dry.items).toEqual([
    {
      programme: "dangjian-zhisheng",
      name: "晨播",
      action: "updated",
      scheduleId: created[0]?.scheduleId,
      conflicts: [],
      changes: [
        { at: "/rule", before: entry().rule, after: next.schedules[0]?.rule },
        { at: "/volume", before: null, after: 70 },
      ],
    },
  ]);
  const active = async () => (await schedulesOf(here)).filter(({ ended }) => !ended);
  expect(await active()).toMatchObject([{ id: created[0]?.scheduleId, version: 1 }]);
  expect((await imported(here, next)).items).toEqual(dry.items);
  expect(await active()).toMatchObject([{ id: created[0]?.scheduleId, version: 2 }]);
});

test("one wrong entry refuses all, and each is told where it is wrong", async () => {
  const wrong = fileOf(
    entry({ name: "对" }),
    entry({ name: "无此期", content: { policy: "item", number: 99 } }),
    entry({ name: "无栏目", programme: "nobodys" }),
    entry({ name: "缺", content: { policy: "item" } }),
    entry({ name: "夜", rule: { daysOfMonth: [1], times: ["23:00"] } }),
    entry({ name: "对" }),
    entry({ name: "外县", targets: { regions: ["370784000000"], kinds: ["loudspeaker"] } }),
    entry({ name: "昨天", extraDates: [{ date: "2026-11-29", time: "08:00", reason }] }),
  );
  for (const query of ["", "?dryRun=true"]) {
    await expect(imported(here, wrong, query)).rejects.toMatchObject({
      status: 422,
      problem: {
        errors: [
          { at: "/schedules/1/content/number", message: expect.stringContaining("99") },
          { at: "/schedules/2/programme" },
          { at: "/schedules/3/content/number", message: "`number` is missing." },
          { at: "/schedules/4/rule/times/0" },
          { at: "/schedules/5/name", message: expect.stringContaining("/schedules/0") },
          { at: "/schedules/6/targets/regions/0" },
          { at: "/schedules/7/extraDates/0" },
        ],
      },
    });
  }
  expect((await exported(here)).schedules).toEqual([]);
});

test("a file of another shape or version is refused where it is wrong", async () => {
  await expect(imported(here, { version: 2, schedules: [] })).rejects.toMatchObject({
    problem: { errors: [{ at: "/version" }] },
  });
  await expect(
    imported(here, { version: 1, schedules: [{ ...entry(), priority: "high" }] }),
  ).rejects.toMatchObject({
    problem: { errors: [{ at: "/schedules/0/priority" }] },
  });
});

test("two active schedules of one name are a conflict for an export, and a problem for an import", async () => {
  await imported(here, fileOf(entry()));
  const { programme: _, ...definition } = entry({ rule: { daysOfMonth: [2], times: ["08:00"] } });
  const { id } = await here.operator.post<{ id: string }>("/schedules", {
    programmeId: await programmeId(here.operator, "broadcast"),
    ...definition,
  });
  await expect(exported(here)).rejects.toMatchObject({ status: 409 });
  await expect(imported(here, fileOf(entry({ volume: 10 })))).rejects.toMatchObject({
    problem: { errors: [{ at: "/schedules/0/name" }] },
  });
  await here.operator.post(`/schedules/${id}/end`);
  expect((await exported(here)).schedules).toEqual([entry()]);
});

test("what has nothing left to air stays out of a file, and is no reason to refuse the file it came in", async () => {
  const once = entry({ name: "一次", rule: { dates: ["2026-11-30"], times: ["21:00"] } });
  await imported(here, fileOf(once, entry()));
  clock.advance(2 * HOUR_MS);
  expect((await exported(here)).schedules).toEqual([entry()]);
  expect(actions(await imported(here, fileOf(once, entry())))).toEqual([
    ["一次", "unchanged"],
    ["晨播", "unchanged"],
  ]);
});

test("what is over is not exported, and an import takes it from nobody", async () => {
  const past = {
    exceptions: [
      { date: "2026-12-01", skip: true as const, reason },
      { date: "2026-12-15", moveTo: { date: "2026-12-02" }, reason },
    ],
    extraDates: [{ date: "2026-12-03", time: "08:00", reason }],
  };
  await imported(here, fileOf(entry(past)));
  clock.advance(5 * 24 * HOUR_MS);
  for (const app of [here, there]) app.operator = await signIn(app.url, "admin", app.password);
  const file = await exported(here);
  expect(file.schedules).toEqual([entry({ exceptions: [{ date: "2026-12-15", skip: true, reason }] })]);
  expect(actions(await imported(here, file))).toEqual([["晨播", "unchanged"]]);
  expect(actions(await imported(there, file))).toEqual([["晨播", "created"]]);
  const louder = file.schedules.map((each) => ({ ...each, volume: 70 }));
  const { items } = await imported(here, fileOf(...louder));
  expect(items).toMatchObject([{ action: "updated", changes: [{ at: "/volume" }] }]);
  expect(await here.operator.get(`/schedules/${items[0]?.scheduleId}`)).toMatchObject({
    exceptions: [{ date: "2026-12-15", skip: true, reason }, past.exceptions[0]],
    extraDates: past.extraDates,
  });
});
