import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { alertTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type Cap, capXml } from "../support/cap.ts";
import { type BroadcastView, enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { COUNTY, createTestClock, OTHER_TOWN, type TestClock, TOWN, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { secondPerson } from "../support/second-person.ts";
import { recordedMs } from "../support/test-device.ts";

interface Emergency {
  id: string;
  state: string;
  severity: string | null;
  reason: string | null;
  confirmedBy: string | null;
}

let folder: string;
let app: RunningApp;
let deputy: Operator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-emergencies-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(clock?: TestClock): Promise<void> {
  app = await runApp({ ...(clock ? { clock } : {}), env: { TRANSCODE_NICENESS: "0" } });
  await importRegions(app.operator);
  deputy = await secondPerson(app);
}
const propose = (changes: object = {}) =>
  app.operator.post<Emergency>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { text: "请立即转移到安全地带。" },
    areas: [TOWN],
    until: new Date(Date.now() + 10 * MINUTE_MS).toISOString(),
    ...changes,
  });
const confirm = (id: string, by = deputy) => by.postAnew<Emergency>(`/emergencies/${id}/confirm`);
const get = (id: string) => app.operator.get<Emergency>(`/emergencies/${id}`);
const becomes = (id: string, state: string) =>
  until(async () => (await get(id)).state === state, { what: `the state ${state}`, timeoutMs: 30_000 });

describe("with gateways that play", () => {
  beforeEach(() => open());
  afterEach(() => app.close());

  test("is heard over and over, joined by who comes back, and not joined once it is stopped", async () => {
    const near = await enrolGateway(app, VILLAGE, folder);
    const late = await enrolGateway(app, VILLAGE, folder);
    await using _near = await near.start();
    const { id, state, severity } = await propose({ severity: "Severe" });
    expect({ state, severity }).toEqual({ state: "proposed", severity: "Severe" });
    await confirm(id);
    await becomes(id, "active");
    await until(() => recordedMs(near.state, id) > 500, { what: "the emergency", timeoutMs: 30_000 });

    // Another one comes late, loses its power, and is back.
    const before = await late.start();
    await until(() => recordedMs(late.state, id) > 500, { what: "joining late", timeoutMs: 20_000 });
    await before.close();
    const again = await late.start();
    await until(() => recordedMs(late.state, `${id}.2`) > 500, { what: "joining again", timeoutMs: 20_000 });
    await again.close();

    const proof = async () => (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).proof;
    expect(await proof()).toMatchObject({ devices: 2, atLeast: { started: 2 } });
    // Longer than its text: it is repeated.
    await until(() => recordedMs(near.state, id) > 8_000, { what: "the repetition", timeoutMs: 20_000 });

    await app.operator.post(`/emergencies/${id}/stop`, { reason: "all clear" });
    expect(await get(id)).toMatchObject({ state: "stopped", reason: "all clear" });
    await until(
      async () =>
        (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).devices.items.some(
          ({ reason }) => reason === "interrupted: stopped",
        ),
      { what: "the stop" },
    );
    const heardBefore = recordedMs(late.state, `${id}.2`);
    await using device = await late.start();
    await until(() => device.playlist !== null, { what: "the playlist" });
    expect(recordedMs(late.state, `${id}.2`)).toBe(heardBefore);
    expect(recordedMs(late.state, `${id}.3`)).toBe(0);
  }, 120_000);
});

