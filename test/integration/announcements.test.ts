import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../devices/core/device-folder.ts";
import { loadOrEnrol } from "../../devices/core/identity.ts";
import { until } from "../../scripts/until.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, importRegions, makeTone } from "../support/county.ts";
import { createTestClock, type TestClock, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { recordedMs, recordingOf, startTestDevice } from "../support/test-device.ts";

interface AnnouncementView {
  id: string;
  title: string;
  text: string | null;
  assetSha256: string | null;
  corrects: string | null;
  people: { created: string };
  broadcast: BroadcastView & { class: string; scheduleId: null; silent: boolean; targets: object };
}

const NOTICE = "明天上午九点，全村停水两小时。";
const targets = { regions: [VILLAGE], kinds: ["loudspeaker"] };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-announcements-"));
});
afterAll(() => rm(folder, { recursive: true }));

const announce = (app: RunningApp, changes: object = {}) =>
  app.operator.post<AnnouncementView>("/announcements", {
    title: "停水通知",
    class: "announcement",
    source: { text: NOTICE },
    targets,
    ...changes,
  });
const broadcastOf = (app: RunningApp, id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);
const reaches = (app: RunningApp, id: string, state: string) =>
  until(async () => (await broadcastOf(app, id)).state === state, {
    what: `the state ${state}`,
    timeoutMs: 30_000,
  });

describe("with a gateway that plays", () => {
  let app: RunningApp;
  let state: string;
  let device: Awaited<ReturnType<typeof startTestDevice>>;
  beforeAll(async () => {
    app = await runApp();
    await importRegions(app.operator);
    state = await mkdtemp(join(folder, "state-"));
    const { id } = await app.operator.post<{ id: string }>("/devices", {
      regionCode: VILLAGE,
      kind: "loudspeaker",
    });
    const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
    const identity = await loadOrEnrol({
      server: app.url,
      store: openStore(state),
      code,
      hardwareId: null,
      kind: "loudspeaker",
      log: createMemoryLog().log,
    });
    device = await startTestDevice({ url: app.url, identity }, state);
    await until(() => device.online, { what: "the gateway", timeoutMs: 15_000 });
  }, 30_000);
  afterAll(async () => {
    await device.close();
    await app.close();
  });
  const finished = (id: string) =>
    until(async () => (await broadcastOf(app, id)).proof.atLeast["finished"] === 1, {
      what: "the end",
      timeoutMs: 90_000,
    });

  test("a text is heard as it was previewed, as often as asked, and its proof is a broadcast's", async () => {
    const preview = await app.operator.post<{ sha256: string; durationMs: number }>("/speech", {
      text: NOTICE,
    });
    const made = await announce(app, { source: { assetSha256: preview.sha256 }, repeat: 2 });
    expect(made).toMatchObject({ assetSha256: preview.sha256, text: NOTICE });
    expect(made.broadcast).toMatchObject({ id: made.id, scheduleId: null, class: "announcement" });
    await finished(made.id);
    const heard = recordingOf(state, made.id);
    expect(heard).toMatchObject({ complete: true });
    expect(Math.abs((heard?.durationMs ?? 0) - 2 * preview.durationMs)).toBeLessThan(600);
    const draft = await app.operator.get<{ text: string }>(`/broadcasts/${made.id}/correction`);
    expect(draft.text).toMatch(/^更正。.*停水通知/);
    const correction = await app.operator.post<AnnouncementView>(`/broadcasts/${made.id}/correction`, {
      source: { text: "更正。停水改在后天。" },
    });
    expect(correction).toMatchObject({ corrects: made.id, title: "更正：停水通知" });
    expect(correction.broadcast.targets).toMatchObject(targets);
    await finished(correction.id);
    const { items } = await app.operator.get<{ items: AnnouncementView[] }>("/announcements");
    expect(items.find(({ id }) => id === made.id)).toMatchObject({ people: { created: "admin" } });
  }, 150_000);

  test("a drill says before and after that it is one", async () => {
    const preview = await app.operator.post<{ durationMs: number }>("/speech", { text: NOTICE });
    const { id } = await announce(app, { class: "drill", title: "防汛演练" });
    await finished(id);
    expect(recordingOf(state, id)?.durationMs).toBeGreaterThan(preview.durationMs + 2_000);
  }, 150_000);

  test("a silent drill goes the whole way without a sound, and its records say so", async () => {
    const { id, broadcast } = await announce(app, { class: "drill", silent: true });
    expect(broadcast.silent).toBe(true);
    await finished(id);
    const samples = readFileSync(join(state, "recordings", `${id}.wav`)).subarray(44);
    expect(samples.length).toBeGreaterThan(88_000);
    expect(samples.every((byte) => byte === 0)).toBe(true);
    const db = openDatabaseReadOnly(join(app.folder, "data", "cuncunxiang.db"));
    const records = db
      .prepare("SELECT type FROM playback_records WHERE broadcast_id = ? AND silent = 1 ORDER BY at")
      .pluck()
      .all(id);
    db.close();
    expect(records).toEqual(["started", "finished"]);
  }, 150_000);

  test("one that sounds is silent once it is stopped", async () => {
    const { id } = await announce(app, { repeat: 10 });
    await until(() => recordedMs(state, id) > 300, { what: "sound", timeoutMs: 30_000 });
    await app.operator.post(`/broadcasts/${id}/stop`, { reason: "misread" });
    await until(async () => (await broadcastOf(app, id)).devices.items[0]?.reason !== null, {
      what: "the reason",
    });
    expect(recordingOf(state, id)).toMatchObject({ complete: false });
  }, 150_000);
});

