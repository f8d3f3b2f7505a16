import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import type { Announcement, NewAnnouncement } from "../../src/interrupts/announcement.ts";
import { addEpisode, addRecording, type Desk, openDesk, renderAll } from "../support/desk.ts";
import { COUNTY, createTestClock } from "../support/fleet.ts";
import { everywhere } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const clock = createTestClock(Date.parse("2026-12-01T18:00:00+08:00"));
let desk: Desk;
let deputy: string;
/** The county's towns in two parts, each less than half of it. */
let parts: [string[], string[]];
let programmeId: string;
let content: { policy: "item"; contentId: string };

beforeAll(async () => {
  desk = await openDesk(clock);
  const { people, programmes, regions, schedules } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  deputy = people.invite("deputy", everywhere("scheduler"), desk.userId).person.id;
  content = { policy: "item", contentId: addEpisode(desk, 1) };
  const towns = regions.within(COUNTY, "town").map(({ code }) => code);
  // No village of the registry is known: each town counts as one.
  const less = Math.ceil(towns.length / 2) - 1;
  parts = [towns.slice(0, less), towns.slice(less, 2 * less)];
});
afterAll(() => desk.close());
/** Each test is of evenings of its own. */
beforeEach(() => clock.advance(3 * DAY_MS));

const at = (local: string, days = 0) =>
  Date.parse(
    `${new Date(clock.now() + 8 * 3_600_000 + days * DAY_MS).toISOString().slice(0, 10)}T${local}:00+08:00`,
  );

async function announce(
  areas: string[],
  { startAt = at("23:00"), by = desk.userId, ...changes }: Partial<NewAnnouncement> & { by?: string } = {},
): Promise<Announcement> {
  const { announcements } = desk.services;
  const source = {
    assetSha256: addRecording(desk, `notice ${areas.length} ${startAt} ${by} ${Math.random()}`),
  };
  const { interrupt } = await announcements.create(
    {
      title: "停水",
      class: "announcement",
      source,
      targets: { areas, kinds: ["loudspeaker"], exclude: [], groups: [], tags: [] },
      startAt,
      notAfter: null,
      volume: null,
      repeats: 1,
      silent: false,
      corrects: null,
      ...changes,
    },
    by,
  );
  renderAll(desk);
  announcements.tick();
  return announcements.get(interrupt.id);
}
const takesTwo = async (...of: Parameters<typeof announce>) => (await announce(...of)).confirmation !== null;

test("what one person sets for parts of a county in one night is counted together", async () => {
  const [first, second] = parts;
  const one = await announce(first);
  expect(one).toMatchObject({ confirmation: null, broadcast: { state: "ready" } });
  const other = await announce(second, { startAt: at("04:00", 1) });
  expect(other).toMatchObject({
    confirmation: { askedBy: desk.userId, confirmedBy: null },
    broadcast: { state: "planned", reason: "no second person has confirmed it" },
  });
  // What another one sets is theirs, and so is what is heard by day or again in the same part.
  expect(await takesTwo(second, { by: deputy, startAt: at("04:10", 1) })).toBe(false);
  expect(await takesTwo(second, { startAt: at("20:00") })).toBe(false);
  expect(await takesTwo(first, { startAt: at("23:50") })).toBe(false);
  expect(await takesTwo(second, { startAt: at("23:00", 1) })).toBe(false);
  // What was confirmed is two people's.
  desk.services.announcements.confirm(other.interrupt.id, deputy);
  expect(desk.services.announcements.get(other.interrupt.id).broadcast.state).toBe("ready");
  expect(await takesTwo(second, { startAt: at("23:30") })).toBe(true);
});

test("what was called off before it was heard counts no more, and what is of a schedule counts", async () => {
  const [first, second] = parts;
  const { broadcasts, schedules, announcements } = desk.services;
  const date = new Date(at("23:00")).toISOString().slice(0, 10);
  const one = await announce(first);
  const definition = scheduleDefinition({
    name: "通知",
    class: "announcement",
    rule: { dates: [date], times: ["23:30"] },
    content,
    targets: { regions: second, kinds: ["loudspeaker"] },
  });
  const { id } = schedules.create({ programmeId, ...definition }, { userId: desk.userId });
  const night = () =>
    broadcasts
      .page({ from: clock.now(), until: clock.now() + DAY_MS, scheduleId: id }, { startAt: -1, id: "" }, 10)
      .map(({ state, whyNot }) => [state, whyNot]);
  expect(night()).toEqual([["planned", "not-confirmed"]]);
  broadcasts.stop(one.interrupt.id, "wrong text", desk.userId);
  desk.services.planner.plan(schedules.get(id));
  expect(night()).toEqual([["ready", null]]);
  expect(await takesTwo(first)).toBe(true);
  schedules.end(id);
  expect(await takesTwo(first, { startAt: at("23:10") })).toBe(false);
  expect(announcements.page({ before: "~", waiting: true }, 10)).toHaveLength(1);
});

test("the preview counts it, too", async () => {
  const [first, second] = parts;
  const preview = (userId: string) =>
    desk.services.previewInterrupt({
      userId,
      class: "announcement",
      title: "停水",
      silent: false,
      isStanding: false,
      isLive: false,
      targets: { areas: second, kinds: ["loudspeaker"], exclude: [], groups: [], tags: [] },
      startAt: at("23:10"),
      notAfter: null,
      durationMs: 60_000,
    }).secondPersonFor;
  expect(preview(desk.userId)).toBeNull();
  await announce(first);
  expect(preview(desk.userId)).toEqual({ from: "22:00", to: "06:00" });
  expect(preview(deputy)).toBeNull();
});

test("villages that are made up make no county smaller, and neither do devices that were enrolled this week", async () => {
  const { regions, devices } = desk.services;
  const [first, second] = parts;
  const enrol = (regionCode: string) => {
    const { id } = devices.create({ regionCode, kind: "loudspeaker" });
    const { code } = devices.issueCode(id, 1);
    devices.enrol({ code, hardwareId: id, kind: "loudspeaker", model: "test", software: "1" });
  };
  const [near = "", far = ""] = [first[0], second[0]];
  for (const town of [near, near, near, far]) enrol(town);
  expect(await takesTwo([near])).toBe(false);
  clock.advance(8 * DAY_MS);
  expect(await takesTwo([far])).toBe(false);
  const rows = Array.from({ length: 500 }, (_, index) => {
    const code = `${far.slice(0, 9)}${String(index + 400)}`;
    return `${code},village,${far},村${index},`;
  });
  regions.importCsv(`code,level,parent,name,note\n${rows.join("\n")}\n`);
  for (let n = 0; n < 10; n += 1) enrol(far);
  expect(await takesTwo([near], { startAt: at("23:10") })).toBe(true);
  clock.advance(8 * DAY_MS);
  expect(await takesTwo([near])).toBe(false);
});
