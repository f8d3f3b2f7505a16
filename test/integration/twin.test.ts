import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Playlist } from "../../src/protocol/messages.ts";
import { type Uplink, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { FAR_VILLAGE, NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";

interface Drift {
  field: string;
  desired: unknown;
  reported: unknown;
  since: string;
}
interface TwinAnswer {
  version: number;
  changedBy: string | null;
  desired: Record<string, unknown>;
  reported: Record<string, unknown> | null;
  state: string;
  drift: Drift[];
}

let app: RunningApp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-twin-"));
  app = await runApp();
  await importRegions(app.operator);
  await app.operator.put("/policy", { quietHours: [], maxVolume: 90 });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const twinOf = (id: string) => app.operator.get<TwinAnswer>(`/devices/${id}/twin`);
const patch = (id: string, change: object, ifMatch = "*") =>
  app.operator.patch<TwinAnswer>(`/devices/${id}/twin`, change, ifMatch);
const playlistOf = async (token: string) =>
  (await (
    await fetch(`${app.url}/device/v1/playlist`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    })
  ).json()) as Playlist;
const create = async (regionCode = VILLAGE) =>
  (await app.operator.post<{ id: string }>("/devices", { regionCode, kind: "loudspeaker" })).id;
const member = (village = VILLAGE) => enrolDevice(app.operator, app.url, village);

/** A device that says what a test wants it to say. */
async function speaking(village = VILLAGE) {
  const device = await member(village);
  const client = await connectDevice(app.brokerUrl, device);
  const id = device.identity.id;
  const tell = (leaf: Uplink, message: object) =>
    client.publish(uplinkTopic(id, leaf), JSON.stringify(message), leaf === "presence");
  const state = (over: object) => ({
    revision: 1,
    desiredVersion: 0,
    cached: { ready: 0, total: 0 },
    volume: 90,
    groups: [],
    clock: { offsetMs: 0, trusted: true },
    freeBytes: 1,
    faults: [],
    ...over,
  });
  return {
    id,
    client,
    token: device.token,
    tell,
    /** Resolves once the server knows. */
    async says(over: object) {
      const before = (await twinOf(id)).reported?.["at"];
      await tell("state", state(over));
      await until(async () => (await twinOf(id)).reported?.["at"] !== before, { what: "the state" });
      return twinOf(id);
    },
  };
}

describe("the settings of a device", () => {
  test("are changed by whoever has seen the newest, and the others are told what there is now", async () => {
    const id = await create();
    const first = await fetch(`${app.url}/api/v1/devices/${id}/twin`, { headers: app.operator.credentials });
    expect(first.headers.get("etag")).toBe('"0"');
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(await first.json()).toMatchObject({
      version: 0,
      changedAt: null,
      desired: { volume: null, maxKbps: null, softwareChannel: null, groups: [], tags: [], maxVolume: 90 },
      reported: null,
      state: "unknown",
      drift: [],
    });

    expect(await patch(id, { volume: 60, groups: ["schools"] }, '"0"')).toMatchObject({
      version: 1,
      changedBy: "admin",
      desired: { volume: 60, groups: ["schools"] },
    });
    await expect(patch(id, { volume: 70 }, '"0"')).rejects.toMatchObject({
      status: 409,
      problem: {
        type: "urn:ccx:problem:changed-meanwhile",
        hint: expect.stringContaining("version 1"),
        current: {
          version: 1,
          changedBy: "admin",
          changedAt: expect.stringMatching(/Z$/),
          settings: { volume: 60, groups: ["schools"], maxKbps: null },
        },
      },
    });
    // Weak tags never match; one of several does (RFC 9110 §13.1.1).
    await expect(patch(id, { volume: 70 }, 'W/"1"')).rejects.toMatchObject({
      status: 409,
      problem: { type: "urn:ccx:problem:changed-meanwhile" },
    });
    expect(await patch(id, { volume: 70 }, '"0", "1"')).toMatchObject({ version: 2 });
  });

  test("a change that was made already is no conflict: its answer may have been lost", async () => {
    const id = await create();
    await patch(id, { volume: 40 }, '"0"');
    expect(await patch(id, { volume: 40 }, '"0"')).toMatchObject({ version: 1, desired: { volume: 40 } });
  });

  test("a change that is meant for no version is refused, and nothing is lost of what was there", async () => {
    const id = await create();
    await expect(app.operator.patch(`/devices/${id}/twin`, { volume: 40 })).rejects.toMatchObject({
      status: 428,
      problem: { type: "urn:ccx:problem:precondition_required", hint: expect.stringContaining("If-Match") },
    });
    await expect(patch(id, { volume: 101 })).rejects.toMatchObject({ status: 422 });
    await expect(patch(id, { loudness: 1 })).rejects.toMatchObject({ status: 422 });
    await expect(patch(id, { softwareChannel: "no-such" })).rejects.toMatchObject({
      status: 422,
      problem: { errors: [{ at: "/softwareChannel" }] },
    });
    expect((await twinOf(id)).version).toBe(0);
    await app.operator.post(`/devices/${id}/revoke`);
    await expect(patch(id, { volume: 40 })).rejects.toMatchObject({
      status: 409,
      problem: { type: "urn:ccx:problem:conflict" },
    });
  });
});

describe("what a device says", () => {
  test("is held against what it is to do, field by field, with the begin of each difference", async () => {
    const { id, says, client } = await speaking();
    const agreed = await says({ policyVersion: (await twinOf(id)).desired["policyVersion"] });
    expect(agreed).toMatchObject({ state: "agrees", drift: [] });

    await patch(id, { volume: 60, maxKbps: 256, groups: ["schools"] });
    await client.end();
    const behind = await twinOf(id);
    expect(behind.state).toBe("differs");
    expect(behind.drift.map(({ field, desired, reported }) => [field, desired, reported])).toEqual([
      ["version", 1, 0],
      ["volume", 60, 90],
      ["groups", ["schools"], []],
      ["maxKbps", 256, null],
    ]);
    // The begin stays while the wish changes again.
    const since = (twin: TwinAnswer) => twin.drift.map((each) => [each.field, each.since]);
    const later = await patch(id, { volume: 50 });
    expect(since(later)).toEqual(since(behind));
    expect(later.drift[1]).toMatchObject({ desired: 50, reported: 90 });
  });

  test("what it does not do is said to it once more when it is set again, and not otherwise", async () => {
    const { id, says, client } = await speaking();
    await patch(id, { volume: 60 });
    expect(await says({ desiredVersion: 1, volume: 60 })).toMatchObject({ version: 1 });
    expect(await patch(id, { volume: 60 })).toMatchObject({ version: 1 });
    await says({ desiredVersion: 1, volume: 85 });
    expect(await patch(id, { maxKbps: null })).toMatchObject({ version: 1 });
    expect(await patch(id, { volume: 60 })).toMatchObject({ version: 2, drift: [{ field: "version" }, {}] });
    await client.end();
  });

  test("a policy that it does not hold shows, and is gone when the policy is taken back", async () => {
    const { id, says, client } = await speaking();
    await says({ policyVersion: (await twinOf(id)).desired["policyVersion"] });
    await app.operator.put(`/regions/${TOWN}/policy`, { maxVolume: 70 });
    expect((await twinOf(id)).drift).toMatchObject([{ field: "policy" }]);
    await app.operator.remove(`/regions/${TOWN}/policy`);
    expect(await twinOf(id)).toMatchObject({ state: "agrees", drift: [] });
    await client.end();
  });

  test("devices are found by it", async () => {
    const { id, says, client } = await speaking(FAR_VILLAGE);
    const found = async (twin: string) =>
      (
        await app.operator.get<{ items: { id: string; twin: object }[] }>(
          `/devices?within=${FAR_VILLAGE}&twin=${twin}`,
        )
      ).items.map((device) => [device.id, device.twin]);
    expect(await found("unknown")).toEqual([[id, { version: 0, state: "unknown", drift: [] }]]);
    await says({ volume: 20 });
    expect(await found("agrees")).toHaveLength(1);
    await patch(id, { volume: 30 });
    expect(await found("agrees")).toEqual([]);
    expect(await found("differs")).toEqual([
      [
        id,
        {
          version: 1,
          state: "differs",
          drift: [
            { field: "version", since: expect.any(String) },
            { field: "volume", since: expect.any(String) },
          ],
        },
      ],
    ]);
    await app.operator.post(`/devices/${id}/revoke`);
    expect(await found("differs")).toEqual([]);
    await client.end();
  });
});

describe("many devices", () => {
  test("are changed at once, with a result for each, and one in conflict keeps none of the others", async () => {
    const [one, other, revoked] = [await create(), await create(NEIGHBOUR), await create()];
    await app.operator.post(`/devices/${revoked}/revoke`);
    await patch(other, { volume: 10 });
    const nobody = "01900000-0000-7000-8000-000000000000";
    const change = { volume: 55, addGroups: ["schools"], addTags: ["文化广场"] };
    const many = (devices: object[]) =>
      app.operator.patch<{ items: object[] }>("/devices/twins", { devices, change });
    const answer = await many([
      { id: one, version: 0 },
      { id: other, version: 0 },
      { id: revoked },
      { id: nobody },
    ]);
    expect(answer.items).toEqual([
      { deviceId: one, name: "东村", result: "changed", version: 1 },
      { deviceId: other, name: "西村", result: "conflict", version: 1 },
      { deviceId: revoked, name: "东村", result: "revoked", version: 0 },
      { deviceId: nobody, name: null, result: "not_found", version: null },
    ]);
    expect((await twinOf(one)).desired).toMatchObject({
      volume: 55,
      groups: ["schools"],
      tags: ["文化广场"],
    });
    expect((await twinOf(other)).desired).toMatchObject({ volume: 10, groups: [] });
    expect((await many([{ id: one, version: 0 }])).items).toMatchObject([
      { result: "unchanged", version: 1 },
    ]);
  });

  test("one that is named twice is changed once", async () => {
    const { id, says, client } = await speaking();
    await says({});
    const { items } = await app.operator.patch<{ items: object[] }>("/devices/twins", {
      devices: [
        { id, version: 0 },
        { id, version: 0 },
      ],
      change: { volume: 25 },
    });
    expect(items).toMatchObject([
      { result: "changed", version: 1 },
      { result: "unchanged", version: 1 },
    ]);
    await client.end();
  });

  test("are the enrolled ones of an area, of a kind", async () => {
    const near = await member(NEIGHBOUR);
    const change = (body: object) =>
      app.operator.patch<{ items: { deviceId: string; result: string }[] }>("/devices/twins", body);
    const id = near.identity.id;
    const volume = { change: { volume: 33 } };
    expect((await change({ areas: [NEIGHBOUR], kinds: ["terminal"], ...volume })).items).toEqual([]);
    expect((await change({ areas: [NEIGHBOUR, NEIGHBOUR], ...volume })).items).toMatchObject([
      { deviceId: id, result: "changed" },
    ]);
    await expect(change({ areas: [NEIGHBOUR], devices: [{ id }], ...volume })).rejects.toMatchObject({
      status: 422,
    });
    await expect(change(volume)).rejects.toMatchObject({ status: 422 });
  });
});

describe("a software channel", () => {
  test("names what its devices are to run, shows who lags, and goes when no device is in it", async () => {
    const { id, says, client, tell, token } = await speaking();
    await tell("presence", { online: true, bootId: "b1", at: 1, software: "horn/2.0" });
    await says({});
    const set = (software: string) => app.operator.put("/software-channels/stable", { software });
    await set("horn/2.0");
    await patch(id, { softwareChannel: "stable" });
    const list = () => app.operator.get<{ items: object[] }>("/software-channels");
    await says({ desiredVersion: 1 });
    expect((await list()).items).toEqual([
      {
        id: "stable",
        software: "horn/2.0",
        changedAt: expect.any(String),
        changedBy: "admin",
        devices: 1,
        lagging: 0,
      },
    ]);
    const before = await playlistOf(token);
    await set("horn/2.1");
    expect((await twinOf(id)).drift).toMatchObject([
      { field: "software", desired: "horn/2.1", reported: "horn/2.0" },
    ]);
    expect((await list()).items).toMatchObject([{ lagging: 1 }]);
    const after = await playlistOf(token);
    expect(after.desired?.software).toEqual({ channel: "stable", version: "horn/2.1" });
    expect(after.revision).toBeGreaterThan(before.revision);

    await tell("presence", { online: true, bootId: "b2", at: 2, software: "horn/2.1" });
    await until(async () => (await twinOf(id)).state === "agrees", { what: "the new software" });
    await expect(app.operator.remove("/software-channels/stable")).rejects.toMatchObject({ status: 409 });
    await patch(id, { softwareChannel: null });
    await app.operator.remove("/software-channels/stable");
    expect((await list()).items).toEqual([]);
    await client.end();
  });
});
