import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import type { ContentKey } from "../../src/review/review-service.ts";
import { addEpisode, approveAt, type Desk, hear, openDesk, renderAll, signNext } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";

const START = Date.parse("2026-12-01T06:00:00+08:00");
const clock = createTestClock(START);
let desk: Desk;
let scheduleId: string;
let key: ContentKey;
let announced: string[];

beforeAll(async () => {
  desk = await openDesk(clock);
  const { programmes, schedules } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  key = { kind: "episode", id: addEpisode(desk, 1) };
  scheduleId = schedules.create({
    programmeId,
    name: "紧急",
    rule: { dates: ["2026-12-01", "2026-12-02", "2026-12-04"], times: ["07:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: ["370783000000"], kinds: ["loudspeaker"] },
    content: { policy: "item", contentId: key.id },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 5,
    offline: "play",
  }).id;
  programmes.changeReview(programmeId, { owedHours: 26 });
});
afterAll(() => desk.close());

const standing = () => desk.services.reviews.case(key);
const slots = () =>
  desk.services.broadcasts
    .page({ from: START, until: START + 20 * DAY_MS, scheduleId }, { startAt: -1, id: "" }, 100)
    .map(({ localDate, state, whyNot }) => [localDate.slice(8), state, whyNot]);
const owing = () =>
  desk.services.reviews.owing().map(({ content, owed }) => [content.id, owed.steps, owed.isOverdue]);
function reviewer(step: string) {
  const person = desk.services.people.all().find(({ name }) => name === `${step} reviewer`);
  if (!person) throw new Error(`there is no ${step} reviewer`);
  return person;
}
const edit = (title: string) => desk.services.episodes.update(key.id, { title }, desk.userId);
function urge(): void {
  const { reviews, people } = desk.services;
  reviews.submit(key, people.get(desk.userId));
  const { digest, review } = standing();
  const heard = { version: review.version, digest: digest ?? "" };
  hear(desk, key, reviewer("final").id);
  reviews.sign(key, reviewer("final"), { ...heard, step: "final", urgent: "汛情" });
}

test("what was let air urgently airs within the term; later dates wait for the signatures, and are warned of", () => {
  edit("改过");
  urge();
  expect(standing().owed).toEqual({
    steps: ["first", "second"],
    until: START + 26 * HOUR_MS,
    isOverdue: false,
  });
  expect(slots()).toEqual([
    ["01", "ready", null],
    ["02", "ready", null],
    ["04", "planned", "signatures-owed"],
  ]);
  expect(desk.services.warnings.emptyDates()).toMatchObject([
    { airDate: "2026-12-04", owedTitle: "改过", againTitle: null, consentTitle: null },
  ]);
});

test("an announcement of its recording waits for them, too, and airs once they are given", async () => {
  const { announcements, broadcasts, conductor, episodes } = desk.services;
  const announce = (startAt: number) =>
    announcements.create(
      {
        class: "announcement",
        title: "汛情",
        source: { assetSha256: episodes.get(key.id).segments[0]?.assetSha256 ?? "" },
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
  const late = await announce(START + 30 * HOUR_MS);
  const early = await announce(START + 25 * HOUR_MS);
  renderAll(desk);
  announcements.tick();
  const stateOf = ({ interrupt: { id } }: typeof late) => {
    const { state, whyNot, reason } = broadcasts.get(id);
    return [state, whyNot, reason];
  };
  expect(stateOf(early)).toEqual(["ready", null, null]);
  expect(stateOf(late)).toEqual([
    "planned",
    "signatures-owed",
    'its recording is of "改过": it was let air urgently, and signatures are owed that were due by then',
  ]);
  announced = [early.interrupt.id, late.interrupt.id];
  conductor.tick();
  expect(stateOf(late)[0]).toBe("planned");
});

test("once they are given, it airs on", () => {
  signNext(desk, key);
  expect(slots()[2]).toEqual(["04", "planned", "signatures-owed"]);
  signNext(desk, key);
  expect(standing().owed).toBeNull();
  expect(slots()[2]).toEqual(["04", "ready", null]);
  desk.services.announcements.tick();
  const states = () => announced.map((id) => desk.services.broadcasts.get(id).state);
  expect(states()).toEqual(["ready", "ready"]);
  // Whatever loses its approval is off the timetable at once.
  edit("再来");
  expect(states()).toEqual(["planned", "planned"]);
  for (const id of announced) desk.services.broadcasts.stop(id, "test");
  approveAt(desk, key);
});

test("an edit does not settle what is owed: signing the new one does", () => {
  edit("再改");
  urge();
  edit("改第三次");
  expect(standing().review.state).toBe("draft");
  expect(owing()).toEqual([[key.id, ["first", "second"], false]]);
  clock.advance(26 * HOUR_MS + MINUTE_MS);
  expect(owing()).toEqual([[key.id, ["first", "second"], true]]);
  // Let air urgently once more, it is as long overdue as before.
  urge();
  expect(standing().owed).toMatchObject({ isOverdue: true });
  expect(slots().at(-1)).toEqual(["04", "planned", "signatures-owed"]);
  edit("改第四次");
  approveAt(desk, key);
  expect(owing()).toEqual([]);
  expect(slots().at(-1)).toEqual(["04", "ready", null]);
});

test("and so does a return of the new one, or that somebody says that it was withdrawn", () => {
  const { reviews, people } = desk.services;
  edit("改第五次");
  urge();
  edit("改第六次");
  reviews.submit(key, people.get(desk.userId));
  reviews.withdraw(key, reviewer("final"), "还在审");
  // What is under way is signed or returned.
  expect(owing()).toHaveLength(1);
  reviews.returnForWork(key, reviewer("first"), { version: standing().review.version, reason: "不实" });
  expect(owing()).toEqual([]);
  urge();
  edit("改第七次");
  expect(owing()).toHaveLength(1);
  reviews.withdraw(key, reviewer("final"), "不再播出");
  expect(owing()).toEqual([]);
  expect(standing().review.ended?.act).toMatchObject({ act: "withdrawn", reason: "不再播出" });
});
