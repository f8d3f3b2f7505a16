import { Readable } from "node:stream";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/clock.ts";
import { deviceOf, recogniseDevices, requireDevice } from "../../src/devices/device-auth.ts";
import { deviceLinkRoutes } from "../../src/devices/device-link-routes.ts";
import { deviceRoutes } from "../../src/devices/device-routes.ts";
import { registerProblems } from "../../src/http/problem.ts";
import { validatorCompiler } from "../../src/http/validation.ts";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { KeySet } from "../../src/protocol/key-set.ts";
import { regionRoutes } from "../../src/regions/region-routes.ts";
import { COUNTY, createFleet, FAR_VILLAGE, type Fleet, NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const KEYS: KeySet = {
  serial: 1,
  issuedAt: 0,
  keys: [{ kty: "OKP", crv: "Ed25519", x: "x", kid: "k1", alg: "EdDSA", use: "sig" }],
};

let fleet: Fleet;
let app: FastifyInstance;
let log: ReturnType<typeof createMemoryLog>;

beforeEach(async () => {
  fleet = createFleet();
  log = createMemoryLog();
  app = Fastify({ logger: { level: "debug", stream: log.stream } });
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  recogniseDevices(app, fleet.devices, fleet.clock);
  await app.register(regionRoutes, { regions: fleet.regions });
  await app.register(deviceRoutes, { devices: fleet.devices, counts: fleet.counts });
  await app.register(deviceLinkRoutes, {
    devices: fleet.devices,
    clock: fleet.clock,
    keys: { set: () => KEYS },
    brokerUrls: ({ hostname }) => ({ urls: [`mqtt://${hostname}:1883`], webSockets: [] }),
    enrolmentsPerMinute: 100,
  });
  app.get("/who", { onRequest: requireDevice }, async (request) => deviceOf(request));
});
afterEach(async () => {
  await app.close();
  fleet.close();
});

const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url, headers, ...(payload === undefined ? {} : { payload }) });
const get = (url: string, token?: string) =>
  app.inject({ url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

async function createWithCode(
  regionCode = VILLAGE,
  kind = "loudspeaker",
): Promise<{ id: string; code: string }> {
  const { id } = (await post("/devices", { regionCode, kind })).json<{ id: string }>();
  const { code } = (await post(`/devices/${id}/enrolment-code`)).json<{ code: string }>();
  return { id, code };
}
const enrol = (code: string, over: object = {}, headers = {}) =>
  post(
    "/device/v1/enroll",
    { code, hardwareId: "hw-1", kind: "loudspeaker", model: "m", software: "1", ...over },
    headers,
  );

describe("regions", () => {
  const importCsv = (payload: string | Buffer) =>
    app.inject({ method: "POST", url: "/regions/import", headers: { "content-type": "text/csv" }, payload });

  test("are imported once; a second time nothing changes, and names follow", async () => {
    const csv = "code,level,parent,name,note\n370783100000,town,370783000000,化龙镇,\n";
    expect((await importCsv(csv)).json()).toEqual({ created: 1, updated: 0, unchanged: 0 });
    expect((await importCsv(csv)).json()).toEqual({ created: 0, updated: 0, unchanged: 1 });
    expect((await importCsv(csv.replace("化龙镇", "化龙"))).json()).toEqual({
      created: 0,
      updated: 1,
      unchanged: 0,
    });
    expect((await get("/regions/370783100000")).json()).toMatchObject({ name: "化龙", parent: COUNTY });
  });

  test("are all refused when one line is wrong", async () => {
    const answer = await importCsv(
      "code,level,parent,name,note\n370783100000,town,370783000000,化龙镇,\n37,town,,x,\n",
    );
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ type: "urn:ccx:problem:invalid", errors: [{ at: "line 3" }] });
    expect((await get("/regions/370783100000")).statusCode).toBe(404);
  });

  test("are refused in another encoding than UTF-8", async () => {
    const gb18030 = Buffer.from([0xca, 0xd9, 0xb9, 0xe2]);
    expect((await importCsv(gb18030)).json()).toMatchObject({
      status: 422,
      hint: expect.stringContaining("UTF-8"),
    });
    expect((await post("/regions/import", { not: "csv" })).statusCode).toBe(422);
  });

  test("a county that stood at the top moves below its city when that comes", async () => {
    expect(fleet.regions.roots()).toEqual([COUNTY]);
    await importCsv("code,level,parent,name,note\n370700000000,city,,潍坊市,\n");
    expect(fleet.regions.roots()).toEqual(["370700000000"]);
    expect(fleet.regions.get(COUNTY).parent).toBe("370700000000");
    expect(fleet.regions.seedWhenEmpty("nonsense")).toBeNull();
  });

  test("are listed by page, parent, level and name", async () => {
    const first = (await get("/regions?limit=4")).json<{ items: { code: string }[]; nextCursor: string }>();
    const second = (await get(`/regions?limit=4&cursor=${first.nextCursor}`)).json<typeof first>();
    const codes = [...first.items, ...second.items].map(({ code }) => code);
    expect(codes).toEqual(codes.toSorted());
    expect(codes).toHaveLength(6);
    expect(second.nextCursor).toBeNull();
    const found = async (query: string) =>
      (await get(`/regions?${query}`)).json<typeof first>().items.map(({ code }) => code);
    expect(await found(`parent=${TOWN}`)).toEqual([VILLAGE, NEIGHBOUR]);
    expect(await found("level=town&q=3707831")).toEqual(["370783109000", TOWN]);
    expect(await found(`q=${encodeURIComponent("东")}`)).toEqual([VILLAGE]);
    expect(await found("q=%25")).toEqual([]);
  });
});

