import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";

const PATH = "/device/v1/playlist";
/** The same address in another spelling, which only the route knows. */
const BY_ROUTE = `${PATH}?`;

/** Headers of an answer's own instant and request. */
const OF_EACH = /^(?:date|content-length|x-ratelimit-.*)$/;

let app: RunningApp;
let id: string;
let token: string;
let etag: string;
beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  ({
    identity: { id },
    token,
  } = await enrolDevice(app.operator, app.url, VILLAGE));
  etag = (await ask(PATH, signed())).headers.get("etag") ?? "";
});
afterAll(() => app.close());

const signed = (more: Record<string, string> = {}) => ({
  authorization: `Bearer ${token}`,
  accept: "application/jose",
  ...more,
});
const held = (more: Record<string, string> = {}) => signed({ "if-none-match": etag, ...more });
const ask = (path: string, headers: Record<string, string>, method = "GET") =>
  fetch(app.url + path, { method, headers });

async function told(path: string, headers: Record<string, string>, method?: string) {
  const answer = await ask(path, headers, method);
  await answer.arrayBuffer();
  const said = [...answer.headers].filter(([name]) => !OF_EACH.test(name));
  return { status: answer.status, said };
}
/** How many requests the framework has met. */
async function met(): Promise<number> {
  const { instance } = (await (await ask(PATH, {})).json()) as { instance: string };
  return Number.parseInt(instance.split("-")[1] ?? "", 36);
}

describe("a device that holds its newest playlist", () => {
  test("is told so before the framework meets the request", async () => {
    const before = await met();
    for (let nth = 0; nth < 5; nth += 1) expect((await ask(PATH, held())).status).toBe(304);
    expect((await met()) - before).toBe(1);
    expect((await ask(BY_ROUTE, held())).status).toBe(304);
    expect((await met()) - before).toBe(3);
  });

  test.each<[string, () => Record<string, string>, number]>([
    ["with the newest", held, 304],
    ["one of several", () => held({ "if-none-match": `"other", ${etag}` }), 304],
    ["weakly, as a proxy says", () => held({ "if-none-match": `W/${etag}` }), 304],
    ["whatever there is", () => held({ "if-none-match": "*" }), 304],
    ["with an old one", () => held({ "if-none-match": '"old"' }), 200],
    ["of the other representation", () => held({ accept: "application/json" }), 200],
    ["in no representation", () => held({ accept: "text/html" }), 422],
    ["by a wrong token", () => held({ authorization: "Bearer wrong" }), 401],
    ["by no token", () => ({ "if-none-match": etag }), 401],
  ])("gets what the route answers: %s", async (_what, headers, status) => {
    const answer = await told(PATH, headers());
    expect(answer.status).toBe(status);
    expect(answer).toEqual(await told(BY_ROUTE, headers()));
  });

  test("gets nothing of it by another method", async () => {
    expect(await told(PATH, held(), "POST")).toMatchObject({ status: 404 });
    expect(await told(PATH, held(), "HEAD")).toEqual(await told(BY_ROUTE, held(), "HEAD"));
  });

  test("is out once it is revoked, and knows no playlist once there is a newer one", async () => {
    await app.operator.patch(`/devices/${id}/twin`, { volume: 40 }, "*");
    expect((await ask(PATH, held())).status).toBe(200);
    etag = (await ask(PATH, signed())).headers.get("etag") ?? "";
    expect((await ask(PATH, held())).status).toBe(304);
    await app.operator.post(`/devices/${id}/revoke`);
    expect((await ask(PATH, held())).status).toBe(401);
  });
});