describe("with a clock of its own", () => {
  let clock: TestClock;
  beforeAll(async () => {
    clock = createTestClock(Date.now());
    await open(clock);
  });
  afterAll(() => app.close());
  const soon = () => ({ until: new Date(clock.now() + 60 * MINUTE_MS).toISOString() });

  test("takes two people to start and one to stop", async () => {
    const { id } = await propose(soon());
    await expect(confirm(id, app.operator)).rejects.toMatchObject({
      status: 403,
      problem: { detail: expect.stringContaining("somebody else") },
    });
    const open = async () =>
      (await app.operator.get<{ items: Emergency[] }>("/emergencies?open=true")).items.map((each) => each.id);
    expect(await open()).toContain(id);
    expect(await confirm(id)).toMatchObject({
      confirmedBy: expect.any(String),
      people: { proposed: "admin", confirmed: "deputy", stopped: null },
    });
    await becomes(id, "active");
    await app.operator.post(`/emergencies/${id}/stop`);
    expect(await open()).not.toContain(id);
    expect((await get(id)).state).toBe("stopped");
    await expect(confirm(id, app.operator)).rejects.toMatchObject({ status: 409 });
  }, 30_000);

  test("a proposal that nobody confirms expires, one can be withdrawn", async () => {
    const forgotten = await propose(soon());
    const wrong = await propose(soon());
    await app.operator.post(`/emergencies/${wrong.id}/stop`, { reason: "wrong town" });
    expect(await get(wrong.id)).toMatchObject({ state: "withdrawn", reason: "wrong town" });
    clock.advance(10 * MINUTE_MS);
    await expect(confirm(forgotten.id)).rejects.toMatchObject({ status: 409 });
    await becomes(forgotten.id, "expired");
  }, 30_000);

  test("an area has one state: retained while it stands, replaced, and cleared at its end", async () => {
    const member = await enrolDevice(app.operator, app.url, VILLAGE);
    const retained = async () => {
      const client = await connectDevice(app.brokerUrl, member);
      await client.subscribe(alertTopic(TOWN));
      // The broker sends what it retains before it acknowledges what comes later.
      await client.subscribe(alertTopic(COUNTY));
      const alerts = client.heard.filter(({ retain, text }) => retain && text !== "");
      await client.end();
      return alerts.length;
    };
    const first = await propose(soon());
    await confirm(first.id);
    await becomes(first.id, "active");
    await until(async () => (await retained()) === 1, { what: "the retained state" });

    const rival = await propose(soon());
    await expect(confirm(rival.id)).rejects.toMatchObject({ status: 409 });
    const next = await propose({ ...soon(), replaces: first.id });
    await confirm(next.id);
    await becomes(next.id, "active");
    expect((await get(first.id)).state).toBe("stopped");
    await until(async () => (await retained()) === 1, { what: "the state that replaced it" });

    clock.advance(61 * MINUTE_MS);
    await becomes(next.id, "ended");
    await until(async () => (await retained()) === 0, { what: "the cleared state" });
  }, 60_000);

  test("what begins in place of another that is not heard yet withdraws it", async () => {
    const before = await propose(soon());
    const next = await propose({ ...soon(), replaces: before.id });
    await confirm(next.id);
    await becomes(next.id, "active");
    expect(await get(before.id)).toMatchObject({
      state: "withdrawn",
      reason: 'replaced by "暴雨红色预警"',
      people: { stopped: "deputy" },
    });
    await app.operator.post(`/emergencies/${next.id}/stop`);
    const { items } = await app.operator.get<{ items: { broadcastId: string }[] }>(
      `/registers/broadcasts?month=${new Date(clock.now() + 8 * HOUR_MS).toISOString().slice(0, 7)}`,
    );
    expect(items.find(({ broadcastId }) => broadcastId === next.id)).toMatchObject({ stoppedBy: "admin" });
  }, 30_000);

  test("a drill ends for what is none, and ends nothing but drills", async () => {
    const drill = await propose({ ...soon(), class: "drill", areas: [TOWN, OTHER_TOWN] });
    await confirm(drill.id);
    await becomes(drill.id, "active");
    const real = await propose(soon());
    await confirm(real.id);
    expect((await get(drill.id)).state).toBe("stopped");
    expect(await app.operator.get<BroadcastView>(`/broadcasts/${drill.id}`)).toMatchObject({
      state: "cancelled",
      reason: 'replaced by "暴雨红色预警"',
    });
    await becomes(real.id, "active");

    await expect(propose({ ...soon(), class: "drill", replaces: real.id })).rejects.toMatchObject({
      status: 422,
      problem: {
        errors: [{ at: "/replaces", message: '"暴雨红色预警" is no drill, and is not ended by one.' }],
        hint: "Stop that one first, or wait for its end.",
      },
    });
    const other = await propose({ ...soon(), class: "drill" });
    await expect(confirm(other.id)).rejects.toMatchObject({
      status: 409,
      problem: { hint: "Stop that one first, or wait for its end." },
    });
    expect((await get(real.id)).state).toBe("active");
    await app.operator.post(`/emergencies/${real.id}/stop`);
  }, 30_000);

  test("a CAP message proposes once, its update replaces it, and its cancel ends it", async () => {
    const until = new Date(clock.now() + 60 * MINUTE_MS);
    const take = (changes: Partial<Cap>) =>
      app.operator.postText<Emergency & { class: string; title: string; text: string; areas: string[] }>(
        "/emergencies/cap?areas=稻田镇:370783112000",
        "application/cap+xml",
        capXml({ expires: until, area: "<areaDesc>稻田镇</areaDesc>", ...changes }),
      );
    const first = await take({});
    expect(first).toMatchObject({
      state: "proposed",
      class: "emergency",
      severity: "Extreme",
      title: "暴雨红色预警",
      areas: [TOWN],
    });
    expect(first.text).toContain("请立即转移");
    expect((await take({})).id).toBe(first.id);
    await expect(take({ severity: "Severe" })).rejects.toMatchObject({ status: 409 });
    await confirm(first.id);
    await becomes(first.id, "active");

    const references = "weather@example.cn,W1,2026-12-01T07:00:00+08:00";
    const update = await take({ identifier: "W2", msgType: "Update", references });
    await confirm(update.id);
    await becomes(update.id, "active");
    expect((await get(first.id)).state).toBe("stopped");

    const exercise = await take({ identifier: "W3", status: "Exercise" });
    expect(exercise.class).toBe("drill");
    const lost = { identifier: "W4", msgType: "Cancel", references: references.replace("W1", "W9") };
    await expect(take(lost)).rejects.toMatchObject({ status: 404 });
    const both = `${references} ${references.replace("W1", "W2")} ${references.replace("W1", "W3")}`;
    await take({ identifier: "W5", msgType: "Cancel", references: both });
    expect((await get(update.id)).state).toBe("stopped");
    expect((await get(exercise.id)).state).toBe("withdrawn");
  }, 60_000);

  test.each([
    ["an end that has passed", { until: "2020-01-01T00:00:00Z" }, "/until"],
    ["an end without a zone", { until: "2030-01-01T00:00:00" }, "/until"],
    ["an end too far ahead", { until: "2090-01-01T00:00:00Z" }, "/until"],
    ["unknown areas", { areas: ["370783199000"] }, "/areas/0"],
    ["silence of what is no drill", { silent: true }, "/silent"],
  ])("refuses %s", async (_what, changes, at) => {
    await expect(propose({ ...soon(), ...changes })).rejects.toMatchObject({
      status: 422,
      problem: { errors: [{ at }] },
    });
  });
});
