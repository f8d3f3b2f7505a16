import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningApp } from "../support/app.ts";
import { approvedEpisode, enrolDevice, makeTone } from "../support/county.ts";
import { COUNTY, createTestClock, FAR_VILLAGE, TOWN, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { openTimetable, type Timetable } from "../support/timetable.ts";

interface ConflictView {
  schedule?: string;
  kind: string;
  time: string | null;
  dates: string[];
  count: number;
  devices: number;
  other: { scheduleId: string | null; name: string } | null;
  winner: string | null;
  mend: { time?: string; slotMinutes?: number };
}
interface Conflicts {
  items: ConflictView[];
  total: number;
}

// A Monday.
const clock = createTestClock(Date.parse("2026-11-30T08:00:00+08:00"));
let app: RunningApp;
let timetable: Timetable;

beforeAll(async () => {
  timetable = await openTimetable({ clock });
  ({ app } = timetable);
  for (const code of [VILLAGE, FAR_VILLAGE]) await enrolDevice(app.operator, app.url, code);
});
afterAll(() => timetable.close());

const definition = (more: object = {}) =>
  scheduleDefinition({
    name: "镇新闻",
    rule: { daysOfMonth: [1], times: ["07:00"] },
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
    content: { policy: "latest-approved" },
    ...more,
  });
const body = (more: object = {}) => ({ programmeId: timetable.programme, ...definition(more) });
const accept = (reason: string) => `?acceptConflicts=${encodeURIComponent(reason)}`;
const scheduleNames = async () =>
  (await app.operator.get<{ items: { name: string }[] }>("/schedules")).items.map(({ name }) => name);
const overlap = {
  kind: "overlap",
  time: "07:00",
  devices: 1,
  winner: "other",
  other: { name: "党建之声 每月1日、15日" },
};

test("saving what meets the county's broadcast is refused with the conflict; a check says the same and saves nothing", async () => {
  const checked = await app.operator.post<{ conflicts: ConflictView[]; nextDates: { airDate: string }[] }>(
    "/schedules/check",
    body(),
  );
  expect(checked.conflicts).toMatchObject([overlap]);
  expect(checked.nextDates.slice(0, 2).map(({ airDate }) => airDate)).toEqual(["2026-12-01", "2027-01-01"]);
  await expect(app.operator.post("/schedules", body())).rejects.toMatchObject({
    status: 409,
    problem: {
      hint: expect.stringContaining("acceptConflicts"),
      conflicts: checked.conflicts,
      errors: [{ at: "/rule", message: expect.stringContaining("党建之声") }],
    },
  });
  expect(await scheduleNames()).not.toContain("镇新闻");
  const [conflict] = checked.conflicts;
  const moved = body({ rule: { daysOfMonth: [1], times: [conflict?.mend.time] } });
  expect(await app.operator.post("/schedules/check", moved)).toMatchObject({ conflicts: [], devices: 1 });
  const nobody = body({ targets: { regions: [TOWN], kinds: ["loudspeaker"], tags: ["广场"] } });
  expect(await app.operator.post("/schedules/check", nobody)).toMatchObject({ devices: 0 });
});

test("saved anyway, the reason is kept with who gave it; a change to what is free needs none", async () => {
  const { id } = await app.operator.post<{ id: string }>(`/schedules${accept("镇里已同意")}`, body());
  const overrides = async () =>
    (await app.operator.get<{ items: object[] }>(`/schedules/${id}/overrides`)).items;
  expect(await overrides()).toMatchObject([
    { version: 1, user: "admin", reason: "镇里已同意", conflicts: [overlap] },
  ]);
  await expect(app.operator.put(`/schedules/${id}`, definition({ volume: 60 }))).rejects.toMatchObject({
    status: 409,
  });
  await app.operator.put(
    `/schedules/${id}?ifVersion=1`,
    definition({ rule: { daysOfMonth: [3], times: ["07:00"] } }),
  );
  expect(await overrides()).toHaveLength(1);
  await app.operator.post(`/schedules/${id}/end`);
});

test("an import says its conflicts in a dry run, among its own entries too, and needs the reason", async () => {
  const entry = (name: string, more: object = {}) => {
    const { ...fields } = definition({ name, ...more });
    return { programme: "dangjian-zhisheng", ...fields };
  };
  const file = {
    version: 1,
    schedules: [
      entry("早间", { rule: { daysOfMonth: [5], times: ["09:00"] } }),
      entry("同时", { rule: { daysOfMonth: [5], times: ["09:00"] } }),
    ],
  };
  const dry = await app.operator.post<{ items: { conflicts: ConflictView[] }[] }>(
    "/schedules/import?dryRun=true",
    file,
  );
  expect(dry.items.map(({ conflicts }) => conflicts.map(({ other }) => other?.name))).toEqual([
    ["同时"],
    ["早间"],
  ]);
  await expect(app.operator.post("/schedules/import", file)).rejects.toMatchObject({
    status: 409,
    problem: { errors: [{ at: "/schedules/0/rule" }, { at: "/schedules/1/rule" }] },
  });
  expect(await scheduleNames()).not.toContain("早间");
  const done = await app.operator.post<{ items: { scheduleId: string }[] }>(
    `/schedules/import${accept("试播")}`,
    file,
  );
  for (const { scheduleId } of done.items) {
    const { items } = await app.operator.get<{ items: object[] }>(`/schedules/${scheduleId}/overrides`);
    expect(items).toMatchObject([{ reason: "试播", conflicts: [{ kind: "overlap" }] }]);
    await app.operator.post(`/schedules/${scheduleId}/end`);
  }
});

test("quiet hours of a village in the county, and a cap of its minutes", async () => {
  await app.operator.put(`/regions/${VILLAGE}/policy`, {
    quietHours: [{ from: "12:00", to: "14:00" }],
    dailyMinutesCap: 25,
  });
  const county = { regions: [COUNTY], kinds: ["loudspeaker"] };
  const conflictsAt = async (time: string, slotMinutes: number) =>
    (
      await app.operator.post<{ conflicts: ConflictView[] }>(
        "/schedules/check",
        body({ targets: county, slotMinutes, rule: { daysOfMonth: [2], times: [time] } }),
      )
    ).conflicts;
  expect(await conflictsAt("12:30", 20)).toMatchObject([
    { kind: "quiet-hours", areas: [VILLAGE], devices: 1, mend: { time: "11:40" } },
  ]);
  expect(await conflictsAt("11:45", 20)).toMatchObject([{ kind: "runs-into-quiet-hours", areas: [VILLAGE] }]);
  expect(await conflictsAt("10:00", 26)).toMatchObject([{ kind: "daily-minutes", areas: [VILLAGE] }]);
  expect(await conflictsAt("10:00", 20)).toEqual([]);
  await app.operator.remove(`/regions/${VILLAGE}/policy`);
});

test("once the length of content is known, the conflicts of what is planned are found again", async () => {
  const name = "紧接着";
  const { id } = await app.operator.post<{ id: string }>(
    "/schedules",
    body({ name, rule: { daysOfMonth: [1], times: ["07:01"] } }),
  );
  const coming = async () =>
    (await app.operator.get<Conflicts>("/conflicts")).items.filter(({ schedule, other }) =>
      [schedule, other?.name].includes(name),
    );
  expect(await coming()).toEqual([]);
  await approvedEpisode(app.operator, 41, makeTone(join(app.folder, "tone.wav"), 90));
  expect(await coming()).toMatchObject([
    { kind: "overlap", dates: ["2026-12-01", "2027-01-01"], count: 2, devices: 1 },
  ]);
  await app.operator.put(
    `/schedules/${id}${accept("片长再议")}`,
    definition({ name, rule: { daysOfMonth: [3], times: ["07:01"] }, slotMinutes: 1 }),
  );
  expect(await coming()).toMatchObject([{ kind: "longer-than-slot", mend: { slotMinutes: 2 } }]);
});
