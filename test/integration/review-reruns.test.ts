import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Broadcast } from "../../src/broadcasts/broadcast.ts";
import { whyNotText } from "../../src/broadcasts/office-words.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import type { ContentKey } from "../../src/review/review-service.ts";
import { addEpisode, approveAt, type Desk, openDesk, renderAll, signNext } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";

const START = Date.parse("2026-12-01T06:00:00+08:00");
const clock = createTestClock(START);
let desk: Desk;
let scheduleId: string;
let key: ContentKey;

const airing = (contentId: string, dates: string[], times = ["07:00", "12:00"]) => ({
  name: "重播",
  rule: { dates, times },
  zone: "Asia/Shanghai",
  targets: { regions: ["370783000000"], kinds: ["loudspeaker" as const] },
  content: { policy: "item" as const, contentId },
  class: "daily" as const,
  priority: 50,
  lateness: "skip" as const,
  graceMinutes: 5,
  offline: "play" as const,
});

beforeAll(async () => {
  desk = await openDesk(clock);
  const { programmes, schedules } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  programmes.changeReview(programmeId, { reruns: true });
  key = { kind: "episode", id: addEpisode(desk, 1) };
  scheduleId = schedules.create({
    ...airing(key.id, ["2026-12-01", "2026-12-03", "2026-12-09"]),
    programmeId,
  }).id;
});
afterAll(() => desk.close());

const planned = (of = scheduleId): Broadcast[] =>
  desk.services.broadcasts.page(
    { from: START, until: START + 20 * DAY_MS, scheduleId: of },
    { startAt: -1, id: "" },
    100,
  );
const slots = () =>
  planned().map(({ localDate, localTime, state }) => `${localDate.slice(8)} ${localTime} ${state}`);
const standing = () => desk.services.reviews.case(key);
/** Waits, minute by minute, as the server does. */
function passes(minutes: number): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.advance(MINUTE_MS);
    desk.services.conductor.tick();
  }
}

test("what has aired waits for another review before another date; the dates that wait are warned of", () => {
  expect(slots()).toEqual([
    "01 07:00 ready",
    "01 12:00 ready",
    "03 07:00 planned",
    "03 12:00 planned",
    "09 07:00 planned",
    "09 12:00 planned",
  ]);
  expect(planned()[2]).toMatchObject({
    contentId: key.id,
    whyNot: "review-again",
    reason: "it has aired, and waits for another review before it airs again",
  });
  expect(desk.services.warnings.emptyDates()).toMatchObject([
    { airDate: "2026-12-03", daysLeft: 2, dueAt: 3, againTitle: "第1期", fallbackTitle: null },
  ]);
  expect(standing()).toMatchObject({ isAgain: false, review: { state: "approved" } });
  expect(() => desk.services.reviews.submit(key, desk.services.people.get(desk.userId))).toThrow(
    "It is approved already.",
  );

  passes(61);
  expect(slots().slice(0, 2)).toEqual(["01 07:00 on_air", "01 12:00 ready"]);
  expect(standing()).toMatchObject({ isAgain: true, review: { state: "approved" } });
});

test("another round lets it air on one more date; what is on air goes on meanwhile, and so do the times of its day", () => {
  desk.services.reviews.submit(key, desk.services.people.get(desk.userId));
  expect(standing().review).toMatchObject({ state: "submitted", next: "first" });
  expect(slots().slice(0, 3)).toEqual(["01 07:00 on_air", "01 12:00 ready", "03 07:00 planned"]);
  for (let step = 0; step < 3; step += 1) signNext(desk, key);
  expect(standing()).toMatchObject({ isAgain: false, review: { state: "approved" } });
  expect(slots().slice(1)).toEqual([
    "01 12:00 ready",
    "03 07:00 ready",
    "03 12:00 ready",
    "09 07:00 planned",
    "09 12:00 planned",
  ]);
});

test("a return of another round takes the approval that there was, and stops what is on air", () => {
  const { reviews, people } = desk.services;
  const dayAfterNext = Date.parse("2026-12-03T07:00:30+08:00");
  passes((dayAfterNext - clock.now()) / MINUTE_MS);
  expect(slots().slice(2, 4)).toEqual(["03 07:00 on_air", "03 12:00 ready"]);
  reviews.submit(key, people.get(desk.userId));
  expect(slots()[2]).toBe("03 07:00 on_air");
  const first = people.all().find(({ name }) => name === "first reviewer");
  if (!first) throw new Error("there is no first reviewer");
  reviews.returnForWork(key, first, { version: standing().review.version, reason: "过时" });
  expect(standing()).toMatchObject({ content: { approvedAt: null }, review: { state: "returned" } });
  expect(slots().slice(2)).toEqual([
    "03 07:00 cancelled",
    "03 12:00 planned",
    "09 07:00 planned",
    "09 12:00 planned",
  ]);
  approveAt(desk, key);
  expect(slots().slice(3)).toEqual(["03 12:00 ready", "09 07:00 planned", "09 12:00 planned"]);
});

