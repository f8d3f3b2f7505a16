import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";

const LIMIT = 20;
let app: RunningApp;
beforeEach(async () => {
  // What comes "from" elsewhere says so by X-Forwarded-For.
  app = await runApp({ env: { RATE_LIMIT_PER_MINUTE: String(LIMIT), TRUSTED_PROXIES: "127.0.0.1" } });
});
afterEach(() => app.close());

const answer = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(app.url + path, { method, headers });
const statusOf = async (path: string, headers?: Record<string, string>, method?: string) =>
  (await answer(path, headers, method)).status;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** As many as there are in a minute, and one more. */
async function useUp(path: string, headersOf: (nth: number) => Record<string, string>): Promise<number[]> {
  const statuses: number[] = [];
  for (let nth = 0; nth <= LIMIT; nth += 1) statuses.push(await statusOf(path, headersOf(nth)));
  return statuses;
}

test("credentials that are made up count for their address, wherever they are tried; who is known goes on from there", async () => {
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, app.url, VILLAGE);
  const from = { "x-forwarded-for": "192.0.2.1" };
  const file = `/media/${"0".repeat(64)}`;
  const paths = ["/device/v1/playlist", file, "/device/v1/time?t1=1", "/api/v1/me"];
  const statuses: number[] = [];
  for (let nth = 0; nth < LIMIT; nth += 1)
    statuses.push(await statusOf(paths[nth % paths.length] ?? "", { ...from, ...bearer(`made-up-${nth}`) }));
  expect(new Set(statuses)).toEqual(new Set([401]));
  for (const path of paths) expect(await statusOf(path, { ...from, ...bearer("another") })).toBe(429);
  const refused = await answer("/api/v1/me", from);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ detail: "Too many requests from this address." });
  expect(await statusOf("/device/v1/playlist", { ...from, ...bearer(device.token) })).toBe(200);
  expect(await statusOf("/api/v1/me", { ...from, ...app.operator.credentials })).toBe(200);
  expect(await statusOf("/api/v1/me", { "x-forwarded-for": "192.0.2.2" })).toBe(401);
});

test("a device uses up what it has itself, and is told how long to wait; its neighbour goes on", async () => {
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, app.url, VILLAGE);
  const neighbour = await enrolDevice(app.operator, app.url, VILLAGE);
  const path = "/device/v1/time?t1=1";
  const statuses = await useUp(path, () => bearer(device.token));
  expect(statuses).toEqual([...Array.from({ length: LIMIT }, () => 200), 429]);
  // Wherever it asks.
  const refused = await answer(`/media/${"0".repeat(64)}`, bearer(device.token));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  expect(await refused.json()).toMatchObject({
    detail: "Too many requests of this account, script or device.",
  });
  expect(await statusOf(path, bearer(neighbour.token))).toBe(200);
});

test("a device that only asks whether its playlist is the newest uses up the same", async () => {
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, app.url, VILLAGE);
  const path = "/device/v1/playlist";
  const first = await answer(path, bearer(device.token));
  const held = { ...bearer(device.token), "if-none-match": first.headers.get("etag") ?? "" };
  expect(await useUp(path, () => held)).toEqual([...Array.from({ length: LIMIT - 1 }, () => 304), 429, 429]);
});

test("an address counts however it is written", async () => {
  const address = (nth: number) => ({ "x-forwarded-for": "192.0.2.7", "x-nth": String(nth) });
  const { host, hostname, port } = new URL(app.url);
  /** As it stands, which `fetch` would tidy up. */
  const raw = (target: string) =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n`,
        ),
      );
      socket.once("data", (data) => resolve(Number(data.toString("latin1").split(" ")[1])));
      socket.once("error", reject);
    });
  expect(await raw("/%61pi/v1/me")).toBe(401);
  expect((await useUp("/api/v1/me", address)).at(-1)).toBe(429);
  for (const target of ["/%61pi/v1/me", "/api/v1/me#/stop", `${app.url}/api/v1/me`, "/no/such/page"])
    expect([target, await raw(target)]).toEqual([target, 429]);
  expect(await raw("/")).toBe(200);
});

test("strangers of one IPv6 network count together", async () => {
  const address = (nth: number) => ({ "x-forwarded-for": `2001:db8:0:7::${nth.toString(16)}` });
  expect((await useUp("/api/v1/me", address)).at(-1)).toBe(429);
  expect(await statusOf("/api/v1/me", { "x-forwarded-for": "2001:db8:0:8::1" })).toBe(401);
});

test("strangers count where who speaks live, or stops, does not", async () => {
  const from = { "x-forwarded-for": "192.0.2.9" };
  const part = "/api/v1/live/01a208ab-4f54-7701-b61f-65b7cb025a6e/chunks/1";
  for (let nth = 0; nth < LIMIT; nth += 1) expect(await statusOf(part, from, "PUT")).toBe(401);
  expect(await statusOf(part, from, "PUT")).toBe(429);
  expect(await statusOf("/api/v1/stop", from, "POST")).toBe(429);
  expect(await statusOf(part, { ...from, ...app.operator.credentials }, "PUT")).not.toBe(429);
});

test("a script uses up what it has itself, not what its office has; and whoever has used up all still stops", async () => {
  const { token } = await app.operator.postAnew<{ token: string }>("/me/tokens", {
    label: "display",
    scopes: ["timetable:read"],
    expiresInDays: 1,
  });
  expect((await useUp("/api/v1/schedules", () => bearer(token))).at(-1)).toBe(429);
  const { credentials } = app.operator;
  expect(await statusOf("/api/v1/schedules", credentials)).toBe(200);

  expect((await useUp("/api/v1/schedules", () => credentials)).at(-1)).toBe(429);
  const refused = await answer("/api/v1/schedules", credentials);
  expect(await refused.json()).toMatchObject({
    detail: "Too many requests of this account, script or device.",
  });
  expect(await app.operator.post("/stop")).toMatchObject({ recorded: true });
});
