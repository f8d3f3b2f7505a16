import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { DAY_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { approvedEpisode, importRegions, makeTone, programmeId } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

interface WarningView {
  schedule: string;
  programme: string;
  airDate: string;
  daysLeft: number;
  dueAt: number;
  reason: string | null;
  airsInstead: string | null;
  whatToDo: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-warnings-"));
});
afterAll(() => rm(folder, { recursive: true }));

const definition = (more: object = {}) =>
  scheduleDefinition({
    name: "月中",
    rule: { dates: ["2026-12-20", "2027-01-20"], times: ["08:00", "18:00"] },
    ...more,
  });

const warningsOf = async ({ operator }: RunningApp): Promise<WarningView[]> =>
  (await operator.get<{ items: WarningView[] }>("/warnings")).items.filter(
    ({ schedule }) => schedule === "月中",
  );
const toldBy = ({ log }: RunningApp): unknown[] =>
  log.entries
    .filter(({ msg, schedule }) => msg === "a coming date has nothing approved" && schedule === "月中")
    .map(({ daysLeft }) => daysLeft);

test("a date without content is warned of at 5, 3 and 1 days, once each over restarts, until something is approved", async () => {
  const env = { DATA_DIR: join(folder, "data"), MEDIA_DIR: join(folder, "media") };
  const clock = createTestClock(Date.parse("2026-12-14T12:00:00+08:00"));
  let app = await runApp({ clock, env });
  const { password } = app;
  const restarted = async (days: number): Promise<void> => {
    await app.close();
    clock.advance(days * DAY_MS);
    app = await runApp({ clock, env, password });
  };
  await importRegions(app.operator);
  const programme = await programmeId(app.operator, "broadcast");
  const { id } = await app.operator.post<{ id: string }>("/schedules", {
    programmeId: programme,
    ...definition(),
  });
  expect(await warningsOf(app)).toEqual([]);
  await restarted(0);
  expect(toldBy(app)).toEqual([]);

  for (const [daysLeft, dueAt, isNews] of [
    [5, 5, true],
    [4, 5, false],
    [3, 3, true],
    [2, 3, false],
    [1, 1, true],
  ] as const) {
    await restarted(1);
    expect(await warningsOf(app)).toMatchObject([
      {
        programme: "党建之声",
        airDate: "2026-12-20",
        daysLeft,
        dueAt,
        reason: "nothing approved is left for this date",
        airsInstead: null,
        whatToDo: expect.stringContaining("党建之声 for 2026-12-20"),
      },
    ]);
    expect(toldBy(app)).toEqual(isNews ? [daysLeft] : []);
  }
  await restarted(0);
  expect(toldBy(app)).toEqual([]);

  // Something approved ends it; when it is used up and a fallback airs, that is said.
  const operator = await signIn(app.url, "admin", password);
  const tone = makeTone(join(folder, "tone.wav"), 2);
  const episode = await approvedEpisode(operator, 7, tone);
  expect(await warningsOf(app)).toEqual([]);
  const content = {
    policy: "next-approved",
    fromNumber: 8,
    fallback: "standing",
    standingContentId: episode.id,
  };
  await operator.put(`/schedules/${id}`, definition({ content }));
  expect(await warningsOf(app)).toMatchObject([{ airsInstead: "第7期", reason: null }]);
  // What cannot air whatever is approved is no matter of approval.
  await operator.put(
    `/schedules/${id}`,
    definition({ content, exceptions: [{ date: "2026-12-20", skip: true, reason: "停电" }] }),
  );
  expect(await warningsOf(app)).toEqual([]);
  await app.close();
});
