import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFleet as createSimulation } from "../../devices/simulator/fleet.ts";
import { until } from "../../scripts/until.ts";
import type { Desired, DeviceState } from "../../src/protocol/messages.ts";
import { openAirStation } from "../support/air-station.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions } from "../support/county.ts";
import { NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { startTestDevice } from "../support/test-device.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "ccx-twin-gateway-"))));
afterAll(() => rm(folder, { recursive: true }));
const stateDir = () => mkdtemp(join(folder, "state-"));
const HOUR_MS = 3_600_000;

const desired = (version: number, over: Partial<Desired> = {}): Desired => ({
  version,
  groups: [],
  policyVersion: `p${version}`,
  ...over,
});

describe("the reference gateway", () => {
  const told = (states: DeviceState[]) => states.at(-1);

  test("takes what was set while it was off, by one fetch, though the command for it has expired", async () => {
    await using station = await openAirStation();
    const state = await stateDir();
    await station.list([], { desired: desired(1, { volume: 80 }) });
    const first = await startTestDevice(station, state);
    await until(() => told(station.states)?.desiredVersion === 1, { what: "the first version" });
    expect(told(station.states)).toMatchObject({ volume: 80, policyVersion: "p1" });
    await first.close();

    await station.list([], {
      desired: desired(2, {
        volume: 40,
        groups: ["schools"],
        software: { channel: "stable", version: "gateway/9" },
      }),
      fetch: { slotOffsetMs: 0, deadline: Date.now() + HOUR_MS, maxKbps: 300 },
    });
    const requests = station.playlistRequests;
    station.states.length = 0;
    await using second = await startTestDevice(station, state);
    await until(() => second.online, { what: "the connection" });
    const late = await station.command("volume", { volume: 99 }, { notAfter: Date.now() - 1 });
    await station.hears(late, "refused expired");
    await until(() => told(station.states)?.groups?.[0] === "schools", { what: "all of the second version" });
    expect(told(station.states)).toMatchObject({
      desiredVersion: 2,
      policyVersion: "p2",
      volume: 40,
      groups: ["schools"],
      maxKbps: 300,
    });
    expect(station.conditions.slice(requests)).toContain('"1"');
    expect(JSON.parse(readFileSync(join(state, "software-wanted.json"), "utf8"))).toEqual({
      channel: "stable",
      version: "gateway/9",
    });

    await station.list([], { desired: desired(3) });
    await until(() => told(station.states)?.desiredVersion === 3, { what: "the third version" });
    await until(() => told(station.states)?.groups?.length === 0, { what: "no group" });
    // What the server leaves to the device stays as it is.
    expect(told(station.states)).toMatchObject({ volume: 40 });
    expect(told(station.states)).not.toHaveProperty("maxKbps");
    expect(existsSync(join(state, "software-wanted.json"))).toBe(false);
    expect(second.online).toBe(true);
  });

  test("keeps what a command set until the next version, and hears no command older than that", async () => {
    await using station = await openAirStation();
    const state = await stateDir();
    const { generatedAt } = await station.list([], { desired: desired(1, { volume: 80 }) });
    {
      await using _device = await startTestDevice(station, state);
      await until(() => told(station.states)?.volume === 80, { what: "the volume of the playlist" });
      await station.command("volume", { volume: 30 });
      await until(() => told(station.states)?.volume === 30, { what: "the volume of the command" });
      // Something else in the same version: another revision says it once more.
      const { revision } = await station.list([], { desired: desired(1, { volume: 80 }) });
      await until(() => told(station.states)?.revision === revision, { what: "the same once more" });
      expect(told(station.states)?.volume).toBe(30);
    }
    await using device = await startTestDevice(station, state);
    await until(() => device.online, { what: "the connection" });
    const older = await station.command("volume", { volume: 10 }, { issuedAt: generatedAt - 1 });
    await station.hears(older, "received");
    expect(told(station.states)?.volume).toBe(30);
    await station.list([], { desired: desired(2, { volume: 70 }) });
    await until(() => told(station.states)?.volume === 70, { what: "the next version" });
  });

  test("is as loud as the policy allows, and as loud as was set once the policy allows more", async () => {
    await using station = await openAirStation();
    const policy = (maxVolume: number) => ({ zone: "Asia/Shanghai", quietHours: [], maxVolume });
    await station.list([], { desired: desired(1, { volume: 80 }), policy: policy(50) });
    await using _device = await startTestDevice(station, await stateDir());
    await until(() => told(station.states)?.volume === 50, { what: "the cap" });
    await station.list([], { desired: desired(1, { volume: 80 }), policy: policy(100) });
    await until(() => told(station.states)?.volume === 80, { what: "what was set" });
    expect(told(station.states)).toMatchObject({ desiredVersion: 1 });
  });

  test("hears a command to its group, and to no other", async () => {
    await using station = await openAirStation();
    await station.list([], { desired: desired(1, { groups: ["schools"] }) });
    await using _device = await startTestDevice(station, await stateDir());
    await until(() => told(station.states)?.groups?.[0] === "schools", { what: "the group" });
    const send = async (group: string, volume: number) => {
      const now = Date.now();
      const jws = await station.signer.sign("command", {
        id: `${group}-${volume}`,
        type: "volume",
        issuedAt: now,
        notAfter: now + HOUR_MS,
        audience: { groups: [group] },
        class: "daily",
        authority: "county",
        body: { volume },
      });
      await station.publish(`ccx/v1/group/${group}/command`, jws);
    };
    await send("choir", 11);
    await send("schools", 22);
    await station.hears("schools-22", "received");
    expect(station.recordsOf("choir-11")).toEqual([]);
    await until(() => told(station.states)?.volume === 22, { what: "the volume" });
  });
});

describe("with the whole server", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp();
    await importRegions(app.operator);
    await app.operator.put("/policy", { quietHours: [], maxVolume: 100 });
  });
  afterAll(() => app.close());
  const agrees = (id: string, version: number, what: string) =>
    until(
      async () => {
        const twin = await app.operator.get<{ state: string; version: number }>(`/devices/${id}/twin`);
        return twin.state === "agrees" && twin.version === version;
      },
      // A device that was cut, or was away, fetches in its slot of 20 s.
      { what, timeoutMs: 40_000 },
    );

  test("a gateway follows while it is there, while it was away, and into its groups", async () => {
    const { operator } = app;
    const gateway = await enrolGateway(app, VILLAGE, folder);
    const patch = (change: object) => operator.patch(`/devices/${gateway.id}/twin`, change, "*");
    const device = await gateway.start();
    await agrees(gateway.id, 0, "the beginning");
    await patch({ volume: 55 });
    await agrees(gateway.id, 1, "the volume");
    await device.close();
    await patch({ volume: 35, maxKbps: 400, groups: ["schools"] });
    await operator.put(`/regions/${VILLAGE}/policy`, { dailyMinutesCap: 30 });
    expect(await operator.get(`/devices/${gateway.id}/twin`)).toMatchObject({
      drift: ["version", "volume", "groups", "policy", "maxKbps"].map((field) => ({ field })),
    });
    const again = await gateway.start();
    await agrees(gateway.id, 2, "all of it at its return");
    await patch({ groups: [] });
    await agrees(gateway.id, 3, "the end of the group");
    await again.close();
  }, 120_000);

  test("a simulated fleet follows a change of all of it", async () => {
    const ids: string[] = [];
    const codes: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { id } = await app.operator.post<{ id: string }>("/devices", {
        regionCode: NEIGHBOUR,
        kind: "loudspeaker",
      });
      ids.push(id);
      codes.push((await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {})).code);
    }
    const fleet = await createSimulation({ server: app.url, codes });
    await app.operator.patch("/devices/twins", {
      areas: [NEIGHBOUR],
      change: { volume: 45, addGroups: ["choir"] },
    });
    for (const id of ids) await agrees(id, 1, "the fleet");
    const { items } = await app.operator.get<{ items: { id: string; reported: object }[] }>(
      `/devices?within=${NEIGHBOUR}&twin=agrees`,
    );
    expect(items.map(({ id }) => id)).toEqual(ids);
    for (const { reported } of items) expect(reported).toMatchObject({ volume: 45, groups: ["choir"] });
    await fleet.close();
  }, 120_000);
});
