import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { alertTopic, commandTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { startBrokerAuth } from "../support/broker-auth-server.ts";
import { createFleet, FAR_VILLAGE, type Fleet, type Member, OTHER_TOWN, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const SERVER = { username: "ccx-server", password: "the-servers-own-secret" };

let fleet: Fleet;
let near: Member;
let far: Member;
let app: FastifyInstance;
let url: string;
let log: ReturnType<typeof createMemoryLog>;

async function open(allow: string[], server = SERVER): Promise<void> {
  const { devices } = fleet;
  ({ app, url } = await startBrokerAuth({ devices, server, secret: SECRET, allow, log: log.log }));
}
beforeEach(async () => {
  fleet = createFleet();
  near = fleet.enrol(VILLAGE);
  far = fleet.enrol(FAR_VILLAGE);
  log = createMemoryLog();
  await open(["127.0.0.0/8"]);
});
afterEach(async () => {
  await app.close();
  fleet.close();
});

type Fields = Record<string, string | number | boolean>;
const BEARER = { authorization: `Bearer ${SECRET}` };
const json = (path: string, body: Fields, headers: Record<string, string> = BEARER) =>
  fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const form = (path: string, body: Record<string, string>) =>
  fetch(`${url}${path}?secret=${SECRET}`, { method: "POST", body: new URLSearchParams(body) });

const idOf = (member: Member) => member.identity.id;
const shown = (member: Member, changes: Fields = {}): Fields => ({
  username: idOf(member),
  password: member.password,
  clientid: idOf(member),
  ...changes,
});

describe("EMQX, whose denial has to come with a 200", () => {
  const asks = async (path: string, body: Fields) => {
    const answer = await json(path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("application/json");
    return (await answer.json()) as { result: string; is_superuser: boolean };
  };
  const signsIn = (body: Fields) => asks("/mqtt/auth", { peerhost: "10.0.0.7", ...body });
  const may = async (member: Member, action: string, topic: string, retain = false) => {
    const body = { username: idOf(member), clientid: idOf(member), action, topic, retain, qos: 1 };
    return (await asks("/mqtt/acl", body)).result === "allow";
  };

  test("lets in who has the right password under the own client id, nobody as a superuser", async () => {
    expect(await signsIn(shown(near))).toMatchObject({ result: "allow", is_superuser: false });
    expect(await signsIn({ ...SERVER, clientid: SERVER.username })).toMatchObject({
      result: "allow",
      is_superuser: false,
    });
  });

  test.each<[string, () => Fields]>([
    ["a wrong password", () => shown(near, { password: "wrong" })],
    ["another's password", () => shown(near, { password: far.password })],
    ["another's client id", () => shown(near, { clientid: idOf(far) })],
    ["an unknown account", () => shown(near, { username: "nobody", clientid: "nobody" })],
    ["a wrong password of the server", () => ({ ...SERVER, clientid: SERVER.username, password: "wrong" })],
    ["nothing at all", () => ({})],
  ])("denies %s", async (_name, body) => {
    expect(await signsIn(body())).toMatchObject({ result: "deny", is_superuser: false });
  });

  test("denies a revoked device its connection and its topics", async () => {
    fleet.devices.revoke(idOf(near));
    expect((await signsIn(shown(near))).result).toBe("deny");
    expect(await may(near, "publish", uplinkTopic(idOf(near), "report"))).toBe(false);
  });

  test("answers for topics as the embedded broker does", async () => {
    expect(await may(near, "subscribe", commandTopic({ kind: "area", id: VILLAGE }))).toBe(true);
    expect(await may(near, "publish", uplinkTopic(idOf(near), "report"))).toBe(true);
    expect(await may(near, "publish", uplinkTopic(idOf(near), "presence"), true)).toBe(true);

    expect(await may(near, "publish", uplinkTopic(idOf(near), "report"), true)).toBe(false);
    expect(await may(near, "publish", uplinkTopic(idOf(far), "report"))).toBe(false);
    expect(await may(near, "publish", commandTopic({ kind: "area", id: VILLAGE }))).toBe(false);
    expect(await may(near, "subscribe", commandTopic({ kind: "area", id: OTHER_TOWN }))).toBe(false);
    for (const wildcard of ["#", "ccx/v1/#", "ccx/v1/device/+/command", "$share/g/ccx/v1/#"])
      expect(await may(near, "subscribe", wildcard)).toBe(false);
    expect(await may(near, "all", uplinkTopic(idOf(near), "report"))).toBe(false);
  });

  test("holds the server to its prefix", async () => {
    const asServer = async (action: string, topic: string) =>
      (await asks("/mqtt/acl", { username: SERVER.username, clientid: SERVER.username, action, topic }))
        .result;
    expect(await asServer("publish", commandTopic({ kind: "area", id: VILLAGE }))).toBe("allow");
    expect(await asServer("subscribe", "ccx/v1/device/+/report")).toBe("allow");
    expect(await asServer("subscribe", "$SYS/#")).toBe("deny");
    expect(await asServer("publish", "another/product")).toBe("deny");
  });
});

describe.each(["json", "form"])("mosquitto-go-auth with %s parameters, which looks at the status", (mode) => {
  const asks = async (path: string, body: Fields) => {
    const fields = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
    const answer = mode === "json" ? await json(path, body) : await form(path, fields);
    return { status: answer.status, ...((await answer.json()) as { ok: boolean; error: string }) };
  };
  const acl = async (topic: string, acc: number, member = near) =>
    (await asks("/mqtt/acl", { username: idOf(member), clientid: idOf(member), topic, acc })).status === 200;

  test("lets in who has the right password, denies anybody else", async () => {
    expect(await asks("/mqtt/auth", shown(near))).toMatchObject({ status: 200, ok: true, error: "" });
    expect(await asks("/mqtt/auth", shown(near, { password: "wrong" }))).toMatchObject({
      status: 403,
      ok: false,
    });
    expect(await asks("/mqtt/auth", shown(near, { clientid: idOf(far) }))).toMatchObject({ status: 403 });
  });

  test("has no superuser, not even the server", async () => {
    for (const username of [idOf(near), SERVER.username, ""])
      expect(await asks("/mqtt/superuser", { username })).toMatchObject({ status: 403, ok: false });
  });

  test("reads (1), writes (2), both (3) and subscribes (4) within the ACL, and nothing else", async () => {
    const heard = alertTopic(VILLAGE);
    const said = uplinkTopic(idOf(near), "state");
    expect(await Promise.all([1, 2, 3, 4].map((acc) => acl(heard, acc)))).toEqual([true, false, false, true]);
    expect(await Promise.all([1, 2, 3, 4].map((acc) => acl(said, acc)))).toEqual([false, true, false, false]);
    expect(await Promise.all([0, 5, 7, -1].map((acc) => acl(heard, acc)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(await acl(said, 2, far)).toBe(false);
    expect(await acl("#", 4)).toBe(false);
  });
});

describe("RabbitMQ, in words", () => {
  const asks = async (what: string, body: Record<string, string>) => {
    const answer = await form(`/mqtt/rabbitmq/${what}`, body);
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const account = () => ({ username: idOf(near), vhost: "/" });
  const queue = (member: Member) => ({
    resource: "queue",
    name: `mqtt-subscription-${idOf(member)}qos1`,
    permission: "configure",
  });

  test("lets in without tags, to one virtual host, the own queue and the one exchange", async () => {
    const credentials = { username: idOf(near), password: near.password, client_id: idOf(near) };
    expect(await asks("user", credentials)).toBe("allow");
    expect(await asks("user", { ...credentials, client_id: idOf(far) })).toBe("deny");
    expect(await asks("user", { ...credentials, password: "" })).toBe("deny");
    expect(await asks("vhost", account())).toBe("allow");
    expect(await asks("vhost", { ...account(), vhost: "other" })).toBe("deny");
    expect(await asks("vhost", { username: "nobody", vhost: "/" })).toBe("deny");
    expect(await asks("resource", { ...account(), ...queue(near) })).toBe("allow");
    expect(await asks("resource", { ...account(), ...queue(far) })).toBe("deny");
    const exchange = { ...account(), resource: "exchange", name: "amq.topic" };
    expect(await asks("resource", { ...exchange, permission: "write" })).toBe("allow");
    expect(await asks("resource", { ...exchange, permission: "configure" })).toBe("deny");
    expect(await asks("resource", { ...exchange, name: "amq.direct", permission: "write" })).toBe("deny");
  });

  test("reads routing keys as topics", async () => {
    const topic = (permission: string, routing_key: string) =>
      asks("topic", { ...account(), resource: "topic", name: "amq.topic", permission, routing_key });
    expect(await topic("read", `ccx.v1.area.${VILLAGE}.command`)).toBe("allow");
    expect(await topic("read", "ccx.v1.device.*.command")).toBe("deny");
    expect(await topic("read", "#")).toBe("deny");
    expect(await topic("write", `ccx.v1.device.${idOf(near)}.report`)).toBe("allow");
    expect(await topic("write", `ccx.v1.device.${idOf(far)}.report`)).toBe("deny");
  });
});

describe("who may ask", () => {
  test.each([
    ["no secret", {}],
    ["a wrong secret", { authorization: "Bearer 0123456789abcdef0123456789abcdeg" }],
    ["the secret as another scheme", { authorization: `Basic ${SECRET}` }],
  ])("nobody with %s", async (_name, headers) => {
    for (const path of ["/mqtt/auth", "/mqtt/acl", "/mqtt/superuser", "/mqtt/rabbitmq/user"])
      expect((await json(path, shown(near), headers)).status).toBe(401);
  });

  test("nobody from an address that is not listed, even with the secret", async () => {
    await app.close();
    await open(["10.0.0.0/8", "::1"]);
    for (const path of ["/mqtt/auth", "/mqtt/rabbitmq/user"])
      expect((await json(path, shown(near))).status).toBe(403);
  });

  test("a server without a password of its own is nobody's account", async () => {
    await app.close();
    await open(["127.0.0.1"], { username: "ccx-server", password: "" });
    const answer = await json("/mqtt/auth", { username: "ccx-server", clientid: "ccx-server", password: "" });
    expect(answer.status).toBe(403);
  });

  test("neither the secret nor a password gets into the log", async () => {
    await form("/mqtt/auth", { username: idOf(near), clientid: idOf(near), password: "guessed-password" });
    expect(log.text()).toContain("connection refused");
    expect(log.text()).not.toContain(SECRET);
    expect(log.text()).not.toContain("guessed-password");
  });
});
