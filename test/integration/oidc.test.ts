import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWTPayload } from "jose";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { buildApp } from "../../src/app.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf } from "../support/audit.ts";
import { importRegions } from "../support/county.ts";
import { createTestClock, TOWN } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { type Browser, openBrowser } from "../support/oidc-browser.ts";
import { everywhere, newPerson, ofArea, PASSWORD } from "../support/people.ts";
import { giveSecondFactor } from "../support/second-factor.ts";
import {
  type Account,
  CLIENT_ID,
  CLIENT_SECRET,
  GROUPS_CLAIM,
  type SignInProvider,
  startProvider,
} from "../support/sign-in-provider.ts";

const MAPPING = [
  { value: "media", role: "editor" },
  { value: "air", role: "scheduler" },
  { value: "daotian", role: "town-admin", area: TOWN },
  { value: "it", role: "administrator" },
];

const clock = createTestClock(Date.now());
let folder: string;
let app: RunningApp;
let provider: SignInProvider;
let redirectUri: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-oidc-"));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  redirectUri = `${publicUrl}/signed-in`;
  provider = await startProvider(redirectUri);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  app = await runApp({
    clock,
    port,
    env: {
      PUBLIC_URL: publicUrl,
      SECOND_FACTOR: "required",
      TRUSTED_PROXIES: "127.0.0.1",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_GROUPS_CLAIM: GROUPS_CLAIM,
      OIDC_CLIENT_SECRET_FILE: file("secret", `${CLIENT_SECRET}\n`),
      OIDC_ROLES_FILE: file("roles.json", JSON.stringify(MAPPING)),
      OIDC_SECOND_FACTOR: "mfa, otp",
      OIDC_LABEL: "县政务统一认证",
    },
  });
  await giveSecondFactor(app, clock);
  await importRegions(app.operator);
});
afterAll(async () => {
  await app.close();
  await provider.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  provider.desk.spoil = null;
});

/** Somebody at the provider, who sits down there. */
function sits(subject: string, account: Account): Browser {
  provider.accounts.set(subject, account);
  provider.desk.who = subject;
  return openBrowser(app.url, redirectUri);
}
/** From the button to the answer of the provider. */
async function cameBack(browser: Browser): Promise<string> {
  const { body } = await browser.begin();
  return browser.visit(String(body["url"]));
}
const signInThere = async (browser: Browser) => browser.finish(await cameBack(browser));
const said = (detail: RegExp) => ({ detail: expect.stringMatching(detail), hint: expect.any(String) });
const newest = async () => (await auditOf(app.operator))[0];
const personCalled = async (name: string) => {
  const { items } = await app.operator.get<{ items: { id: string; name: string; state: string }[] }>(
    "/people",
  );
  return items.find((person) => person.name === name);
};

test("the sign-in page is told that there is a provider, and that it is well", async () => {
  const browser = openBrowser(app.url, redirectUri);
  expect((await browser.call("GET", "/sign-in")).body).toEqual({
    password: true,
    oidc: { label: "县政务统一认证", problem: null },
  });
});

