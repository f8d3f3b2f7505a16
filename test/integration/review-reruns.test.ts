import { afterAll, beforeAll, expect, test } from "vitest";
import type { Broadcast } from "../../src/broadcasts/broadcast.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import type { ContentKey } from "../../src/review/review-service.ts";
import { addEpisode, approveAt, type Desk, openDesk, signNext } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";

const START = Date.parse("2026-12-01T06:00:00+08:00");
const clock = createTestClock(START);
let desk: Desk;
let scheduleId: string;
let key: ContentKey;

beforeAll(async () => {
  desk = await openDesk(clock);
  const { programmes, schedules } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  programmes.changeReview(programmeId, { reruns: true });
  key = { kind: "episode", id: addEpisode(desk, 1) };
  scheduleId = schedules.create({
    programmeId,
    name: "重播",
    rule: { dates: ["2026-12-01", "2026-12-03", "2026-12-09"], times: ["07:00", "12:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: ["370783000000"], kinds: ["loudspeaker"] },
    content: { policy: "item", contentId: key.id },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 5,
    offline: "play",
  }).id;
});
afterAll(() => desk.close());

const planned = (): Broadcast[] =>
  desk.services.broadcasts.page(
    { from: START, until: START + 20 * DAY_MS, state: null, scheduleId },
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
