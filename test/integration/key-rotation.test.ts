import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { KeySet } from "../../src/protocol/key-set.ts";
import { createVerifier, followKeyChain, VerificationError } from "../../src/protocol/signing.ts";
import { commandTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { type Member, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";

interface SigningKeys {
  serial: number;
  keys: { kid: string; alg: string; role: string }[];
}

let folder: string;
let app: RunningApp;
let password = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-keys-"));
  password = "";
  app = await start();
  ({ password } = app);
  await importRegions(app.operator);
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});
/** On the same data each time. */
const start = (env: Record<string, string> = {}): Promise<RunningApp> =>
  runApp({
    env: { DATA_DIR: join(folder, "data"), MEDIA_DIR: join(folder, "media"), ...env },
    password,
  });

const rotate = (body: object = {}) => app.operator.post<SigningKeys>("/signing-keys/rotate", body);
const current = () => app.operator.get<SigningKeys>("/signing-keys");
const openKeys = async () => (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as KeySet;
async function chainAfter({ token }: Member, serial: number): Promise<string[]> {
  const answer = await fetch(`${app.url}/device/v1/keys?after=${serial}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { items: string[] }).items;
}
const playlistOf = async ({ token }: Member) =>
  (await fetch(`${app.url}/device/v1/playlist`, { headers: { authorization: `Bearer ${token}` } })).text();

describe("the keys of a server", () => {
  test("are one in use and one next; a rotation moves them up, and what was in use stays known", async () => {
    const first = await current();
    expect(first).toMatchObject({
      serial: 1,
      keys: [
        { role: "in-use", alg: "EdDSA" },
        { role: "next", alg: "EdDSA" },
      ],
    });
    const second = await rotate();
    const [inUse, next] = first.keys.map(({ kid }) => kid);
    expect(second.serial).toBe(2);
    expect(second.keys.map(({ role }) => role)).toEqual(["in-use", "next", "before"]);
    expect([second.keys[0]?.kid, second.keys[2]?.kid]).toEqual([next, inUse]);
    expect(await current()).toEqual(second);
    expect((await openKeys()).keys.map(({ kid }) => kid)).toEqual(second.keys.map(({ kid }) => kid));
    const third = await rotate();
    expect(third.keys.map(({ kid }) => kid)).not.toContain(inUse);
  });

  test("sign what devices of the enrolment before the rotation already trust", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    await rotate();
    const client = await connectDevice(app.brokerUrl, device);
    await client.subscribe(commandTopic({ kind: "area", id: "370000000000" }));
    await app.operator.post("/stop");
    await until(() => client.heard.length > 0, { what: "the command" });
    const verify = createVerifier(device.keys);
    expect(await verify("command", client.heard[0]?.text ?? "")).toMatchObject({ type: "stop" });
    expect(await verify("playlist", await playlistOf(device))).toMatchObject({ keySerial: 2 });
    await client.end();
  });

  test("lead a device that missed many rotations to the newest, one set after the other", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    for (let times = 0; times < 4; times += 1) await rotate();
    const playlist = await playlistOf(device);
    const reason = await createVerifier(device.keys)("playlist", playlist).catch((error: unknown) =>
      error instanceof VerificationError ? error.reason : error,
    );
    expect(reason).toBe("unknown-key");
    const chain = await chainAfter(device, device.keys.serial);
    expect(chain).toHaveLength(4);
    const newest = await followKeyChain(device.keys, chain);
    expect(newest).toEqual(await openKeys());
    expect(await createVerifier(newest)("playlist", playlist)).toMatchObject({ keySerial: 5 });
    expect(await chainAfter(device, 5)).toEqual([]);
    expect((await fetch(`${app.url}/device/v1/keys?after=1`)).status).toBe(401);
  });

  test("that was compromised is left out of the next set, and signs none", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    const [compromised] = (await current()).keys;
    const after = await rotate({ compromised: true });
    expect(after.keys.map(({ role }) => role)).toEqual(["in-use", "next"]);
    const newest = await followKeyChain(device.keys, await chainAfter(device, 1));
    expect(newest.keys.map(({ kid }) => kid)).not.toContain(compromised?.kid);
    const [jws = ""] = await chainAfter(device, 1);
    const header = JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString()) as {
      kid: string;
    };
    expect(header.kid).toBe(after.keys[0]?.kid);
  });

  test("are the same after a restart; another algorithm makes another next key, which a rotation puts to use", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    const before = await rotate();
    await app.close();
    app = await start();
    expect(await current()).toEqual(before);
    await app.close();
    app = await start({ SIGNATURE_ALGORITHM: "SM2-SM3" });
    const mixed = await current();
    expect(mixed.keys).toMatchObject([before.keys[0], { alg: "SM2-SM3", role: "next" }, before.keys[2]]);
    const sm2 = await rotate();
    expect(sm2.keys.map(({ alg }) => alg)).toEqual(["SM2-SM3", "SM2-SM3", "EdDSA"]);
    const newest = await followKeyChain(device.keys, await chainAfter(device, 1));
    const playlist = await playlistOf(device);
    expect(await createVerifier(newest)("playlist", playlist)).toMatchObject({ keySerial: sm2.serial });
  });
});

describe("a gateway", () => {
  test("follows rotations as they come, and those that it slept through, and keeps them", async () => {
    const gateway = await enrolGateway(app, VILLAGE, folder);
    let device = await gateway.start();
    const holds = (serial: number) =>
      until(() => device.playlist?.keySerial === serial, { what: `key set ${serial}`, timeoutMs: 30_000 });
    /** A change of its labels makes the server call it at once, not in its slot of the county's window. */
    const isCalled = (tag: string) => app.operator.patch(`/devices/${gateway.id}/twin`, { tags: [tag] }, "*");
    await holds(1);
    for (const serial of [2, 3]) {
      await rotate();
      await isCalled(`after-${serial}`);
      await holds(serial);
    }
    await until(() => device.text().includes('"serial":3'), { what: "the third key set" });
    await device.close();
    for (let times = 0; times < 3; times += 1) await rotate();
    device = await gateway.start();
    await holds(6);
    await device.close();
    // Its stored playlist is signed by a key of the newest set alone.
    device = await gateway.start();
    expect(device.playlist?.keySerial).toBe(6);
    expect(device.text()).not.toContain("cannot be used");
    await device.close();
  });
});
