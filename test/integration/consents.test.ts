import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf } from "../support/audit.ts";
import {
  type BroadcastView,
  enrolDevice,
  importRegions,
  makeTone,
  programmeId,
  settled,
} from "../support/county.ts";
import { createTestClock, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { until } from "../support/until.ts";

const clock = createTestClock(Date.parse("2026-12-01T08:50:00+08:00"));
let folder: string;
let app: RunningApp;
let scheduler: Operator;
let content: string;
let scheduleId: string;

interface Consents {
  items: { id: string; person: string; validUntil: string | null }[];
}
const consent = {
  segment: "身边榜样",
  person: "种粮大户",
  scope: "村村响广播",
  validUntil: "2026-12-04",
  document: "授权书 12 号",
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-consents-"));
  app = await runApp({ clock });
  scheduler = await newPerson(app, "排期", everywhere("scheduler"));
  await importRegions(app.operator);
  await enrolDevice(app.operator, app.url, VILLAGE);
  const programme = await programmeId(app.operator, "broadcast");
  const { id } = await app.operator.post<{ id: string }>("/episodes", {
    programmeId: programme,
    number: 1,
    title: "榜样",
    segments: [{ name: "身边榜样", title: "种粮" }],
  });
  content = `episodes/${id}`;
  await app.operator.upload(`/${content}/segments/1/recording`, makeTone(join(folder, "tone.wav"), 3));
  await settled(app.operator, id);
  const schedule = await app.operator.post<{ id: string }>("/schedules", {
    programmeId: programme,
    ...scheduleDefinition({
      rule: { dates: ["2026-12-01", "2026-12-04", "2026-12-05"], times: ["09:00"] },
      content: { policy: "item", contentId: id },
      lateness: "join",
    }),
  });
  scheduleId = schedule.id;
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const planned = async () => {
  const { items } = await app.operator.get<{ items: BroadcastView[] }>(
    `/broadcasts?scheduleId=${scheduleId}`,
  );
  return items.map(({ localDate, state, reason }) => [localDate.slice(8), state, reason]);
};
const gaps = async () => (await app.operator.get<{ consentGaps: object[] }>(`/${content}`)).consentGaps;
const ENDED = "a consent of who is portrayed is missing or has ended by then";

test("a segment that portrays people is not submitted without a consent that holds", async () => {
  expect(await gaps()).toEqual([{ segment: "身边榜样", problem: "missing" }]);
  await expect(app.operator.post(`/${content}/submit`)).rejects.toMatchObject({
    status: 409,
    problem: {
      detail: "The consent of who is portrayed is missing, or has ended.",
      errors: [{ at: "/segments/0", message: "身边榜样: the consent of who is portrayed is missing" }],
    },
  });
  const add = (more: object) => app.operator.post<Consents>(`/${content}/consents`, { ...consent, ...more });
  await expect(add({ segment: "红色记忆" })).rejects.toMatchObject({ status: 422 });
  await expect(add({ segment: null })).rejects.toMatchObject({ status: 422 });
  await expect(add({ validUntil: "2026-02-30" })).rejects.toMatchObject({ status: 422 });
  await add({ validUntil: "2026-11-30" });
  expect(await gaps()).toEqual([{ segment: "身边榜样", problem: "expired" }]);
  await expect(app.operator.post(`/${content}/submit`)).rejects.toThrow(/has ended/);
  await add({});
  expect(await gaps()).toEqual([]);
  await expect(scheduler.get(`/${content}/consents`)).rejects.toMatchObject({ status: 403 });
});

test("what is approved airs to the last day of the consent; later dates wait and are warned of", async () => {
  await approve(app.operator, content);
  expect(await planned()).toEqual([
    ["01", expect.stringMatching(/ready|frozen/), null],
    ["04", "ready", null],
    ["05", "planned", ENDED],
  ]);
  expect(await app.operator.get("/warnings")).toMatchObject({
    items: expect.arrayContaining([
      expect.objectContaining({
        airDate: "2026-12-05",
        consentOf: "榜样",
        reviewAgain: null,
        whatToDo: expect.stringContaining('Renew the consent of who is portrayed in "榜样"'),
      }),
    ]),
  });
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  const current = items.find(({ validUntil }) => validUntil === consent.validUntil);
  await app.operator.patch(`/${content}/consents/${current?.id}`, { validUntil: "2026-12-05" });
  expect((await planned())[2]).toEqual(["05", "ready", null]);
});

test("one that is taken back stops what is on air; a new one needs no new review", async () => {
  clock.advance(10 * MINUTE_MS + 500);
  await until(async () => (await planned())[0]?.[1] === "on_air", { what: "the air" });
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  for (const { id } of items)
    await app.operator.patch(`/${content}/consents/${id}`, { validUntil: "2026-11-30" });
  expect(await planned()).toEqual([
    ["01", "cancelled", "a consent of who is portrayed is missing or has ended"],
    ["04", "planned", ENDED],
    ["05", "planned", ENDED],
  ]);
  await app.operator.patch(`/${content}/consents/${items[0]?.id}`, { validUntil: null });
  expect((await planned()).slice(1)).toEqual([
    ["04", "ready", null],
    ["05", "ready", null],
  ]);
});

test("who is portrayed can be erased, and is in no entry of the log", async () => {
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  for (const { id } of items) await app.operator.remove(`/${content}/consents/${id}`);
  expect(await app.operator.get(`/${content}/consents`)).toEqual({ items: [] });
  expect((await planned()).slice(1)).toEqual([
    ["04", "planned", ENDED],
    ["05", "planned", ENDED],
  ]);
  const entries = JSON.stringify(await auditOf(app.operator, `&object=${content}`));
  expect(entries).toContain("consents");
  expect(entries).not.toContain("种粮大户");
});