describe("somebody new with a group that has a role", () => {
  test("becomes a person here, with a sign-in like any other", async () => {
    const browser = sits("s-new", { preferred_username: "bianji", groups: ["media", "daotian", "choir"] });
    const { status, body } = await signInThere(browser);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        user: { name: "bianji", roles: [...everywhere("editor"), ...ofArea(TOWN)] },
        password: false,
        secondFactor: { proven: false, setUp: false, wanted: true },
      },
    });
    const signIns = await browser.call("GET", "/me/sign-ins");
    expect(signIns.body["items"]).toMatchObject([{ current: true, agent: "a test", secondFactor: false }]);
    expect(await personCalled("bianji")).toMatchObject({
      state: "active",
      secondFactor: false,
      identity: { issuer: `${provider.issuer}/`, subject: "s-new" },
    });
    const entry = await newest();
    expect(entry).toMatchObject({
      act: "POST /api/v1/sign-in/oidc",
      actor: { kind: "person", name: "bianji" },
      outcome: "done",
    });
    expect(JSON.stringify(await auditOf(app.operator))).toContain("s-new");
    expect((await browser.call("DELETE", "/sign-in")).status).toBe(204);
    expect((await browser.call("GET", "/me")).status).toBe(401);
  });

  test("is called by what can be seen of the name, and no longer than names are", async () => {
    const named = async (subject: string, preferred_username: string) => {
      const { body } = await signInThere(sits(subject, { preferred_username, groups: ["media"] }));
      return (body["user"] as { name: string }).name;
    };
    expect(await named("s-bidi", " ｚｈａｎｇ\u202E \t三\u200B\u0007 ")).toBe("zhang 三");
    expect(await named("s-long", "长".repeat(300))).toBe("长".repeat(100));
    expect(await named("s-blank", "\u202E\u0000")).toBe("s-blank");
  });

  test("is the same person the next time, whatever they are called by then, with the roles of now", async () => {
    const browser = sits("s-moves", { preferred_username: "diaodong", groups: ["media"] });
    await signInThere(browser);
    const before = await personCalled("diaodong");
    await app.operator.put(`/people/${before?.id}/roles`, { roles: everywhere("editor", "reviewer-1") });
    provider.accounts.set("s-moves", { preferred_username: "renamed", groups: ["air"] });
    const { body } = await signInThere(browser);
    expect(body["user"]).toEqual({
      id: before?.id,
      name: "diaodong",
      roles: everywhere("reviewer-1", "scheduler"),
    });
    const changes = (await auditOf(app.operator)).flatMap((entry) => entry.changes);
    const renewal = changes.find(
      (change) => change.object === `users/${before?.id}` && change.in === "users",
    );
    expect(renewal).toMatchObject({
      before: { roles: everywhere("editor", "reviewer-1") },
      after: { roles: everywhere("reviewer-1", "scheduler") },
    });
  });

  test("is let in no more when the last role is gone, and what is open ends", async () => {
    const browser = sits("s-leaves", { preferred_username: "likai", groups: ["media"] });
    await signInThere(browser);
    provider.accounts.set("s-leaves", { preferred_username: "likai", groups: [] });
    const elsewhere = openBrowser(app.url, redirectUri);
    expect(await signInThere(elsewhere)).toMatchObject({
      status: 403,
      body: said(/knows you as "likai", but no role here/),
    });
    expect((await browser.call("GET", "/me")).status).toBe(401);
    expect(await personCalled("likai")).toMatchObject({ roles: [] });
  });

  test("stays out when an administrator disabled the account", async () => {
    const browser = sits("s-out", { preferred_username: "tingyong", groups: ["media"] });
    await signInThere(browser);
    const { id } = (await personCalled("tingyong")) ?? {};
    await app.operator.post(`/people/${id}/disable`);
    expect((await browser.call("GET", "/me")).status).toBe(401);
    provider.accounts.set("s-out", { preferred_username: "tingyong", groups: ["media", "it"] });
    expect(await signInThere(browser)).toMatchObject({ status: 401, body: said(/disabled/) });
    expect(await personCalled("tingyong")).toMatchObject({ state: "disabled", roles: everywhere("editor") });
  });
});

test("who has no group with a role is told whom to ask, and is nobody here", async () => {
  const browser = sits("s-choir", { preferred_username: "hechang", groups: ["choir"] });
  expect(await signInThere(browser)).toMatchObject({
    status: 403,
    body: said(/no role here is for your groups/),
  });
  expect(await personCalled("hechang")).toBeUndefined();
  expect(await newest()).toMatchObject({
    actor: { kind: "stranger" },
    outcome: "refused",
    reason: expect.stringContaining("hechang"),
  });
});

