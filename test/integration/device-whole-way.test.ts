import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../devices/core/device-folder.ts";
import { EnrolmentError, loadOrEnrol } from "../../devices/core/identity.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { approvedEpisode, type BroadcastView, importRegions, makeTone } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { createShiftedClock, type ShiftedClock } from "../support/shifted-clock.ts";
import { recordedMs, recordingOf, startTestDevice } from "../support/test-device.ts";

/** The first broadcast of the shipped timetable in December. */
const AIR = Date.parse("2026-12-01T07:00:00+08:00");
const EPISODE_MS = 4_000;
const ON_TIME_MS = 150;

let folder: string;
let tone: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-way-"));
  tone = makeTone(join(folder, "tone.wav"), EPISODE_MS / 1000);
});
afterAll(() => rm(folder, { recursive: true }));

let app: RunningApp;
let clock: ShiftedClock;
let state: string;
beforeEach(async () => {
  clock = createShiftedClock(AIR - 30 * MINUTE_MS);
  app = await runApp({ clock });
  state = await mkdtemp(join(folder, "state-"));
  await importRegions(app.operator);
});
afterEach(() => app.close());

async function newCode(): Promise<string> {
  const { id } = await app.operator.post<{ id: string }>("/devices", {
    regionCode: VILLAGE,
    kind: "loudspeaker",
  });
  const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  return code;
}
const enrol = (code: string | null, stateDir = state) =>
  loadOrEnrol({
    server: app.url,
    store: openStore(stateDir),
    code,
    hardwareId: null,
    kind: "loudspeaker",
    log: createMemoryLog().log,
  });

async function atAir(): Promise<BroadcastView> {
  const { items } = await app.operator.get<{ items: BroadcastView[] }>("/broadcasts");
  const found = items.find(({ startAt }) => Date.parse(startAt) === AIR);
  if (!found) throw new Error("nothing is planned for the air");
  return found;
}
const view = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);

describe("a device of the real server", () => {
  test("enrols, fetches, plays at the instant into a recording, and its proof is in the API", async () => {
    await approvedEpisode(app.operator, 42, tone);
    const { id } = await atAir();
    const identity = await enrol(await newCode());
    clock.jumpTo(AIR - 8_000);
    await using _device = await startTestDevice({ url: app.url, identity }, state);

    await until(async () => (await view(id)).proof.atLeast["cached"] === 1, {
      what: "cached",
      timeoutMs: 7_000,
    });
    await until(async () => (await view(id)).proof.atLeast["finished"] === 1, {
      what: "finished",
      timeoutMs: 20_000,
    });
    const recording = recordingOf(state, id);
    expect(Math.abs((recording?.firstSampleAt ?? 0) - AIR)).toBeLessThan(ON_TIME_MS);
    expect(Math.abs((recording?.durationMs ?? 0) - EPISODE_MS)).toBeLessThan(150);
    const { proof, devices } = await view(id);
    expect(proof).toMatchObject({ devices: 1, unknown: 0, atLeast: { started: 1, finished: 1, sensed: 0 } });
    expect(Math.abs(proof.startLatenessMs?.max ?? Infinity)).toBeLessThan(ON_TIME_MS);
    expect(devices.items).toMatchObject([{ deviceId: identity.deviceId, grade: "finished", reason: null }]);
    const played = await app.operator.get<{ items: object[] }>(
      `/devices/${identity.deviceId}/played?limit=1`,
    );
    expect(played.items).toMatchObject([{ broadcastId: id, grade: "finished", reason: null }]);
  });

  test("falls silent when an operator stops the broadcast, and the proof says why", async () => {
    await approvedEpisode(app.operator, 42, tone);
    const { id } = await atAir();
    const identity = await enrol(await newCode());
    clock.jumpTo(AIR - 6_000);
    await using _device = await startTestDevice({ url: app.url, identity }, state);
    await until(() => recordedMs(state, id) > 300, { what: "sound", timeoutMs: 15_000 });
    await app.operator.post(`/broadcasts/${id}/stop`, { reason: "reading error" });
    await until(async () => (await view(id)).devices.items[0]?.reason?.startsWith("interrupted") ?? false, {
      what: "the reason",
    });
    expect(recordingOf(state, id)).toMatchObject({ complete: false });
    expect(recordedMs(state, id)).toBeLessThan(EPISODE_MS - 500);
    expect((await view(id)).proof.atLeast).toMatchObject({ started: 1, finished: 0 });
  });

  test("is enrolled once with a code: its own restart needs none, another device is refused", async () => {
    const code = await newCode();
    const identity = await enrol(code);
    expect(await enrol(null)).toEqual(identity);
    expect(await enrol(code)).toEqual(identity);
    const elsewhere = await mkdtemp(join(folder, "state-"));
    await expect(enrol(code, elsewhere)).rejects.toThrow(EnrolmentError);
    await expect(enrol(null, elsewhere)).rejects.toThrow(/--code/);
  });
});