describe("with a clock of its own", () => {
  let app: RunningApp;
  let clock: TestClock;
  beforeAll(async () => {
    clock = createTestClock(Date.parse("2026-12-02T09:00:00+08:00"));
    app = await runApp({ clock });
    await importRegions(app.operator);
  });
  afterAll(() => app.close());

  test("at a time: planned, in the calendar, ready once it is rendered, frozen ahead of it", async () => {
    const startAt = new Date(clock.now() + HOUR_MS).toISOString();
    const { id, broadcast } = await announce(app, { startAt });
    expect(broadcast).toMatchObject({
      state: "planned",
      startAt,
      localDate: "2026-12-02",
      localTime: "10:00",
    });
    await reaches(app, id, "ready");
    expect(await broadcastOf(app, id)).toMatchObject({ startAt, reason: null });
    clock.advance(55 * MINUTE_MS);
    await reaches(app, id, "frozen");
  }, 150_000);

  test("a recording that is sent afterwards, once", async () => {
    const tone = makeTone(join(folder, "tone.wav"), 2);
    const { id, broadcast } = await announce(app, { source: { upload: true } });
    expect(broadcast).toMatchObject({ state: "planned", reason: "its recording has not been sent yet" });
    await app.operator.upload(`/announcements/${id}/recording`, tone);
    await reaches(app, id, "frozen");
    await expect(app.operator.upload(`/announcements/${id}/recording`, tone)).rejects.toMatchObject({
      status: 409,
    });
  }, 150_000);

  test("what does not become ready in time is missed, and says what was missing", async () => {
    const { id } = await announce(app, { source: { upload: true } });
    clock.advance(31 * MINUTE_MS);
    await reaches(app, id, "missed");
    expect(await broadcastOf(app, id)).toMatchObject({ reason: "its recording has not been sent yet" });
  });

  test.each([
    ["unknown regions", { targets: { ...targets, regions: ["370783199000"] } }, "/targets/regions/0"],
    ["a start that has passed", { startAt: "2026-12-01T00:00:00Z" }, "/startAt"],
    ["an end before the start", { notAfter: "2026-12-01T00:00:00Z" }, "/notAfter"],
    ["silence of what is no drill", { silent: true }, "/silent"],
    ["a start without a zone", { startAt: "2027-01-01T00:00:00" }, "/startAt"],
  ])("refuses %s", async (_what, changes, at) => {
    await expect(announce(app, changes)).rejects.toMatchObject({
      status: 422,
      problem: { errors: [{ at }] },
    });
  });

  test("refuses a correction of what nobody has heard", async () => {
    const { id } = await announce(app, { source: { upload: true } });
    await expect(app.operator.post(`/broadcasts/${id}/correction`)).rejects.toMatchObject({ status: 409 });
  });

  test("refuses a recording that is not there", async () => {
    await expect(announce(app, { source: { assetSha256: "0".repeat(64) } })).rejects.toMatchObject({
      status: 404,
    });
  });
});