describe("an account with a password", () => {
  test("is nobody's by its name; an administrator links it, and ends the link", async () => {
    const own = await newPerson(app, "mimazhang", everywhere("reviewer-2"));
    const person = await personCalled("mimazhang");
    const browser = sits("s-linked", { preferred_username: "MIMAZHANG", groups: ["it"] });
    expect(await signInThere(browser)).toMatchObject({
      status: 409,
      body: { hint: expect.stringContaining('"s-linked"') },
    });
    expect((await browser.call("GET", "/me")).status).toBe(401);

    const path = `/people/${person?.id}/identity`;
    await app.operator.put(path, { subject: "s-linked" });
    const again = app.operator.put(path, { subject: "s-other" });
    await expect(again).rejects.toMatchObject({ status: 409 });
    // By the administrator's word alone nobody is somebody else.
    expect(await signInThere(browser)).toMatchObject({ status: 403, body: said(/has not confirmed it yet/) });
    expect(await personCalled("mimazhang")).toMatchObject({
      roles: everywhere("reviewer-2"),
      identity: { subject: "s-linked", isConfirmed: false },
    });
    const confirm = (currentPassword: string) => own.post("/me/identity/confirm", { currentPassword });
    await expect(confirm("a guess")).rejects.toMatchObject({ status: 401 });
    expect(await confirm(PASSWORD)).toMatchObject({ subject: "s-linked", isConfirmed: true });
    expect(await newest()).toMatchObject({
      act: "POST /api/v1/me/identity/confirm",
      actor: { name: "mimazhang" },
      outcome: "done",
    });
    const { body } = await signInThere(browser);
    expect(body).toMatchObject({
      user: { id: person?.id, roles: everywhere("reviewer-2", "administrator") },
      password: true,
    });
    await app.operator.remove(path);
    expect((await browser.call("GET", "/me")).status).toBe(401);
    expect(await personCalled("mimazhang")).toMatchObject({
      identity: null,
      roles: everywhere("reviewer-2"),
    });
    await expect(app.operator.remove(path)).rejects.toMatchObject({ status: 404 });
  });

  test("of the last administrator is not given up for one whom a provider made", async () => {
    await signInThere(sits("s-it", { preferred_username: "jishu", groups: ["it"] }));
    const { id } = (await personCalled("admin")) ?? {};
    await expect(app.operator.post(`/people/${id}/disable`)).rejects.toMatchObject({ status: 409 });
  });
});

describe("the second factor", () => {
  const airs = { class: "drill" };

  test("counts when the provider tells of one", async () => {
    const browser = sits("s-mfa", { preferred_username: "paiqi", groups: ["air"], amr: ["pwd", "otp"] });
    expect((await signInThere(browser)).body["secondFactor"]).toMatchObject({ proven: true, wanted: false });
    expect((await browser.call("POST", "/emergencies", airs)).status).toBe(422);
  });

  test("is asked for by the own app where the provider tells of none", async () => {
    const browser = sits("s-pwd", { preferred_username: "diaodu", groups: ["air"], amr: ["pwd"] });
    expect((await signInThere(browser)).body["secondFactor"]).toMatchObject({ proven: false, wanted: true });
    expect((await browser.call("POST", "/emergencies", airs)).status).toBe(403);
    expect(await browser.call("POST", "/me/second-factor/use", { code: "123456" })).toMatchObject({
      status: 409,
      body: said(/no second factor/),
    });

    // Without a password it takes a sign-in of the last minutes.
    clock.advance(11 * MINUTE_MS);
    expect(await browser.call("POST", "/me/second-factor", {})).toMatchObject({
      status: 401,
      body: said(/last ten minutes/),
    });
    await signInThere(browser);
    const { body } = await browser.call("POST", "/me/second-factor", {});
    const totp = new TOTP({ secret: String(body["secret"]) });
    const code = () => totp.generate({ timestamp: clock.now() });
    expect((await browser.call("POST", "/me/second-factor/confirm", { code: code() })).status).toBe(200);
    expect((await browser.call("POST", "/emergencies", airs)).status).toBe(422);

    const { body: me } = await signInThere(browser);
    expect(me["secondFactor"]).toMatchObject({ setUp: true, proven: false, wanted: true });
    // Until the code was given it is nobody's sign-in.
    const owed = { status: 403, body: { ...said(/lacks the code/), secondFactor: "needed" } };
    const token = { label: "script", scopes: ["timetable:read"], expiresInDays: 1 };
    expect(await browser.call("GET", "/broadcasts")).toMatchObject(owed);
    expect(await browser.call("POST", "/me/tokens", token)).toMatchObject(owed);
    expect(await browser.call("POST", "/stop")).toMatchObject(owed);
    expect(await browser.call("GET", "/me")).toMatchObject({ status: 200 });
    expect((await browser.call("POST", "/me/second-factor/use", { code: "000000" })).status).toBe(401);
    clock.advance(30 * SECOND_MS);
    expect((await browser.call("POST", "/me/second-factor/use", { code: code() })).status).toBe(204);
    expect((await browser.call("POST", "/emergencies", airs)).status).toBe(422);
    expect((await browser.call("GET", "/broadcasts")).status).toBe(200);
    expect(
      (await browser.call("PUT", "/me/password", { currentPassword: "x", newPassword: "y" })).body,
    ).toMatchObject(said(/no password here/));
  });
});

