import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf } from "../support/audit.ts";
import {
  type BroadcastView,
  type EpisodeView,
  enrolDevice,
  importRegions,
  makeTone,
  programmeId,
  settled,
} from "../support/county.ts";
import { isInFiles } from "../support/database-files.ts";
import { createTestClock, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const clock = createTestClock(Date.parse("2026-12-01T08:50:00+08:00"));
let folder: string;
let app: RunningApp;
let scheduler: Operator;
let content: string;
let scheduleId: string;

interface Consents {
  items: {
    id: string;
    person: string | null;
    document: string | null;
    validUntil: string | null;
    erased: boolean;
    changedBy: string;
  }[];
}
interface Silenced {
  silenced: { id: string; gaps: object[]; changedBy: string }[];
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
const announce = async (changes: object = {}) => {
  const { segments } = await app.operator.get<EpisodeView>(`/${content}`);
  return app.operator.post<{ id: string }>("/announcements", {
    title: "再听一次",
    class: "announcement",
    source: { assetSha256: segments[0]?.recording?.sha256 },
    startAt: "2026-12-06T09:00:00+08:00",
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    ...changes,
  });
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
  await expect(announce()).rejects.toMatchObject({
    status: 409,
    problem: { detail: 'This recording is of "榜样", which may not be heard now.' },
  });
  await app.operator.patch(`/${content}/consents/${items[0]?.id}`, { validUntil: null });
  expect((await planned()).slice(1)).toEqual([
    ["04", "ready", null],
    ["05", "ready", null],
  ]);
  await app.operator.post(`/broadcasts/${(await announce()).id}/stop`);
});

test("and an announcement of the recording: on air it is stopped, before that it waits and says why", async () => {
  const [now, later] = [await announce({ startAt: undefined, repeat: 10 }), await announce()];
  const stateOf = async ({ id }: { id: string }) => {
    const { state, reason } = await app.operator.get<BroadcastView>(`/broadcasts/${id}`);
    return [state, reason];
  };
  const becomes = (one: { id: string }, state: string) =>
    until(async () => (await stateOf(one))[0] === state, { what: `the state ${state}`, timeoutMs: 60_000 });
  await becomes(later, "ready");
  await becomes(now, "frozen");
  clock.advance(6_000);
  await becomes(now, "on_air");
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  const lasting = items.find(({ validUntil }) => validUntil === null);
  const set = (validUntil: string | null) =>
    app.operator.patch(`/${content}/consents/${lasting?.id}`, { validUntil });
  await set("2026-11-30");
  expect(await stateOf(now)).toEqual(["cancelled", "a consent of who is portrayed is missing or has ended"]);
  const waits = ["planned", `its recording is of "榜样": ${ENDED}`];
  expect(await stateOf(later)).toEqual(waits);
  // A renewal that ends before its start lets it be made, and does not help it.
  await set("2026-12-05");
  const made = await announce();
  await until(async () => (await stateOf(made))[1] === waits[1], { what: "the reason" });
  expect(await stateOf(later)).toEqual(waits);
  await set(null);
  for (const one of [later, made]) {
    await becomes(one, "ready");
    await app.operator.post(`/broadcasts/${one.id}/stop`);
  }
}, 150_000);

test("whoever does it stands in the register, and everybody's queue says what is kept off the air by whom", async () => {
  const clerk = await newPerson(app, "责编", everywhere("editor"));
  const { silenced } = await scheduler.get<Silenced>("/review-queue");
  expect(silenced).toEqual([]);
  const { items } = await clerk.get<Consents>(`/${content}/consents`);
  await clerk.patch(`/${content}/consents/${items[0]?.id}`, { validUntil: "2026-11-29" });
  expect((await scheduler.get<Silenced>("/review-queue")).silenced).toMatchObject([
    {
      id: content.slice("episodes/".length),
      gaps: [{ segment: "身边榜样", problem: "expired" }],
      changedBy: "责编",
    },
  ]);
  const { items: lines } = await app.operator.get<{ items: { stoppedBy: string | null }[] }>(
    "/registers/broadcasts?month=2026-12",
  );
  // Taken back above, while it was on air.
  expect(lines[0]).toMatchObject({ stoppedBy: "admin" });
  await clerk.patch(`/${content}/consents/${items[0]?.id}`, { validUntil: null });
  expect((await scheduler.get<Silenced>("/review-queue")).silenced).toEqual([]);
});

test("a script learns whether there are consents, and of nobody who is portrayed", async () => {
  const { token } = await app.operator.postAnew<{ token: string }>("/me/tokens", {
    label: "送审脚本",
    scopes: ["consents:read", "content:edit"],
    expiresInDays: 1,
  });
  const by = (method: string, path: string, body?: object) =>
    fetch(`${app.url}/api/v1/${content}/consents${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  const one = items.find(({ validUntil }) => validUntil === null);
  for (const answer of [await by("GET", ""), await by("PATCH", `/${one?.id}`, { scope: "村村响" })]) {
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as Consents;
    expect(told.items).toHaveLength(items.length);
    expect(told.items.map(({ person, document, erased }) => [person, document, erased])).toEqual(
      items.map(() => [null, null, false]),
    );
  }
});

test("who is portrayed can be erased, and is in no entry of the log; what that silences stays silent", async () => {
  const { items } = await app.operator.get<Consents>(`/${content}/consents`);
  expect(items.length).toBeGreaterThan(1);
  const ended = items.find(({ validUntil }) => validUntil !== null);
  const held = await app.operator.remove<Consents>(`/${content}/consents/${ended?.id}`);
  // The same person's other one covers more.
  expect(held.items).toHaveLength(items.length - 1);
  expect(await gaps()).toEqual([]);
  const lasting = held.items.find(({ validUntil }) => validUntil === null);
  const left = await app.operator.remove<Consents>(`/${content}/consents/${lasting?.id}`);
  expect(left.items).toMatchObject([{ id: lasting?.id, erased: true, person: null, document: null }]);
  expect(await gaps()).toEqual([{ segment: "身边榜样", problem: "erased" }]);
  expect((await planned()).slice(1)).toEqual([
    ["04", "planned", ENDED],
    ["05", "planned", ENDED],
  ]);
  await app.operator.remove(`/${content}/consents/${lasting?.id}`);
  await expect(
    app.operator.patch(`/${content}/consents/${lasting?.id}`, { validUntil: null }),
  ).rejects.toMatchObject({ status: 409 });
  expect(await gaps()).toEqual([{ segment: "身边榜样", problem: "erased" }]);

  const add = (more: object) =>
    app.operator.post<Consents>(`/${content}/consents`, { ...consent, validUntil: null, ...more });
  await add({ person: "旁人" });
  expect(await gaps()).toEqual([{ segment: "身边榜样", problem: "erased" }]);
  await expect(add({ renews: "019abcde-0000-7000-8000-000000000000" })).rejects.toMatchObject({
    status: 422,
  });
  await add({ person: "另一位农户", renews: lasting?.id });
  expect(await gaps()).toEqual([]);
  expect((await planned()).slice(1)).toEqual([
    ["04", "ready", null],
    ["05", "ready", null],
  ]);
  await expect(add({ renews: lasting?.id })).rejects.toMatchObject({ status: 422 });

  const entries = JSON.stringify(await auditOf(app.operator, `&object=${content}`));
  expect(entries).toContain("consents");
  expect(entries).not.toContain("种粮大户");
  const database = join(app.folder, "data", "cuncunxiang.db");
  expect(isInFiles(database, "另一位农户")).toBe(true);
  expect(isInFiles(database, consent.person)).toBe(false);
});