test("whatever schedule is about to air it first, the dates after that wait, as a fallback too", () => {
  const { schedules, planner, programmes } = desk.services;
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const id = addEpisode(desk, 2);
  const states = (of: string) => planned(of).map(({ localDate, state }) => `${localDate.slice(8)} ${state}`);
  const one = schedules.create({ ...airing(id, ["2026-12-07", "2026-12-11"], ["18:00"]), programmeId }).id;
  expect(states(one)).toEqual(["07 ready", "11 planned"]);
  const other = schedules.create({ ...airing(id, ["2026-12-05", "2026-12-08"], ["18:00"]), programmeId }).id;
  expect(states(other)).toEqual(["05 ready", "08 planned"]);
  planner.planAll();
  expect(states(one)).toEqual(["07 planned", "11 planned"]);
  expect(planned(one)[0]?.whyNot).toBe("review-again");
  schedules.end(other);
  planner.planAll();
  expect(states(one)).toEqual(["07 ready", "11 planned"]);

  const fallback = addEpisode(desk, 3);
  const last = schedules.create({
    ...airing(id, ["2026-12-06", "2026-12-10"], ["18:30"]),
    content: { policy: "next-approved", fromNumber: 90, fallback: "standing", standingContentId: fallback },
    programmeId,
  }).id;
  expect(
    planned(last).map(({ localDate, state, contentBy }) => [localDate.slice(8), state, contentBy]),
  ).toEqual([
    ["06", "ready", "fallback"],
    ["10", "planned", "fallback"],
  ]);
  const third = schedules.create({ ...airing(fallback, ["2026-12-07"], ["19:00"]), programmeId }).id;
  expect(planned(third)[0]).toMatchObject({ state: "planned", whyNot: "review-again" });
});

const announce = (episodeId: string, startAt: number | null) =>
  desk.services.announcements.create(
    {
      class: "announcement",
      title: "通知",
      source: { assetSha256: desk.services.episodes.get(episodeId).segments[0]?.assetSha256 ?? "" },
      startAt,
      notAfter: null,
      repeats: 1,
      silent: false,
      corrects: null,
      targets: { areas: ["370783112000"], kinds: ["loudspeaker"], exclude: [], groups: [], tags: [] },
      volume: null,
    },
    desk.userId,
  );

test("what was announced has been heard", async () => {
  const { announcements, schedules, planner, programmes } = desk.services;
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const id = addEpisode(desk, 4);
  const scheduleOf = schedules.create({ ...airing(id, ["2026-12-14"], ["20:00"]), programmeId }).id;
  expect(planned(scheduleOf)[0]?.state).toBe("ready");
  await announce(id, null);
  renderAll(desk);
  announcements.tick();
  passes(1);
  planner.planAll();
  expect(planned(scheduleOf)[0]).toMatchObject({ state: "planned", whyNot: "review-again" });
});

describe("an announcement of what the programme has reviewed again", () => {
  const AGAIN =
    'its recording is of "第5期": it has aired, and waits for another review before it airs again';
  const stateOf = (id: string) => {
    const { state, whyNot, reason } = desk.services.broadcasts.get(id);
    return [state, whyNot, reason];
  };
  /** At eight in the morning in so many days. */
  const inDays = (days: number) => Math.floor((clock.now() + 8 * HOUR_MS) / DAY_MS + days) * DAY_MS;
  function comes(at: number): void {
    clock.advance(at - clock.now());
    desk.services.conductor.tick();
  }
  /** As if a device had reported it. */
  const aired = (...ids: string[]) => {
    for (const each of ids) desk.db.prepare("UPDATE broadcasts SET state = 'aired' WHERE id = ?").run(each);
  };
  let id: string;
  beforeAll(() => {
    id = addEpisode(desk, 5);
  });

  test("airs on the date that it aired on, and waits on a later one until it was reviewed again", async () => {
    const { announcements, broadcasts, reviews, people } = desk.services;
    const [first, later] = [await announce(id, null), await announce(id, inDays(2))];
    renderAll(desk);
    announcements.tick();
    expect(stateOf(later.interrupt.id)).toEqual(["ready", null, null]);
    passes(1);
    expect(stateOf(first.interrupt.id)[0]).toBe("on_air");
    const again = await announce(id, null);
    renderAll(desk);
    announcements.tick();
    passes(1);
    expect(stateOf(again.interrupt.id)[0]).toBe("on_air");

    aired(first.interrupt.id, again.interrupt.id);
    // It was ready before, and is looked at again when it becomes fixed.
    comes(inDays(2) - 10 * MINUTE_MS);
    expect(stateOf(later.interrupt.id)).toEqual(["planned", "review-again", AGAIN]);
    await expect(announce(id, null)).rejects.toThrow(
      'This recording is of "第5期", which may not be heard now.',
    );
    const own = { kind: "episode" as const, id };
    reviews.submit(own, people.get(desk.userId));
    for (let step = 0; step < 3; step += 1) signNext(desk, own);
    announcements.tick();
    passes(1);
    expect(stateOf(later.interrupt.id)).toEqual(["frozen", null, null]);
    broadcasts.stop(later.interrupt.id, "test");
  });

  test("what nobody reviewed again in time is missed, and says why, in the register's words too", async () => {
    const { announcements } = desk.services;
    const { interrupt } = await announce(id, null);
    renderAll(desk);
    announcements.tick();
    passes(1);
    aired(interrupt.id);
    const next = await announce(id, inDays(1));
    announcements.tick();
    expect(stateOf(next.interrupt.id)).toEqual(["planned", "review-again", AGAIN]);
    comes(inDays(1) + 31 * MINUTE_MS);
    expect(stateOf(next.interrupt.id)).toEqual(["missed", "review-again", AGAIN]);
    expect(whyNotText(desk.services.broadcasts.get(next.interrupt.id))).toBe("重播前未重审");
  });

  test("waits, too, when a schedule is about to air it on an earlier date", async () => {
    const { announcements, schedules, programmes } = desk.services;
    const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
    const other = addEpisode(desk, 6);
    const date = new Date(inDays(1)).toISOString().slice(0, 10);
    schedules.create({ ...airing(other, [date], ["20:00"]), programmeId });
    const before = await announce(other, inDays(1));
    const after = await announce(other, inDays(2));
    renderAll(desk);
    announcements.tick();
    expect(stateOf(before.interrupt.id)[0]).toBe("ready");
    expect(stateOf(after.interrupt.id).slice(0, 2)).toEqual(["planned", "review-again"]);
  });
});