describe("what is not right is refused in words, and in the audit", () => {
  const genuine: Account = { preferred_username: "zhenren", groups: ["media"] };
  const refusal = async (browser: Browser, answer: string) => {
    const { status, body } = await browser.finish(answer);
    const me = await browser.call("GET", "/me");
    const entries = await auditOf(app.operator);
    const entry = entries.find(({ act }) => act === "POST /api/v1/sign-in/oidc");
    return { status, body, statusOfMe: me.status, entry };
  };
  const inWords = (words: RegExp) => ({
    status: 401,
    body: said(words),
    statusOfMe: 401,
    entry: {
      actor: { kind: "stranger" },
      outcome: "refused",
      status: 401,
      reason: expect.stringMatching(words),
    },
  });
  const changed = (answer: string, name: string, value: string | null): string => {
    const query = new URLSearchParams(answer);
    if (value === null) query.delete(name);
    else query.set(name, value);
    return query.toString();
  };

  test("a sign-in that is called off at the provider", async () => {
    const browser = sits("s-1", genuine);
    provider.desk.who = null;
    expect(await refusal(browser, await cameBack(browser))).toMatchObject(inWords(/refused, or called off/));
  });

  test("another error of the provider, without its words", async () => {
    const browser = sits("s-1", genuine);
    const state = new URLSearchParams(await cameBack(browser)).get("state") ?? "";
    const answer = new URLSearchParams({
      state,
      iss: provider.issuer,
      error: "server_error",
      error_description: "Call 0900 now",
    });
    const { body } = await browser.finish(answer.toString());
    expect(body).toMatchObject(said(/answers "server_error"/));
    expect(JSON.stringify(body)).not.toContain("0900");
  });

  test("a code that was used already", async () => {
    const browser = sits("s-1", genuine);
    const { body } = await browser.begin();
    const own = new Map(browser.jar.get(app.url));
    const answer = await browser.visit(String(body["url"]));
    expect((await browser.finish(answer)).status).toBe(200);
    // The cookie that goes with it is gone; even whoever kept it gains nothing.
    const stranger = openBrowser(app.url, redirectUri);
    expect(await refusal(stranger, answer)).toMatchObject(inWords(/not begun in this browser/));
    stranger.jar.set(app.url, own);
    expect(await refusal(stranger, answer)).toMatchObject(inWords(/used already, or took too long/));
  });

  test("a state that was made up, or is another browser's", async () => {
    const browser = sits("s-1", genuine);
    const answer = await cameBack(browser);
    expect(await refusal(browser, changed(answer, "state", "made-up"))).toMatchObject(
      inWords(/not begun in this browser/),
    );
    const victim = openBrowser(app.url, redirectUri);
    await victim.begin();
    expect(await refusal(victim, answer)).toMatchObject(inWords(/not begun in this browser/));
  });

  test("a sign-in that took longer than ten minutes", async () => {
    const browser = sits("s-1", genuine);
    const answer = await cameBack(browser);
    clock.advance(11 * MINUTE_MS);
    expect(await refusal(browser, answer)).toMatchObject(inWords(/more than ten minutes ago/));
  });

  test("a cookie that somebody else wrote", async () => {
    const browser = sits("s-1", genuine);
    const answer = await cameBack(browser);
    const own = browser.jar.get(app.url);
    const [header = "", payload = ""] = own?.get("ccx_sign_in_flow")?.split(".") ?? [];
    own?.set("ccx_sign_in_flow", `${header}.${payload}.${"A".repeat(43)}`);
    expect(await refusal(browser, answer)).toMatchObject(inWords(/not begun in this browser/));
  });

  test.each<[string, (answer: string) => string]>([
    ["names another issuer", (answer) => changed(answer, "iss", "https://evil.example")],
    ["does not name its issuer", (answer) => changed(answer, "iss", null)],
    ["has two codes", (answer) => `${answer}&code=another`],
  ])("an answer that %s (RFC 9207)", async (_what, change) => {
    const browser = sits("s-1", genuine);
    expect(await refusal(browser, change(await cameBack(browser)))).toMatchObject(
      inWords(/cannot be trusted/),
    );
  });

  const unsigned = (claims: JWTPayload): string =>
    [{ alg: "none" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .concat("")
      .join(".");
  const HOUR_S = 3600;
  test.each<[string, (claims: JWTPayload) => string | Promise<string>, RegExp]>([
    ["another nonce", (claims) => provider.sign({ ...claims, nonce: "of another" }), /for another sign-in/],
    ["another audience", (claims) => provider.sign({ ...claims, aud: "a-shop" }), /for another sign-in, or/],
    ["another issuer", (claims) => provider.sign({ ...claims, iss: "https://evil.example" }), /for another/],
    ["no signature (alg none)", unsigned, /cannot be trusted/],
    [
      "somebody else's signature",
      async (claims) =>
        (await provider.sign({ ...claims, sub: "s-it" })).replace(/\.[^.]+\./, `.${payloadOf(claims)}.`),
      /cannot be trusted/,
    ],
    [
      "an end that has passed",
      (claims) => provider.sign({ ...claims, iat: 1_700_000_000, exp: 1_700_000_000 + HOUR_S }),
      /clock and this server's differ/,
    ],
    [
      "a sign-in there of an hour ago",
      (claims) => provider.sign({ ...claims, auth_time: Number(claims.iat) - HOUR_S }),
      /at the provider too long ago/,
    ],
    [
      "no word of when they signed in there",
      ({ auth_time: _, ...claims }) => provider.sign(claims),
      /cannot be trusted/,
    ],
    [
      "a clock that is an hour ahead",
      (claims) => provider.sign({ ...claims, nbf: Number(claims.iat) + HOUR_S }),
      /clock and this server's differ/,
    ],
  ])("an ID token with %s", async (_what, spoil, words) => {
    const browser = sits("s-1", genuine);
    provider.desk.spoil = async (claims) => spoil(claims);
    expect(await refusal(browser, await cameBack(browser))).toMatchObject(inWords(words));
  });
  const payloadOf = (claims: JWTPayload): string =>
    Buffer.from(JSON.stringify({ ...claims, sub: "s-1" })).toString("base64url");
});

test("a provider that is gone in the middle, or from the start, is said; and it is found when it is back", async () => {
  const browser = sits("s-1", { preferred_username: "zhenren", groups: ["media"] });
  const answer = await cameBack(browser);
  await provider.close();
  expect(await browser.finish(answer)).toMatchObject({ status: 503, body: said(/cannot be reached/) });
  expect(await newest()).toMatchObject({ act: "POST /api/v1/sign-in/oidc", outcome: "failed" });

  // Somebody else starts while it is away.
  const other = await runApp({
    clock,
    env: {
      PUBLIC_URL: "http://127.0.0.1:1",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
      OIDC_ROLES_FILE: join(folder, "roles.json"),
    },
  });
  const problem = async () => {
    const ways = await other.operator.get<{ oidc: { problem: string | null } }>("/sign-in");
    return ways.oidc.problem;
  };
  await until(async () => (await problem())?.includes("cannot be reached") ?? false);
  expect(await openBrowser(other.url, redirectUri).begin()).toMatchObject({ status: 503 });
  provider = await startProvider(redirectUri, provider.port);
  clock.advance(11 * SECOND_MS);
  await until(async () => (await problem()) === null);
  expect((await openBrowser(other.url, redirectUri).begin()).status).toBe(200);

  // What it was, is read again after an hour; and when that fails, again by itself.
  await provider.close();
  clock.advance(61 * MINUTE_MS);
  expect(await openBrowser(other.url, redirectUri).begin()).toMatchObject({ status: 503 });
  expect(await problem()).toMatch(/cannot be reached/);
  provider = await startProvider(redirectUri, provider.port);
  clock.advance(11 * SECOND_MS);
  await until(async () => (await problem()) === null);
  await other.close();
});

test("a secret that is not right is the administrator's to mend, and said so", async () => {
  const other = await runApp({
    clock,
    env: {
      PUBLIC_URL: redirectUri.replace("/signed-in", ""),
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: "another",
      OIDC_ROLES_FILE: join(folder, "roles.json"),
    },
  });
  provider.accounts.set("s-1", { groups: ["media"] });
  provider.desk.who = "s-1";
  const browser = openBrowser(other.url, redirectUri);
  expect(await signInThere(browser)).toMatchObject({ status: 503, body: said(/answers "invalid_client"/) });
  await other.close();
});

test("the secret, the codes and the tokens are nowhere in the log, and the browser's cookies are its own", async () => {
  const browser = sits("s-1", { preferred_username: "zhenren", groups: ["media"] });
  const answer = await cameBack(browser);
  provider.desk.spoil = (claims) => provider.sign({ ...claims, aud: "a-shop" });
  await browser.finish(answer);
  const log = app.log.text();
  expect(log).toContain("for another sign-in");
  expect(log).not.toContain(CLIENT_SECRET);
  expect(log).not.toContain(new URLSearchParams(answer).get("code"));
  expect(log).not.toMatch(/eyJ[\w-]+\.eyJ/);
  // Who was refused, by name, stands in the audit log alone.
  expect(log).toContain("The provider knows you as");
  expect(log).not.toMatch(/hechang|mimazhang|zhenren/i);
  const begun = await fetch(`${app.url}/api/v1/sign-in/oidc/begin`, { method: "POST" });
  expect(begun.headers.getSetCookie().join()).toMatch(
    /^ccx_sign_in_flow=[^;]+; Max-Age=600; Path=\/api\/v1\/sign-in\/oidc; HttpOnly; SameSite=Strict$/,
  );
});

test("with passwords switched off nobody signs in with one, and the sign-in page does not ask for it", async () => {
  const config = readConfig({
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: join(folder, "data"),
    MEDIA_DIR: join(folder, "media"),
    PASSWORD_SIGN_IN: "off",
    PUBLIC_URL: "http://127.0.0.1:1",
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_ROLES_FILE: join(folder, "roles.json"),
  });
  const { app: server, firstAdministrator } = await buildApp({ config, log: createMemoryLog().log, clock });
  const ways = await server.inject("/api/v1/sign-in");
  expect(ways.json()).toMatchObject({ password: false, oidc: { label: null } });
  const { name, password } = firstAdministrator ?? {};
  const answer = await server.inject({
    method: "POST",
    url: "/api/v1/sign-in",
    payload: { name, password },
  });
  expect(answer.statusCode).toBe(403);
  expect(answer.json()).toMatchObject(said(/Nobody signs in with a password/));
  await server.close();
});