describe("devices", () => {
  test("are created singly, in a region that exists", async () => {
    const created = await post("/devices", { regionCode: VILLAGE, kind: "terminal" });
    expect(created.statusCode).toBe(201);
    expect(created.json()).toMatchObject({ name: "东村", state: "new", presence: null, reported: null });
    expect((await post("/devices", { regionCode: "370783999000", kind: "terminal" })).json()).toMatchObject({
      status: 422,
      errors: [{ at: "/regionCode" }],
    });
    expect((await get("/devices/01900000-0000-7000-8000-000000000000")).statusCode).toBe(404);
  });

  test("are made in bulk for the villages that have none, each with a code that works", async () => {
    fleet.enrol(VILLAGE);
    const revoked = fleet.enrol(FAR_VILLAGE);
    fleet.devices.revoke(revoked.identity.id);
    const bulk = async (body: object) =>
      (await post("/devices/bulk", body)).json<{ items: { regionCode: string; code: string }[] }>().items;
    const made = await bulk({ within: COUNTY, kind: "loudspeaker" });
    expect(made.map(({ regionCode }) => regionCode)).toEqual([FAR_VILLAGE, NEIGHBOUR]);
    expect(await bulk({ within: COUNTY, kind: "loudspeaker" })).toEqual([]);
    expect(await bulk({ within: TOWN, kind: "terminal" })).toHaveLength(2);
    expect(await bulk({ within: COUNTY, level: "town", kind: "terminal" })).toHaveLength(2);
    expect((await enrol(made[0]?.code ?? "", { hardwareId: "hw-bulk" })).statusCode).toBe(201);
  });

  test("are listed with what they last said, by area, kind and state", async () => {
    const { identity } = fleet.enrol(VILLAGE);
    fleet.enrol(FAR_VILLAGE, "terminal");
    const at = fleet.clock.now();
    fleet.devices.recordPresence(identity.id, { online: true, bootId: "b1", at, software: "2" });
    fleet.devices.recordState(identity.id, {
      revision: 7,
      cached: { ready: 1, total: 2 },
      volume: 80,
      clock: { offsetMs: -1.5, trusted: true },
      freeBytes: 10,
      faults: ["amplifier"],
    });
    const list = async (query: string) =>
      (await get(`/devices?${query}`)).json<{ items: { id: string }[] }>().items;
    expect(await list(`within=${TOWN}`)).toEqual([
      expect.objectContaining({
        id: identity.id,
        state: "enrolled",
        presence: { online: true, bootId: "b1", at: new Date(at).toISOString(), software: "2" },
        reported: expect.objectContaining({
          revision: 7,
          faults: ["amplifier"],
          receivedAt: new Date(at).toISOString(),
        }),
      }),
    ]);
    expect(await list(`within=${COUNTY}&kind=terminal`)).toHaveLength(1);
    expect(await list(`within=${COUNTY}&state=new`)).toHaveLength(0);
    expect(await list(`within=${COUNTY}&limit=1`)).toHaveLength(1);
    expect(JSON.stringify(await list(`within=${COUNTY}`))).not.toMatch(/hash/i);
  });
});

