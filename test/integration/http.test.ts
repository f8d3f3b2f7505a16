import { renameSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { makeTone, programmeId } from "../support/county.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await runApp();
});
afterAll(() => app.close());

const json = { "content-type": "application/json" };

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { security?: object[]; responses: object }>>;
}
const openApi = async (): Promise<OpenApi> =>
  (await (await fetch(`${app.url}/api/docs/json`)).json()) as OpenApi;

async function newSignIn(): Promise<{ cookie: string; csrfToken: string }> {
  const answer = await fetch(`${app.url}/api/v1/sign-in`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ name: "admin", password: app.password }),
  });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  return { cookie: cookie.join("; "), csrfToken };
}

describe("who may come in", () => {
  test("every operation of the API that is not public asks for a sign-in, and says so as a problem document", async () => {
    const { paths } = await openApi();
    const operations = Object.entries(paths)
      .filter(([path]) => path.startsWith("/api/v1/"))
      .flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([, { security = [] }]) => security.length > 0)
          .map(([method]) => ({ path, method })),
      );
    expect(operations.length).toBeGreaterThan(100);
    for (const { path, method } of operations) {
      const url = app.url + path.replace(/\{[^}]+\}/g, "01a208ab-4f54-7701-b61f-65b7cb025a6e");
      const answer = await fetch(url, { method: method.toUpperCase() });
      expect([path, method, answer.status]).toEqual([path, method, 401]);
      expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    }
  });

  test("every operation of the devices asks for their token", async () => {
    for (const path of ["/device/v1/playlist", "/device/v1/time?t1=0", `/media/${"0".repeat(64)}`]) {
      expect((await fetch(app.url + path)).status).toBe(401);
      const wrong = { authorization: "Bearer wrong" };
      expect((await fetch(app.url + path, { headers: wrong })).status).toBe(401);
    }
    expect((await fetch(`${app.url}/.well-known/jwks.json`)).status).toBe(200);
  });

  test("of a poll only warnings and errors are logged", async () => {
    const logged = async (path: string) => {
      const { instance } = (await (await fetch(app.url + path)).json()) as { instance: string };
      return app.log.entries.filter(({ reqId }) => reqId === instance).map(({ msg, code }) => code ?? msg);
    };
    expect(await logged("/api/v1/me")).toEqual(expect.arrayContaining(["incoming request", "unauthorized"]));
    // Once in a while: it may have been said before.
    const refusals = () => app.log.entries.filter(({ msg }) => msg === "device refused");
    const polled = await logged("/device/v1/playlist");
    expect(polled.filter((line) => line !== "device refused")).toEqual([]);
    expect(refusals().filter(({ sentToken }) => sentToken === false)).toHaveLength(1);
  });

  test("a change without the CSRF token, or with another sign-in's, is refused", async () => {
    const [mine, other] = [await newSignIn(), await newSignIn()];
    const change = (headers: Record<string, string>) =>
      fetch(`${app.url}/api/v1/stop`, { method: "POST", headers: { cookie: mine.cookie, ...headers } });
    expect((await change({})).status).toBe(403);
    expect((await change({ "x-csrf-token": other.csrfToken })).status).toBe(403);
    expect((await change({ "x-csrf-token": mine.csrfToken })).status).toBe(200);
  });

  test("signing out ends the sign-in; changing the password ends the others", async () => {
    const [first, second] = [await newSignIn(), await newSignIn()];
    const me = async ({ cookie }: { cookie: string }) =>
      (await fetch(`${app.url}/api/v1/me`, { headers: { cookie } })).status;
    const headers = { cookie: first.cookie, "x-csrf-token": first.csrfToken };
    const short = { currentPassword: app.password, newPassword: "short" };
    const refused = await fetch(`${app.url}/api/v1/me/password`, {
      method: "PUT",
      headers: { ...headers, ...json },
      body: JSON.stringify(short),
    });
    expect(refused.status).toBe(422);
    const next = { currentPassword: app.password, newPassword: "seven villages ring" };
    const changed = await fetch(`${app.url}/api/v1/me/password`, {
      method: "PUT",
      headers: { ...headers, ...json },
      body: JSON.stringify(next),
    });
    expect(changed.status).toBe(204);
    app.password = next.newPassword;
    expect([await me(first), await me(second)]).toEqual([200, 401]);
    expect((await fetch(`${app.url}/api/v1/sign-in`, { method: "DELETE", headers })).status).toBe(204);
    expect(await me(first)).toBe(401);
    app.operator = await signIn(app.url, "admin", app.password);
  });

  test("a wrong password and an unknown name get the same answer, and not for ever", async () => {
    const limited = await runApp();
    const attempt = async (name: string) => {
      const body = JSON.stringify({ name, password: "wrong" });
      const answer = await fetch(`${limited.url}/api/v1/sign-in`, { method: "POST", headers: json, body });
      const { instance: _, ...problem } = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, problem };
    };
    try {
      const first = await attempt("admin");
      expect(first.status).toBe(401);
      expect(await attempt("nobody")).toEqual(first);
      const statuses: number[] = [];
      for (let count = 0; count < 10; count += 1) statuses.push((await attempt("admin")).status);
      expect(statuses.at(-1)).toBe(429);
    } finally {
      await limited.close();
    }
  });
});

