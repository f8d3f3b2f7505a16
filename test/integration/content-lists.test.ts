import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { addEpisode, addSession, type Desk, openDesk } from "../support/desk.ts";
import { COUNTY, createTestClock, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
let desk: Desk;

beforeAll(async () => {
  desk = await openDesk(createTestClock(START));
});
afterAll(() => desk.close());

const ids = (items: { id: string }[]) => items.map(({ id }) => id);

test("episodes and sessions are listed by whether they may air, a page at a time", () => {
  const { episodes, sessions, programmes } = desk.services;
  const [first, second] = [addEpisode(desk, 1), addEpisode(desk, 2)];
  const programmeId = episodes.get(first).programmeId;
  const segments = [{ name: "党建聚焦", title: "要闻" }];
  const draft = episodes.create({ programmeId, number: 3, title: "春耕", segments }, desk.userId).id;
  const session = addSession(desk, 1);
  const lectures = programmes.all().find(({ kind }) => kind === "lecture")?.id ?? "";

  const listed = (approved: boolean | null, before = "~", limit = 10) =>
    ids(episodes.page({ programmeId, approved }, before, limit));
  expect(listed(null)).toEqual([draft, second, first]);
  expect(listed(false)).toEqual([draft]);
  expect(listed(true, "~", 1)).toEqual([second]);
  expect(listed(true, second)).toEqual([first]);
  expect(ids(sessions.page({ programmeId: lectures, approved: true }, "~", 10))).toEqual([session]);
  expect(sessions.page({ programmeId: lectures, approved: false }, "~", 10)).toEqual([]);
});

test("broadcasts are found by what airs in them", () => {
  const { broadcasts, episodes } = desk.services;
  const inDecember = (contentId: string | null) =>
    broadcasts.page({ from: START, until: START + 20 * DAY_MS, contentId }, { startAt: -1, id: "" }, 100);
  const aired = inDecember(null).find(({ contentKind }) => contentKind === "episode");
  if (!aired?.contentId) throw new Error("no episode was planned");
  expect(episodes.get(aired.contentId).number).toBe(1);
  const own = inDecember(aired.contentId);
  expect(own.length).toBeGreaterThan(0);
  expect(own.length).toBeLessThan(inDecember(null).length);
  expect(new Set(own.map(({ contentId }) => contentId))).toEqual(new Set([aired.contentId]));
});

test("and by a region, however many there are elsewhere", () => {
  const { broadcasts, schedules } = desk.services;
  const [shipped] = schedules.active();
  if (!shipped) throw new Error("no schedule was shipped");
  const madeFor = (region: string) =>
    schedules.create(
      {
        programmeId: shipped.programmeId,
        ...scheduleDefinition({
          rule: { dates: ["2026-12-02"], times: ["09:00"] },
          targets: { regions: [region], kinds: ["loudspeaker"] },
        }),
      },
      { acceptance: { userId: desk.userId, reason: "test" } },
    ).id;
  const inTown = madeFor(TOWN);
  const elsewhere = madeFor(OTHER_TOWN);
  const day = Date.parse("2026-12-02T00:00:00+08:00");
  const firstFor = (region: string) =>
    broadcasts
      .page({ from: day, until: day + DAY_MS, region }, { startAt: -1, id: "" }, 1)
      .map(({ scheduleId }) => scheduleId);
  expect(firstFor(TOWN)).toEqual([inTown]);
  expect(firstFor(VILLAGE)).toEqual([inTown]);
  expect(firstFor(OTHER_TOWN)).toEqual([elsewhere]);
  expect(firstFor(COUNTY)).toEqual([inTown]);
});