describe("the counts of devices", () => {
  const below = async (query: string) =>
    (await get(`/devices/counts${query}`)).json<{ items: { code: string; [count: string]: unknown }[] }>()
      .items;

  test("are of what lies right below a region, with the villages that a loudspeaker reaches", async () => {
    const { identity } = fleet.enrol(VILLAGE);
    fleet.enrol(NEIGHBOUR, "terminal");
    fleet.devices.create({ regionCode: FAR_VILLAGE, kind: "loudspeaker" });
    fleet.devices.revoke(fleet.enrol(VILLAGE).identity.id);
    const all = {
      villages: 3,
      served: 1,
      reached: 0,
      devices: 3,
      enrolled: 2,
      online: 0,
      differing: 0,
      faulty: 0,
    };
    expect(fleet.counts.below(null, null).items).toEqual([
      { code: COUNTY, name: "寿光市", level: "county", ...all },
    ]);

    fleet.devices.recordPresence(identity.id, { online: true, bootId: "b", at: 1, software: "1" });
    fleet.devices.recordState(identity.id, {
      revision: 1,
      cached: { ready: 0, total: 0 },
      volume: 50,
      clock: { offsetMs: 0, trusted: true },
      freeBytes: 1,
      faults: ["amplifier"],
    });
    const [other, town] = await below(`?within=${COUNTY}`);
    expect(other).toMatchObject({ name: "侯镇", villages: 1, served: 0, devices: 1, enrolled: 0 });
    expect(town).toMatchObject({ villages: 2, served: 1, reached: 1, devices: 2, online: 1, faulty: 1 });
    expect((await below(`?within=${TOWN}`)).map(({ villages, devices }) => [villages, devices])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(await below(`?within=${VILLAGE}`)).toEqual([]);
  });

  test("begin at the areas that somebody is there for", () => {
    fleet.enrol(VILLAGE);
    fleet.enrol(FAR_VILLAGE);
    expect(fleet.counts.below(null, [TOWN]).items).toMatchObject([{ code: TOWN, devices: 1, villages: 2 }]);
  });

  test("have a list that is searched by names, codes and the line", async () => {
    const { identity } = fleet.enrol(VILLAGE, "loudspeaker", "horn-7");
    fleet.enrol(FAR_VILLAGE, "loudspeaker", "horn-8");
    fleet.devices.recordPresence(identity.id, { online: true, bootId: "b", at: 1, software: "1" });
    const found = async (query: string) =>
      (await get(`/devices?within=${COUNTY}&${query}`))
        .json<{ items: { regionName: string }[] }>()
        .items.map((row) => row.regionName);
    expect(await found(`q=${encodeURIComponent("远")}`)).toEqual(["远村"]);
    expect(await found("q=horn-7")).toEqual(["东村"]);
    expect(await found(`q=${TOWN.slice(0, 9)}`)).toEqual(["东村"]);
    expect(await found("line=never")).toEqual(["远村"]);
    expect(await found("line=online")).toEqual(["东村"]);
    expect(await found("line=offline")).toEqual([]);
  });
});

describe("enrolment", () => {
  test("answers as the protocol says", async () => {
    const { id, code } = await createWithCode();
    const answer = await enrol(code.toLowerCase().replaceAll("-", " "), {}, { host: "192.0.2.7:3000" });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { token, mqtt, ...rest } = answer.json<EnrolResponse>();
    expect(rest).toEqual({
      deviceId: id,
      areas: [VILLAGE, TOWN, COUNTY, "370700000000", "370000000000"],
      keys: KEYS,
    });
    expect(mqtt).toMatchObject({ url: "mqtt://192.0.2.7:1883", username: id });
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(fleet.devices.authenticateMqtt(id, mqtt.password)).toMatchObject({ id, regionCode: VILLAGE });
    expect(fleet.devices.authenticateMqtt(id, token)).toBeNull();
    expect((await get("/who", token)).json()).toMatchObject({ id, kind: "loudspeaker", groups: [] });
    expect(log.text()).not.toContain(token);
    expect(log.text()).not.toContain(mqtt.password);
  });

  test.each([
    ["[2001:db8::1]:3000", "mqtt://[2001:db8::1]:1883"],
    ["county.example", "mqtt://county.example:1883"],
  ])("at %s gives the broker's address as %s", async (host, url) => {
    const { code } = await createWithCode();
    expect((await enrol(code, {}, { host })).json<EnrolResponse>().mqtt.url).toBe(url);
  });

  test("refuses unknown, used, expired and replaced codes, and says so in the log without the code", async () => {
    const { id, code } = await createWithCode();
    expect((await enrol("0000-0000-0000-0000")).statusCode).toBe(401);
    expect((await enrol("hello")).statusCode).toBe(401);
    expect((await enrol(code)).statusCode).toBe(201);
    expect((await enrol(code)).json()).toMatchObject({
      status: 409,
      detail: expect.stringContaining("used"),
    });
    const { code: replaced } = (await post(`/devices/${id}/enrolment-code`, {})).json<{ code: string }>();
    const { code: brief } = (await post(`/devices/${id}/enrolment-code`, { expiresInHours: 1 })).json<{
      code: string;
    }>();
    expect((await enrol(replaced)).statusCode).toBe(401);
    fleet.clock.advance(HOUR_MS);
    expect((await enrol(brief)).json()).toMatchObject({
      status: 401,
      detail: expect.stringContaining("expired"),
    });
    fleet.clock.advance(60 * DAY_MS);
    fleet.devices.forgetCodes();
    expect(fleet.db.prepare("SELECT COUNT(*) FROM enrolment_codes").pluck().get()).toBe(0);
    expect((await enrol(code)).json()).toMatchObject({ detail: "The enrolment code is not known." });
    const warnings = log.entries.filter(({ level, msg }) => level === 40 && msg === "enrolment refused");
    expect(warnings).toHaveLength(6);
    expect(warnings[0]).toMatchObject({ hardwareId: "hw-1" });
    for (const secret of [code, replaced, brief]) expect(log.text()).not.toContain(secret);
  });

  test("of another kind is refused and leaves the code good", async () => {
    const { code } = await createWithCode();
    expect((await enrol(code, { kind: "terminal" })).json()).toMatchObject({
      status: 422,
      errors: [{ at: "/kind" }],
    });
    expect((await enrol(code)).statusCode).toBe(201);
  });

  test("with a body over 8 KiB is refused, declared, declared only or in chunks, and leaves the code good", async () => {
    const { code } = await createWithCode();
    const url = "/device/v1/enroll";
    const headers = { "content-type": "application/json" };
    const large = JSON.stringify({ code, hardwareId: "h".repeat(8192) });
    const inChunks = { ...headers, "transfer-encoding": "chunked" };
    const answers = [
      await app.inject({ method: "POST", url, headers, payload: large }),
      await app.inject({
        method: "POST",
        url,
        headers: { ...headers, "content-length": "1000000000" },
        payload: "{",
      }),
      await app.inject({ method: "POST", url, headers: inChunks, payload: Readable.from([large]) }),
    ];
    for (const answer of answers)
      expect(answer.json()).toMatchObject({ type: "urn:ccx:problem:too_large", status: 413 });
    expect((await enrol(code)).statusCode).toBe(201);
  });

  test("anew rotates the credentials; of the same hardware in its region it revokes the other device", async () => {
    const voided: string[] = [];
    fleet.devices.onRevoked((id) => void voided.push(id));
    const one = await createWithCode();
    const first = (await enrol(one.code)).json<EnrolResponse>();
    const { code } = (await post(`/devices/${one.id}/enrolment-code`)).json<{ code: string }>();
    const second = (await enrol(code, { hardwareId: "hw-1" })).json<EnrolResponse>();
    expect((await get("/who", first.token)).statusCode).toBe(401);
    expect((await get("/who", second.token)).statusCode).toBe(200);
    expect(fleet.devices.authenticateMqtt(one.id, first.mqtt.password)).toBeNull();
    expect(voided).toEqual([one.id]);

    const two = await createWithCode();
    const third = (await enrol(two.code, { hardwareId: "hw-1" })).json<EnrolResponse>();
    expect(voided).toEqual([one.id, one.id]);
    expect((await get(`/devices/${one.id}`)).json()).toMatchObject({ state: "revoked" });
    expect((await get("/who", second.token)).statusCode).toBe(401);
    expect((await get("/who", third.token)).statusCode).toBe(200);
  });

  test("of hardware that is enrolled in another region is refused, and leaves that one and the code as they are", async () => {
    const one = await createWithCode();
    const { token } = (await enrol(one.code)).json<EnrolResponse>();
    const two = await createWithCode(NEIGHBOUR);
    expect((await enrol(two.code)).json()).toMatchObject({
      status: 409,
      detail: "This hardware is enrolled in another region.",
    });
    expect((await get("/who", token)).statusCode).toBe(200);
    await post(`/devices/${one.id}/revoke`);
    expect((await enrol(two.code)).statusCode).toBe(201);
  });

  test("ends for good when the device is revoked", async () => {
    const { identity, token, password } = fleet.enrol(VILLAGE);
    const { code } = fleet.devices.issueCode(identity.id, 1);
    // Known from memory by now.
    expect((await get("/who", token)).statusCode).toBe(200);
    const answer = await post(`/devices/${identity.id}/revoke`);
    expect(answer.json()).toMatchObject({
      state: "revoked",
      revokedAt: new Date(fleet.clock.now()).toISOString(),
    });
    expect((await post(`/devices/${identity.id}/revoke`)).statusCode).toBe(200);
    expect((await get("/who", token)).statusCode).toBe(401);
    expect(fleet.devices.authenticateMqtt(identity.id, password)).toBeNull();
    expect(fleet.devices.identityOf(identity.id)).toBeNull();
    expect([...fleet.devices.accounts()]).toEqual([]);
    expect((await enrol(code)).statusCode).toBe(401);
    expect((await post(`/devices/${identity.id}/enrolment-code`)).statusCode).toBe(409);
  });

  test("names the device as it is now: its groups at once, and not those of a change that was undone", async () => {
    const { identity, token } = fleet.enrol(VILLAGE);
    const groups = async () => (await get("/who", token)).json<{ groups: string[] }>().groups;
    expect(await groups()).toEqual([]);
    fleet.devices.label(identity.id, { groups: ["schools"] });
    expect(await groups()).toEqual(["schools"]);
    fleet.devices.onLabelled(() => {
      expect(fleet.devices.authenticateToken(token)?.groups).toEqual(["halls"]);
      throw new Error("undone");
    });
    expect(() => fleet.devices.label(identity.id, { groups: ["halls"] })).toThrow("undone");
    expect(await groups()).toEqual(["schools"]);
  });
});

describe("the device's token", () => {
  test.each([
    ["none", undefined, "Bearer realm="],
    ["a wrong one", "Bearer wrong", 'error="invalid_token"'],
    ["another scheme", "Basic dXNlcjpwdw==", "Bearer realm="],
  ])("%s is challenged and logged", async (_name, authorization, challenge) => {
    const answer = await app.inject({
      url: "/who",
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.headers["www-authenticate"]).toContain(challenge);
    expect(log.entries).toContainEqual(
      expect.objectContaining({ level: 40, msg: "device refused", url: "/who" }),
    );
  });

  test("that is refused at each poll is logged once in ten minutes, with how often meanwhile", async () => {
    const lines = () =>
      log.entries.filter(({ msg }) => msg === "device refused").map((line) => line["unwritten"]);
    for (let poll = 0; poll < 5; poll += 1) await get("/who", "wrong");
    expect(lines()).toEqual([0]);
    await get("/who");
    expect(lines()).toEqual([0, 0]);
    fleet.clock.advance(10 * 60_000);
    for (let poll = 0; poll < 5; poll += 1) await get("/who", "wrong");
    expect(lines()).toEqual([0, 0, 4]);
  });

  test("tells the time by the server's clock", async () => {
    const { token } = fleet.enrol(VILLAGE);
    const { t1, t2, t3 } = (await get("/device/v1/time?t1=12.5", token)).json<{
      t1: number;
      t2: number;
      t3: number;
    }>();
    expect(t1).toBe(12.5);
    expect(t2).toBe(fleet.clock.now());
    expect(t3).toBeGreaterThan(t2);
    expect((await get("/device/v1/time", token)).statusCode).toBe(422);
    expect((await get("/device/v1/time?t1=1")).statusCode).toBe(401);
  });

  test("is not needed for the public keys", async () => {
    expect((await get("/.well-known/jwks.json")).json()).toEqual(KEYS);
  });
});

describe("what broadcasts ask", () => {
  test("each enrolled device inside several areas is found once", () => {
    const near = fleet.enrol(VILLAGE);
    const far = fleet.enrol(FAR_VILLAGE, "terminal");
    fleet.devices.create({ regionCode: NEIGHBOUR, kind: "loudspeaker" });
    const found = (areas: string[], kinds: ("loudspeaker" | "terminal")[]) =>
      fleet.devices.enrolledWithin(areas, kinds).map(({ id }) => id);
    expect(found([VILLAGE, TOWN, COUNTY, VILLAGE], ["loudspeaker", "terminal"])).toEqual(
      [far, near].map(({ identity }) => identity.id),
    );
    expect(found([VILLAGE, FAR_VILLAGE], ["terminal"])).toEqual([far.identity.id]);
    expect(found([], ["terminal"])).toEqual([]);
    expect(found([COUNTY], [])).toEqual([]);
  });

  test("a device that nobody knows leaves no trace", () => {
    const presence = { online: true, bootId: "b", at: 1, software: "1" };
    expect(fleet.devices.recordPresence("nobody", presence)).toBe(false);
  });

  test("the late will of an older boot does not put a device offline", () => {
    const { identity } = fleet.enrol(VILLAGE);
    const said = (online: boolean, bootId: string, at: number) =>
      fleet.devices.recordPresence(identity.id, { online, bootId, at, software: "1" });
    expect([said(true, "a", 1), said(true, "b", 2), said(false, "a", 1)]).toEqual([true, true, false]);
    expect(fleet.devices.get(identity.id).presence).toMatchObject({ online: true, bootId: "b" });
  });
});