test("enrolments are limited by address, whatever token they carry", async () => {
  const limited = await runApp({ env: { ENROLMENTS_PER_MINUTE: "3" } });
  try {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const body = JSON.stringify({
        code: "K7QX",
        hardwareId: "h",
        kind: "loudspeaker",
        model: "m",
        software: "s",
      });
      const headers = { ...json, authorization: `Bearer made-up-${attempt}` };
      statuses.push(
        (await fetch(`${limited.url}/device/v1/enroll`, { method: "POST", headers, body })).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  } finally {
    await limited.close();
  }
});

describe("what the API says", () => {
  test("OpenAPI 3.1, with a summary and the problem document at every operation", async () => {
    const { openapi, paths } = await openApi();
    expect(openapi).toBe("3.1.0");
    for (const methods of Object.values(paths)) {
      for (const operation of Object.values(methods)) {
        expect(operation).toMatchObject({
          summary: expect.any(String),
          responses: { default: expect.any(Object) },
        });
      }
    }
    expect((await fetch(`${app.url}/api/docs`)).status).toBe(200);
  });

  test("a body that does not fit names every field, and an unknown field is not ignored", async () => {
    const error = await app.operator
      .post("/schedules", { zone: "Mars/Base", extra: 1 })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 422, problem: { errors: expect.any(Array) } });
    expect(String(error)).toContain("must not have additional properties: extra");
    expect(String(error)).toContain("must have required properties");
  });

  test("an unknown id and an unknown path are 404, and say what was looked for", async () => {
    const id = "01a208ab-4f54-7701-b61f-65b7cb025a6e";
    await expect(app.operator.get(`/episodes/${id}`)).rejects.toThrow(`There is no episode with id "${id}"`);
    await expect(app.operator.get("/nothing")).rejects.toMatchObject({ status: 404 });
  });

  test("health and readiness", async () => {
    expect(await (await fetch(`${app.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({
      status: "ready",
      checks: { broker: "ok", media: "ok" },
      notices: {},
    });

    // The store's disk goes away with all that is on it, and comes back.
    const store = join(app.folder, "media");
    renameSync(store, `${store}.away`);
    try {
      const answer = await fetch(`${app.url}/readyz`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        // To whoever asks: without the server's paths.
        checks: { media: 'The media folder has no marker file ".library".' },
      });
      expect(await app.operator.get("/media-library")).toMatchObject({ state: "full", freeBytes: null });
    } finally {
      renameSync(`${store}.away`, store);
    }
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  });

  test("what is told to who is signed in stays in no cache", async () => {
    const headers = app.operator.credentials;
    for (const path of ["/me", "/people", "/devices"]) {
      const answer = await fetch(`${app.url}/api/v1${path}`, { headers });
      expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([path, 200, "no-store"]);
    }
  });

  test("headers that a browser should get", async () => {
    const { headers } = await fetch(app.url);
    expect(headers.get("content-security-policy")).toContain("script-src 'self'");
    // What the microphone recorded is heard before it is sent; nobody but the page itself gets the microphone.
    expect(headers.get("content-security-policy")).toContain("media-src 'self' blob:");
    expect(headers.get("permissions-policy")).toMatch(/^microphone=\(self\), camera=\(\), /);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
  });

  test("what is not there is answered with them; to devices goes what a device minds", async () => {
    const missing = await fetch(`${app.url}/no/such/page`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get("content-security-policy")).toContain("script-src 'self'");
    const unreadable = await fetch(`${app.url}/%c0%ae`);
    expect(unreadable.status).toBe(422);
    expect(unreadable.headers.get("content-security-policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
    expect(unreadable.headers.get("x-content-type-options")).toBe("nosniff");
    const device = await fetch(`${app.url}/device/v1/playlist`);
    expect(device.status).toBe(401);
    expect(device.headers.get("x-content-type-options")).toBe("nosniff");
    expect(device.headers.get("content-type")).toContain("application/problem+json");
    expect(device.headers.has("content-security-policy")).toBe(false);
  });

  test("its cookies are for this site alone and no script's; behind https they, and the browser, keep to it", async () => {
    const flagsAt = async (url: string, password: string) => {
      const body = JSON.stringify({ name: "admin", password });
      const answer = await fetch(`${url}/api/v1/sign-in`, { method: "POST", headers: json, body });
      const flags = answer.headers.getSetCookie().map((line) => {
        const [pair = "", ...attributes] = line.split("; ");
        return [pair.split("=")[0], attributes.filter((text) => !text.startsWith("Max-Age")).toSorted()];
      });
      return {
        flags: Object.fromEntries(flags) as object,
        hsts: answer.headers.get("strict-transport-security"),
      };
    };
    const plain = ["HttpOnly", "Path=/", "SameSite=Strict"];
    expect(await flagsAt(app.url, app.password)).toEqual({
      flags: { ccx_sign_in: plain, ccx_csrf: plain },
      hsts: null,
    });
    const behindTls = await runApp({ env: { PUBLIC_URL: "https://ccx.example" } });
    const secure = [...plain, "Secure"];
    expect(await flagsAt(behindTls.url, behindTls.password)).toEqual({
      flags: { ccx_sign_in: secure, ccx_csrf: secure },
      hsts: expect.stringMatching(/^max-age=\d{7,}/),
    });
    await behindTls.close();
  });

  test("logs hold neither password, cookie nor token", async () => {
    const { cookie, csrfToken } = await newSignIn();
    await fetch(`${app.url}/api/v1/me`, { headers: { cookie, authorization: "Bearer secret-token" } });
    await fetch(`${app.url}/media/${"0".repeat(64)}?expires=1&signature=secret-signature`);
    const text = app.log.text();
    expect(text).toContain(`/media/${"0".repeat(64)}`);
    for (const secret of [
      app.password,
      cookie.split("=")[1]?.split(";")[0] ?? "",
      csrfToken,
      "secret-token",
      "secret-signature",
    ]) {
      expect(secret.length).toBeGreaterThan(5);
      expect(text).not.toContain(secret);
    }
  });
});

test("while the server ends, what still comes is refused with a problem document that says so", async () => {
  const answers: Response[] = [];
  const ending = await runApp({
    async whileClosing(url) {
      for (const path of ["/api/v1/me", "/device/v1/playlist", "/"]) answers.push(await fetch(url + path));
    },
  });
  await ending.close();
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.headers.get("connection")).toBe("close");
    expect(await answer.json()).toMatchObject({
      type: "urn:ccx:problem:unavailable",
      detail: "The server is being stopped or restarted.",
      hint: "Nothing was done. Send it again once the server is back.",
    });
  }
  expect(answers).toHaveLength(3);
});

describe("an upload over HTTP", () => {
  async function newSegment(number: number): Promise<string> {
    const { id } = await app.operator.post<{ id: string }>("/episodes", {
      programmeId: await programmeId(app.operator, "broadcast"),
      number,
      title: "t",
      segments: [{ name: "党建聚焦", title: "t" }],
    });
    return `/episodes/${id}/segments/1/recording`;
  }

  test("that is cut before its declared length is answered, and nothing is stored", async () => {
    const path = await newSegment(1);
    const { cookie, csrfToken } = await newSignIn();
    const { hostname, port } = new URL(app.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      socket.on("end", () => resolve(text)).on("error", reject);
      const head = [
        `PUT /api/v1${path} HTTP/1.1`,
        `Host: ${hostname}`,
        `Cookie: ${cookie}`,
        `X-CSRF-Token: ${csrfToken}`,
        "Content-Type: application/octet-stream",
        "Content-Length: 100000",
      ];
      socket.end(`${head.join("\r\n")}\r\n\r\nonly this much`);
    });
    expect(answer).toContain("HTTP/1.1 422");
    expect(answer).toContain("ended before its declared length");
    const episode = await app.operator.get<{ segments: { recording: unknown }[] }>(
      path.replace("/segments/1/recording", ""),
    );
    expect(episode.segments[0]?.recording).toBeNull();
  });

  test("for an episode or segment that is not there is refused", async () => {
    const path = await newSegment(2);
    const tone = makeTone(`${app.folder}/tone.wav`, 1);
    await expect(
      app.operator.upload(path.replace("/segments/1/", "/segments/2/"), tone),
    ).rejects.toMatchObject({ status: 404 });
  });
});
