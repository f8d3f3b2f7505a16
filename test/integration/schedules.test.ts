import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { DAY_MS } from "../../src/clock.ts";
import type { RunningApp } from "../support/app.ts";
import { approvedEpisode, type BroadcastView, makeTone } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { openTimetable, type Timetable } from "../support/timetable.ts";

const clock = createTestClock(Date.parse("2026-11-30T20:00:00+08:00"));
let app: RunningApp;
let timetable: Timetable;
beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41, 42, 43] });
  ({ app } = timetable);
});
afterAll(() => timetable.close());

async function created(more: object): Promise<{ id: string; broadcasts: () => Promise<BroadcastView[]> }> {
  const id = await timetable.schedule(more);
  return { id, broadcasts: () => timetable.broadcastsOf(id) };
}

const local = ({ startAt }: { startAt: string }) =>
  new Date(Date.parse(startAt) + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
const numberOf = (id: string | undefined) =>
  [...timetable.episodes].find(([, each]) => each === id)?.[0] ?? null;
const told = (broadcasts: BroadcastView[]) =>
  broadcasts.map((each) => [local(each), each.state, numberOf(each.content?.id)]);

test("exceptions skip, move, choose and add, in plan and preview; taken back, all is as before", async () => {
  const reason = "中考";
  const { id, broadcasts } = await created({
    exceptions: [
      { date: "2026-12-01", skip: true, reason },
      { date: "2026-12-15", moveTo: { date: "2026-12-16", time: "09:30" }, reason },
    ],
    extraDates: [{ date: "2026-12-03", time: "08:00", contentId: timetable.episodes.get(43), reason }],
  });
  expect(told(await broadcasts())).toEqual([
    ["2026-12-03 08:00", "ready", 43],
    ["2026-12-16 09:30", "ready", 41],
    ["2027-01-01 08:00", "ready", 42],
  ]);
  const { items } = await app.operator.get<{
    items: { airDate: string; whyNot: string | null; exception: string | null }[];
  }>(`/schedules/${id}/preview?days=10`);
  expect(items.map(({ airDate, whyNot, exception }) => [airDate, whyNot, exception])).toEqual([
    ["2026-12-01", "skipped: 中考", reason],
    ["2026-12-03", null, reason],
  ]);
  await app.operator.put(`/schedules/${id}`, scheduleDefinition());
  expect(told(await broadcasts())).toEqual([
    ["2026-12-01 08:00", "ready", 41],
    ["2026-12-15 08:00", "ready", 42],
    ["2027-01-01 08:00", "ready", 43],
  ]);
  await app.operator.post(`/schedules/${id}/end`);
});

test("other content policies, and a fallback that is marked as one", async () => {
  const { id, broadcasts } = await created({
    content: {
      policy: "next-approved",
      fromNumber: 43,
      fallback: "standing",
      standingContentId: timetable.episodes.get(41),
    },
  });
  expect((await broadcasts()).map(({ content }) => content)).toEqual([
    { kind: "episode", id: timetable.episodes.get(43), by: "policy" },
    { kind: "episode", id: timetable.episodes.get(41), by: "fallback" },
    { kind: "episode", id: timetable.episodes.get(41), by: "fallback" },
  ]);
  await app.operator.put(`/schedules/${id}`, scheduleDefinition({ content: { policy: "latest-approved" } }));
  expect(told(await broadcasts()).map(([, , number]) => number)).toEqual([43, 43, 43]);
  const rotation = {
    policy: "rotation",
    contentIds: [timetable.episodes.get(42), timetable.episodes.get(41)],
  };
  await app.operator.put(`/schedules/${id}`, scheduleDefinition({ content: rotation }));
  expect(told(await broadcasts()).map(([, , number]) => number)).toEqual([42, 41, 42]);
  await app.operator.post(`/schedules/${id}/end`);
});

describe("inside the freeze window", () => {
  const WAIT = { timeoutMs: 30_000 };
  const moved = (moveTo: object) =>
    scheduleDefinition({ exceptions: [{ date: "2026-12-01", moveTo, reason: "停电" }] });

  /** A schedule that is to air in five minutes, and has been frozen for five. */
  async function frozen() {
    const { id, broadcasts } = await created({});
    clock.advance(Date.parse("2026-12-01T07:55:00+08:00") - clock.now());
    await until(async () => (await broadcasts())[0]?.state === "frozen", { what: "the freeze", ...WAIT });
    /** Those of the first date, by start. */
    const ofDate = async () => (await broadcasts()).filter(({ localDate }) => localDate === "2026-12-01");
    const edit = async (body: object) => {
      await app.operator.put(`/schedules/${id}`, body);
      const rows = await broadcasts();
      const current = rows.filter(({ state }) => state !== "cancelled");
      const slots = current.map(({ localDate, localTime }) => `${localDate} ${localTime}`);
      expect(new Set(slots).size).toBe(slots.length);
      return told(await ofDate());
    };
    const end = () => app.operator.post(`/schedules/${id}/end`);
    return { id, broadcasts, ofDate, edit, end };
  }

  test("a date that is moved is stopped, and airs where it was moved to", async () => {
    const { ofDate, edit, broadcasts, end } = await frozen();
    const [first] = await ofDate();
    expect(await edit(moved({ date: "2026-12-02" }))).toEqual([
      ["2026-12-01 08:00", "cancelled", 41],
      ["2026-12-02 08:00", "ready", 41],
    ]);
    const [stopped, replacement] = await ofDate();
    expect(stopped).toMatchObject({ id: first?.id, reason: "the schedule was changed" });
    expect(replacement?.id).not.toBe(first?.id);
    // What follows keeps what it had.
    expect(numberOf((await broadcasts()).at(-1)?.content?.id)).toBe(43);
    await end();
  });

  test("many edits, in and out of the window, leave one broadcast a slot", async () => {
    const { ofDate, edit, end } = await frozen();
    const stopped = (count: number) =>
      Array.from({ length: count }, () => ["2026-12-01 08:00", "cancelled", 41]);
    // To another minute inside the window: replaced, and frozen at once.
    expect(await edit(moved({ time: "08:02" }))).toEqual([...stopped(1), ["2026-12-01 08:02", "frozen", 41]]);
    expect(await edit(moved({ time: "09:30" }))).toEqual([
      ...stopped(1),
      ["2026-12-01 08:02", "cancelled", 41],
      ["2026-12-01 09:30", "ready", 41],
    ]);
    // Back where the rule has it: what was not frozen is planned anew, and freezes.
    const back = await edit(scheduleDefinition());
    expect(back.filter(([, state]) => state === "frozen")).toEqual([["2026-12-01 08:00", "frozen", 41]]);
    // An edit that says the same again stops nothing.
    const before = await ofDate();
    await edit(scheduleDefinition({ name: "早播" }));
    expect(await ofDate()).toEqual(before);
    // Skipped, and taken back.
    const skipped = await edit(
      scheduleDefinition({ exceptions: [{ date: "2026-12-01", skip: true, reason: "停电" }] }),
    );
    expect(skipped.every(([, state]) => state === "cancelled")).toBe(true);
    const again = await edit(scheduleDefinition({ volume: 30 }));
    expect(again.filter(([, state]) => state !== "cancelled")).toEqual([["2026-12-01 08:00", "frozen", 41]]);
    await end();
  });

  test("other content replaces it at the same time; approving more does not", async () => {
    const { ofDate, edit, end } = await frozen();
    const chosen = scheduleDefinition({
      exceptions: [{ date: "2026-12-01", contentId: timetable.episodes.get(43), reason: "专题" }],
    });
    const rows = await edit(chosen);
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual(["2026-12-01 08:00", "cancelled", 41]);
    expect(rows).toContainEqual(["2026-12-01 08:00", "frozen", 43]);
    const latest = await edit(scheduleDefinition({ content: { policy: "latest-approved" } }));
    expect(latest.filter(([, state]) => state === "frozen")).toEqual([["2026-12-01 08:00", "frozen", 43]]);
    const { id } = await approvedEpisode(app.operator, 44, makeTone(join(app.folder, "tone.wav"), 2));
    expect(numberOf((await ofDate()).find(({ state }) => state === "frozen")?.content?.id)).toBe(43);
    await app.operator.post(`/episodes/${id}/withdraw-approval`);
    await end();
  });

  test("what is on air is stopped with the reason, and does not air again where it is moved to", async () => {
    const { ofDate, edit, broadcasts, end } = await frozen();
    clock.advance(Date.parse("2026-12-01T08:00:01+08:00") - clock.now());
    await until(async () => (await ofDate())[0]?.state === "on_air", { what: "the start", ...WAIT });
    expect(await edit(moved({ date: "2026-12-02" }))).toEqual([["2026-12-01 08:00", "cancelled", 41]]);
    expect((await ofDate())[0]?.reason).toBe("the schedule was changed");
    expect(await edit(moved({ date: "2026-12-03" }))).toHaveLength(1);
    expect((await broadcasts()).filter(({ startAt }) => startAt < "2026-12-14")).toHaveLength(1);
    await end();
  });
});

test("a date that aired days ago cannot be moved to air again", async () => {
  const { id, broadcasts } = await created({
    rule: { dates: ["2026-12-01", "2026-12-20"], times: ["09:00"] },
  });
  clock.advance(Date.parse("2026-12-01T09:30:00+08:00") - clock.now());
  await until(async () => (await broadcasts())[0]?.state === "failed", {
    what: "the end",
    timeoutMs: 30_000,
  });
  clock.advance(3 * DAY_MS);
  const operator = await signIn(app.url, "admin", app.password);
  await operator.put(
    `/schedules/${id}`,
    scheduleDefinition({
      rule: { dates: ["2026-12-01", "2026-12-20"], times: ["09:00"] },
      exceptions: [{ date: "2026-12-01", moveTo: { date: "2026-12-06" }, reason: "停电" }],
    }),
  );
  const { items } = await operator.get<{ items: { airDate: string; whyNot: string | null }[] }>(
    `/schedules/${id}/preview?days=5`,
  );
  expect(items).toMatchObject([
    { airDate: "2026-12-06", whyNot: "this date was broadcast before it was moved" },
  ]);
  app.operator = operator;
  await operator.post(`/schedules/${id}/end`);
});
