import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type Running, type StartedServer, start, startServer } from "../../scripts/processes.ts";
import { moveQuietHoursAway, ZONE } from "../../scripts/soon-on-air.ts";
import { until } from "../../scripts/until.ts";
import {
  approvedEpisode,
  type BroadcastView,
  importRegions,
  makeTone,
  scheduleOnce,
} from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

const EPISODE_MS = 12_000;
const ON_TIME_MS = 150;
/** Time for the gateway to fetch playlist and media before air. */
const LEAD_MS = 10_000;

let folder: string;
let gatewayState: string;
let server: StartedServer;
let gateway: Running;
let operator: Operator;
let password: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-on-air-"));
  gatewayState = join(folder, "gateway");
  // The gateway has to find the server again.
  env = {
    PORT: `${await freePort()}`,
    MQTT_PORT: `${await freePort()}`,
    RATE_LIMIT_PER_MINUTE: "100000",
  };
  server = await startServer(folder, env);
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
});
afterEach(async () => {
  await gateway.end("SIGKILL");
  await server.end("SIGKILL");
  await rm(folder, { recursive: true });
});

async function restart(): Promise<void> {
  server = await startServer(folder, env);
  operator = await signIn(server.url, "admin", password);
}

const broadcast = (id: string) => operator.get<BroadcastView>(`/broadcasts/${id}`);
const gradeReaches = (id: string, grade: string) =>
  until(async () => (await broadcast(id)).proof.atLeast[grade] === 1, { what: grade, timeoutMs: 90_000 });

/** A gateway with the episode in its cache, and a broadcast of it at the next full minute. */
async function readyForNextMinute(): Promise<{ id: string; startAt: number }> {
  await moveQuietHoursAway(operator);
  await importRegions(operator);
  const { id: deviceId } = await operator.post<{ id: string }>("/devices", {
    regionCode: VILLAGE,
    kind: "loudspeaker",
  });
  const { code } = await operator.post<{ code: string }>(`/devices/${deviceId}/enrolment-code`, {});
  await approvedEpisode(operator, 42, makeTone(join(folder, "tone.wav"), EPISODE_MS / 1000));
  const args = ["--server", server.url, "--state", gatewayState, "--code", code, "--output", "wav"];
  gateway = start(["devices/gateway/main.ts", ...args], join(folder, "gateway.log"));

  // The freeze window has begun already, and the freeze fixes which devices are asked for proof.
  await until(
    async () =>
      (await operator.get<{ presence: { online: boolean } | null }>(`/devices/${deviceId}`)).presence
        ?.online ?? false,
    { what: "the gateway to be online", timeoutMs: 30_000 },
  );
  const earliest = Temporal.Now.zonedDateTimeISO(ZONE).add({ milliseconds: LEAD_MS });
  const air = earliest.round({ smallestUnit: "minute", roundingMode: "ceil" });
  const schedule = await scheduleOnce(operator, air);
  const { items } = await operator.get<{ items: BroadcastView[] }>(`/broadcasts?scheduleId=${schedule}`);
  const id = items[0]?.id ?? "";
  await gradeReaches(id, "cached");
  return { id, startAt: air.epochMilliseconds };
}

/** What must be true of the broadcast in the end, whatever happened to the server meanwhile. */
async function expectAiredOnce(id: string, startAt: number): Promise<BroadcastView> {
  const recording = recordingOf(gatewayState, id);
  expect(recording).toMatchObject({ complete: true });
  expect(Math.abs((recording?.firstSampleAt ?? 0) - startAt)).toBeLessThan(ON_TIME_MS);
  expect(Math.abs((recording?.durationMs ?? 0) - EPISODE_MS)).toBeLessThan(150);
  const wavs = readdirSync(join(gatewayState, "recordings")).filter((name) => name.endsWith(".wav"));
  expect(wavs).toEqual([`${id}.wav`]);

  await gradeReaches(id, "finished");
  await until(async () => (await broadcast(id)).state === "aired", {
    what: "the state aired",
    timeoutMs: 90_000,
  });
  const aired = await broadcast(id);
  expect(aired.proof).toMatchObject({
    devices: 1,
    unknown: 0,
    atLeast: { delivered: 1, cached: 1, started: 1, finished: 1 },
  });
  expect(Math.abs(aired.proof.startLatenessMs?.max ?? Infinity)).toBeLessThan(ON_TIME_MS);
  return aired;
}

const onAir = (id: string) =>
  until(() => recordedMs(gatewayState, id) > 2_000, { what: "the air", timeoutMs: 75_000 });
const recorded = (id: string) =>
  until(() => recordingOf(gatewayState, id) !== null, {
    what: "the end of the recording",
    timeoutMs: 90_000,
  });

describe("kill -9 of the server", () => {
  test("while a gateway is on air: it finishes, and its records arrive whole after the restart", async () => {
    const { id, startAt } = await readyForNextMinute();
    await onAir(id);
    await server.end("SIGKILL");
    await restart();
    await recorded(id);
    const { devices } = await expectAiredOnce(id, startAt);
    expect(devices.items).toMatchObject([{ grade: "finished", reason: null }]);
  });

  test("between freeze and air: the gateway plays at the instant all the same", async () => {
    const { id, startAt } = await readyForNextMinute();
    expect(["frozen", "on_air"]).toContain((await broadcast(id)).state);
    await server.end("SIGKILL");
    await recorded(id);
    await restart();
    const { devices } = await expectAiredOnce(id, startAt);
    expect(devices.items).toMatchObject([{ grade: "finished", reason: null }]);
  });
});
