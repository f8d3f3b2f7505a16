import { TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Operator, ProblemError, signIn } from "../../scripts/operator-client.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { openDatabase, openDatabaseReadOnly } from "../../src/db/open.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, makeTone, programmeId } from "../support/county.ts";
import { COUNTY, createTestClock, TOWN } from "../support/fleet.ts";
import {
  accept,
  asStranger,
  everywhere,
  type Invited,
  invite,
  newPerson,
  ofArea,
  PASSWORD,
  tokenIn,
} from "../support/people.ts";
import { type AdministratorsFactor, giveSecondFactor } from "../support/second-factor.ts";

const clock = createTestClock();
let app: RunningApp;
let factor: AdministratorsFactor;
beforeAll(async () => {
  // What comes "from" elsewhere says so by X-Forwarded-For.
  app = await runApp({ clock, env: { TRUSTED_PROXIES: "127.0.0.1", SECOND_FACTOR: "required" } });
  factor = await giveSecondFactor(app, clock);
  await importRegions(app.operator);
});
afterAll(() => app.close());
// Days pass in some of the tests.
beforeEach(async () => {
  app.operator = await factor.signIn();
});

interface Answer {
  status: number;
  retryAfter: string | null;
  problem: Record<string, unknown>;
}
let offices = 0;
/** An address that nobody has signed in from before. */
const newAddress = () => `192.0.2.${(offices += 1)}`;

async function attempt(
  name: string,
  password: string,
  { code, from = newAddress() }: { code?: string; from?: string } = {},
): Promise<Answer> {
  const answer = await fetch(`${app.url}/api/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": from },
    body: JSON.stringify({ name, password, ...(code === undefined ? {} : { code }) }),
  });
  const problem = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), problem };
}

const statusOf = async (work: Promise<unknown>): Promise<number> =>
  work.then(
    () => 200,
    (error: unknown) => (error instanceof ProblemError ? error.status : Promise.reject(error)),
  );
const isSignedIn = async (operator: Operator) => (await statusOf(operator.get("/me"))) === 200;
const refused = (status: number, detail: RegExp) => ({
  status,
  problem: { detail: expect.stringMatching(detail), hint: expect.any(String) },
});
const idOf = async (name: string): Promise<string> => {
  const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
  return items.find((person) => person.name === name)?.id ?? "";
};
const codeAt = (secret: string, now = clock.now()) => new TOTP({ secret }).generate({ timestamp: now });
/** Codes count once: the next one is of the next half minute. */
function nextCode(secret: string): string {
  clock.advance(30 * SECOND_MS);
  return codeAt(secret);
}
async function setUpSecondFactor(operator: Operator, password = PASSWORD) {
  const { secret, qrCode } = await operator.post<{ secret: string; qrCode: string }>("/me/second-factor", {
    currentPassword: password,
  });
  expect(qrCode).toMatch(/^data:image\/png;base64,/);
  const { recoveryCodes } = await operator.post<{ recoveryCodes: string[] }>("/me/second-factor/confirm", {
    code: codeAt(secret),
  });
  return { secret, recoveryCodes };
}

describe("an invitation", () => {
  test("lets somebody set the own password once, and sign in with the roles that were given", async () => {
    const { person, invitation } = await invite(app, "Zhang Ling", everywhere("editor"));
    expect(person).toMatchObject({ name: "Zhang Ling", state: "invited" });
    expect((await attempt("zhang ling", PASSWORD)).status).toBe(401);
    const token = tokenIn(invitation.url);
    expect(await asStranger(app.url, "/invitations/look", { token })).toEqual({
      name: "Zhang Ling",
      expiresAt: invitation.expiresAt,
    });
    await accept(app.url, token);
    await expect(accept(app.url, token)).rejects.toMatchObject(refused(404, /does not hold any more/));
    const operator = await signIn(app.url, "zhang ling", PASSWORD);
    expect(await operator.get("/me")).toMatchObject({
      user: { name: "Zhang Ling", roles: [{ role: "editor", area: null }] },
      acts: expect.arrayContaining(["content:edit"]),
    });
    expect(await app.operator.get(`/people/${person.id}`)).toMatchObject({
      state: "active",
      invitedUntil: null,
    });
  });

  test("is kept as a hash only, ends with a newer one and after three days", async () => {
    const { person, invitation } = await invite(app, "wanglei", everywhere("scheduler"));
    const again = await app.operator.post<Invited["invitation"]>(`/people/${person.id}/invitation`);
    await expect(accept(app.url, tokenIn(invitation.url))).rejects.toMatchObject({ status: 404 });
    const token = tokenIn(again.url);
    expect(token).toMatch(/^[\w-]{43}$/);
    const db = openDatabaseReadOnly(`${app.folder}/data/cuncunxiang.db`);
    expect(JSON.stringify(db.prepare("SELECT * FROM invitations").all())).not.toContain(token);
    db.close();
    expect(app.log.text()).not.toContain(token);
    clock.advance(3 * DAY_MS);
    await expect(accept(app.url, token)).rejects.toMatchObject({ status: 404 });
  });

  test("to somebody who has a password is a way out for who forgot it: sign-ins and lockout end with it", async () => {
    const operator = await newPerson(app, "forgetful", everywhere("editor"));
    for (let wrong = 0; wrong < 5; wrong += 1) await attempt("forgetful", "wrong");
    const invitation = await app.operator.post<Invited["invitation"]>(
      `/people/${await idOf("forgetful")}/invitation`,
    );
    expect(await isSignedIn(operator)).toBe(true);
    await accept(app.url, tokenIn(invitation.url), "another four words here");
    expect(await isSignedIn(operator)).toBe(false);
    expect((await attempt("forgetful", "another four words here")).status).toBe(200);
    expect((await attempt("forgetful", PASSWORD)).status).toBe(401);
  });

  test("is refused for a name that is taken, a role without its area, an area that is not known", async () => {
    await expect(invite(app, "ADMIN", [])).rejects.toMatchObject(refused(409, /called "ADMIN" already/));
    for (const name of ["admin\u200b", "\u202enimda", "ａｄｍｉｎ", "ad\u00admin"])
      await expect(invite(app, name, [])).rejects.toMatchObject(refused(422, /not seen, or that look like/));
    await expect(invite(app, "x1", everywhere("town-admin"))).rejects.toMatchObject({ status: 422 });
    await expect(invite(app, "x2", [{ role: "editor", area: TOWN }])).rejects.toMatchObject({ status: 422 });
    await expect(invite(app, "x3", ofArea("370783999000"))).rejects.toMatchObject({ status: 422 });
    expect(await idOf("x1")).toBe("");
  });

  test("does not take a password that is guessed soon, and holds on", async () => {
    const { invitation } = await invite(app, "hasty", []);
    const token = tokenIn(invitation.url);
    for (const password of ["short", "hasty hasty hasty", "password1234"])
      await expect(accept(app.url, token, password)).rejects.toMatchObject({
        status: 422,
        problem: { errors: [{ at: "/password" }], hint: expect.any(String) },
      });
    await accept(app.url, token);
  });
});

describe("wrong passwords", () => {
  test("make the account wait where they came from, longer each time, and the right one ends it", async () => {
    await newPerson(app, "careful", everywhere("editor"));
    const from = newAddress();
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect((await attempt("careful", "wrong", { from })).status).toBe(401);
    const locked = await attempt("careful", PASSWORD, { from });
    expect(locked).toMatchObject({ status: 429, retryAfter: "30", problem: { retryAfter: 30 } });
    expect(locked.problem["hint"]).toMatch(/new invitation/);
    clock.advance(29 * SECOND_MS);
    expect((await attempt("careful", PASSWORD, { from })).status).toBe(429);
    clock.advance(SECOND_MS);
    expect((await attempt("careful", "wrong", { from })).status).toBe(401);
    expect(await attempt("careful", PASSWORD, { from })).toMatchObject({ status: 429, retryAfter: "60" });
    clock.advance(MINUTE_MS);
    expect((await attempt("careful", PASSWORD, { from })).status).toBe(200);
    for (let wrong = 0; wrong < 5; wrong += 1)
      expect((await attempt("careful", "wrong", { from })).status).toBe(401);
  });

  test("of a stranger keep nobody out who comes by another address", async () => {
    await newPerson(app, "besieged", everywhere("editor"));
    const from = newAddress();
    for (let wrong = 0; wrong < 5; wrong += 1) await attempt("besieged", "wrong", { from });
    expect((await attempt("besieged", PASSWORD, { from })).status).toBe(429);
    expect((await attempt("besieged", PASSWORD)).status).toBe(200);
  });

  test("gain nothing by coming all at once", async () => {
    await newPerson(app, "popular", everywhere("editor"));
    const from = newAddress();
    const answers = await Promise.all(Array.from({ length: 9 }, () => attempt("popular", "wrong", { from })));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  test("of a name that does not exist look the same", async () => {
    const from = newAddress();
    const outcomes: number[] = [];
    for (let wrong = 0; wrong < 6; wrong += 1)
      outcomes.push((await attempt("nobody", "wrong", { from })).status);
    expect(outcomes).toEqual([401, 401, 401, 401, 401, 429]);
  });
});

describe("a sign-in", () => {
  const listed = async (operator: Operator) =>
    (await operator.get<{ items: { id: string; current: boolean; address: string }[] }>("/me/sign-ins"))
      .items;

  test("is listed with where it came from, and ended by its person or an administrator", async () => {
    const first = await newPerson(app, "mobile", everywhere("editor"));
    const second = await signIn(app.url, "mobile", PASSWORD);
    const third = await signIn(app.url, "mobile", PASSWORD);
    const all = await listed(third);
    expect(all.map(({ current, address }) => [current, address])).toEqual([
      [true, "127.0.0.1"],
      [false, "127.0.0.1"],
      [false, "127.0.0.1"],
    ]);
    await third.remove(`/me/sign-ins/${all[2]?.id}`);
    expect([await isSignedIn(first), await isSignedIn(second)]).toEqual([false, true]);
    const id = await idOf("mobile");
    const seen = await app.operator.get<{ items: { id: string }[] }>(`/people/${id}/sign-ins`);
    expect(seen.items).toHaveLength(2);
    await app.operator.remove(`/people/${id}/sign-ins/${all[1]?.id}`);
    expect([await isSignedIn(second), await isSignedIn(third)]).toEqual([false, true]);
    // Somebody else's is not there.
    const [own] = await listed(app.operator);
    expect(await statusOf(third.remove(`/me/sign-ins/${own?.id}`))).toBe(404);
  });

  test("ends after twelve hours without use, and after seven days in any case", async () => {
    const idle = await newPerson(app, "idle", []);
    const busy = await signIn(app.url, "idle", PASSWORD);
    for (let days = 0; days < 7; days += 0.25) {
      expect([days, await isSignedIn(busy), await isSignedIn(app.operator)]).toEqual([days, true, true]);
      clock.advance(6 * HOUR_MS);
    }
    expect([await isSignedIn(busy), await isSignedIn(app.operator)]).toEqual([false, false]);

    const used = await signIn(app.url, "idle", PASSWORD);
    const unused = await signIn(app.url, "idle", PASSWORD);
    clock.advance(6 * HOUR_MS);
    expect(await isSignedIn(used)).toBe(true);
    clock.advance(6 * HOUR_MS);
    expect([await isSignedIn(used), await isSignedIn(unused), await isSignedIn(idle)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ["a page that asks by itself what is new", { "x-in-background": "true" }],
    ["a stream that stays open", { accept: "text/event-stream" }],
  ])("is not kept alive by %s", async (_, headers) => {
    const { credentials } = await signIn(app.url, "idle", PASSWORD);
    const ask = async () =>
      (await fetch(`${app.url}/api/v1/me`, { headers: { ...credentials, ...headers } })).status;
    clock.advance(6 * HOUR_MS);
    expect(await ask()).toBe(200);
    clock.advance(6 * HOUR_MS);
    expect(await ask()).toBe(401);
  });

  test("ends as the settings say", async () => {
    const strict = await runApp({ clock, env: { SIGN_IN_IDLE_HOURS: "1", SIGN_IN_DAYS: "1" } });
    const { operator } = strict;
    for (let hours = 0; hours < 24; hours += 0.75) {
      expect([hours, await isSignedIn(operator)]).toEqual([hours, true]);
      clock.advance(0.75 * HOUR_MS);
    }
    expect(await isSignedIn(operator)).toBe(false);
    const idle = await signIn(strict.url, "admin", strict.password);
    clock.advance(HOUR_MS);
    expect(await isSignedIn(idle)).toBe(false);
    await strict.close();
  });

  test("gains and loses what the roles gain and lose, at the next request", async () => {
    const operator = await newPerson(app, "promoted", everywhere("auditor"));
    const create = () => operator.post("/regions/x");
    const edit = () => statusOf(operator.post("/episodes", {}));
    expect(await statusOf(create())).toBe(404);
    expect(await edit()).toBe(403);
    const id = await idOf("promoted");
    await app.operator.put(`/people/${id}/roles`, { roles: everywhere("editor") });
    expect(await edit()).toBe(422);
    await app.operator.put(`/people/${id}/roles`, { roles: [] });
    expect(await edit()).toBe(403);
    expect(await operator.get("/me")).toMatchObject({ acts: ["account:own"] });
  });
});

describe("a person who is disabled", () => {
  test("is out at once, with sign-ins, tokens and invitations, until enabled again", async () => {
    const operator = await newPerson(app, "leaver", everywhere("editor"));
    const { token } = await operator.postAnew<{ token: string }>("/me/tokens", {
      label: "import",
      scopes: ["content:read"],
      expiresInDays: 30,
    });
    const byToken = async () =>
      (await fetch(`${app.url}/api/v1/episodes`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await byToken()).toBe(200);
    const id = await idOf("leaver");
    const invitation = await app.operator.post<Invited["invitation"]>(`/people/${id}/invitation`);
    expect(await app.operator.post(`/people/${id}/disable`)).toMatchObject({ state: "disabled" });
    expect([await isSignedIn(operator), await byToken()]).toEqual([false, 401]);
    expect(await statusOf(accept(app.url, tokenIn(invitation.url)))).toBe(404);
    expect(await attempt("leaver", PASSWORD)).toMatchObject({
      status: 401,
      problem: { detail: "This account is disabled." },
    });
    expect(await statusOf(app.operator.post(`/people/${id}/invitation`))).toBe(409);
    await app.operator.post(`/people/${id}/enable`);
    expect([(await attempt("leaver", PASSWORD)).status, await byToken()]).toEqual([200, 401]);
  });

  test("is told nothing more by what was open before", async () => {
    const operator = await newPerson(app, "watcher", everywhere("editor"));
    const headers = { ...operator.credentials, accept: "text/event-stream" };
    const events = await fetch(`${app.url}/api/v1/jobs/events`, { headers });
    await app.operator.post(`/people/${await idOf("watcher")}/disable`);
    const { id } = await app.operator.post<{ id: string }>("/episodes", {
      programmeId: await programmeId(app.operator, "broadcast"),
      number: 1,
      title: "第1期",
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    // The first news of its job ends the stream.
    await app.operator.upload(`/episodes/${id}/segments/1/recording`, makeTone(`${app.folder}/tone.wav`, 1));
    expect(await events.text()).toMatch(/^event: open\ndata: [^\n]*\n\n(?::[^\n]*\n\n)*$/);
  });

  test("is never the last administrator, nor is the role taken from that one", async () => {
    const id = await idOf("admin");
    const last = refused(409, /This is the last administrator/);
    await expect(app.operator.post(`/people/${id}/disable`)).rejects.toMatchObject(last);
    const roles = everywhere("editor");
    await expect(app.operator.put(`/people/${id}/roles`, { roles })).rejects.toMatchObject(last);
    // One that was invited and has not come yet does not count.
    const { person, invitation } = await invite(app, "second", everywhere("administrator"));
    await expect(app.operator.post(`/people/${id}/disable`)).rejects.toMatchObject(last);
    await accept(app.url, tokenIn(invitation.url));
    expect(
      await app.operator.put(`/people/${id}/roles`, { roles: everywhere("administrator") }),
    ).toMatchObject({
      roles: everywhere("administrator"),
    });
    await app.operator.post(`/people/${person.id}/disable`);
    await expect(app.operator.post(`/people/${id}/disable`)).rejects.toMatchObject(last);
  });
});

describe("a second factor", () => {
  const drill = {
    title: "演练",
    class: "drill",
    silent: true,
    source: { upload: true },
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
  };

  test("is asked for before anything is heard at once, and never before a stop", async () => {
    const operator = await newPerson(app, "duty", everywhere("scheduler"));
    expect(await operator.get("/me")).toMatchObject({ secondFactor: { setUp: false, wanted: true } });
    await expect(operator.post("/announcements", drill)).rejects.toMatchObject({
      ...refused(403, /takes a sign-in with a second factor/),
      problem: { secondFactor: "needed" },
    });
    await operator.post("/stop");
    await setUpSecondFactor(operator);
    expect(await operator.get("/me")).toMatchObject({
      secondFactor: { setUp: true, wanted: false, recoveryCodesLeft: 10 },
    });
    await operator.post("/announcements", drill);
  });

  test("is part of every sign-in from then on; a code counts once", async () => {
    const operator = await newPerson(app, "twofold", everywhere("editor"));
    const other = await signIn(app.url, "twofold", PASSWORD);
    const { secret } = await setUpSecondFactor(operator);
    expect([await isSignedIn(operator), await isSignedIn(other)]).toEqual([true, false]);

    expect(await attempt("twofold", PASSWORD)).toMatchObject({
      status: 401,
      problem: { secondFactor: "needed" },
    });
    // The code that set it up was used by that.
    const used = await attempt("twofold", PASSWORD, { code: codeAt(secret) });
    expect(used).toMatchObject({ status: 401, problem: { secondFactor: "wrong" } });
    const code = nextCode(secret);
    expect((await attempt("twofold", "wrong", { code })).problem["secondFactor"]).toBeUndefined();
    expect(
      (await attempt("twofold", PASSWORD, { code: ` ${code.slice(0, 3)} ${code.slice(3)}` })).status,
    ).toBe(200);
    expect((await attempt("twofold", PASSWORD, { code })).status).toBe(401);
    // A telephone half a minute off is no reason to be locked out; one of minutes is.
    clock.advance(MINUTE_MS);
    expect((await attempt("twofold", PASSWORD, { code: codeAt(secret, clock.now() + 30_000) })).status).toBe(
      200,
    );
    expect((await attempt("twofold", PASSWORD, { code: codeAt(secret, clock.now() + 300_000) })).status).toBe(
      401,
    );
  });

  test("wrong codes make the account wait like wrong passwords", async () => {
    const operator = await newPerson(app, "guessed", everywhere("editor"));
    const { secret } = await setUpSecondFactor(operator);
    const wrong = codeAt(secret, 0);
    const from = newAddress();
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries += 1)
      statuses.push((await attempt("guessed", PASSWORD, { code: wrong, from })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test("wrong codes make the account wait, however often the password is right in between", async () => {
    const operator = await newPerson(app, "persistent", everywhere("editor"));
    const { secret } = await setUpSecondFactor(operator);
    const proof = { currentPassword: PASSWORD, code: "000000" };
    const samePassword = { currentPassword: PASSWORD, newPassword: PASSWORD };
    const outcomes: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      outcomes.push(await statusOf(operator.post("/me/recovery-codes", proof)));
      outcomes.push(await statusOf(operator.post("/me/second-factor/use", { code: "000000" })));
      outcomes.push(await statusOf(operator.put("/me/password", samePassword)));
    }
    expect(outcomes).toEqual([401, 401, 422, 401, 401, 422, 401, 429, 429]);
    clock.advance(15 * MINUTE_MS);
    expect(await statusOf(operator.post("/me/second-factor/use", { code: codeAt(secret) }))).toBe(200);
  });

  test("has recovery codes that count once each, and can be renewed", async () => {
    const operator = await newPerson(app, "lostphone", everywhere("editor"));
    const { secret, recoveryCodes } = await setUpSecondFactor(operator);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [code = "", next = ""] = recoveryCodes;
    expect(code).toMatch(/^(?:[a-z0-9]{4}-){3}[a-z0-9]{4}$/);
    expect(
      (await attempt("lostphone", PASSWORD, { code: code.toUpperCase().replaceAll("-", " ") })).status,
    ).toBe(200);
    expect((await attempt("lostphone", PASSWORD, { code })).status).toBe(401);
    const proof = { currentPassword: PASSWORD, code: nextCode(secret) };
    const renewed = await operator.post<{ recoveryCodes: string[] }>("/me/recovery-codes", proof);
    expect((await attempt("lostphone", PASSWORD, { code: next })).status).toBe(401);
    expect((await attempt("lostphone", PASSWORD, { code: renewed.recoveryCodes[0] ?? "" })).status).toBe(200);
  });

  test("is set up and removed by the person with the password, or removed by an administrator", async () => {
    const operator = await newPerson(app, "newphone", everywhere("scheduler"));
    const begin = (currentPassword: string) => operator.post("/me/second-factor", { currentPassword });
    expect(await statusOf(begin("wrong"))).toBe(401);
    expect(await statusOf(operator.post("/me/second-factor/confirm", { code: "123456" }))).toBe(409);
    const { secret } = await setUpSecondFactor(operator);
    expect(await statusOf(begin(PASSWORD))).toBe(409);
    const remove = (proof: object) => operator.post("/me/second-factor/remove", proof);
    expect(await statusOf(remove({ currentPassword: PASSWORD, code: "000000" }))).toBe(401);
    expect(await statusOf(remove({ currentPassword: "wrong", code: nextCode(secret) }))).toBe(401);
    const token = await operator.post<{ id: string }>("/me/tokens", {
      code: nextCode(secret),
      label: "display",
      scopes: ["timetable:read"],
      expiresInDays: 1,
    });
    expect(await operator.get("/me/tokens")).toMatchObject({ items: [{ id: token.id }] });
    await remove({ currentPassword: PASSWORD, code: nextCode(secret) });
    expect(await operator.get("/me/tokens")).toEqual({ items: [] });
    expect(await statusOf(operator.post("/announcements", drill))).toBe(403);
    await setUpSecondFactor(operator);
    const id = await idOf("newphone");
    expect(await app.operator.remove(`/people/${id}/second-factor`)).toMatchObject({ secondFactor: false });
    expect(await isSignedIn(operator)).toBe(false);
    expect((await attempt("newphone", PASSWORD)).status).toBe(200);
  });

  test("begins and ends whole: a failure on the way leaves everything as it was", async () => {
    const operator = await newPerson(app, "unlucky", everywhere("editor"));
    const other = await signIn(app.url, "unlucky", PASSWORD);
    const failing = async (what: string, work: () => Promise<unknown>) => {
      const db = openDatabase(`${app.folder}/data/cuncunxiang.db`, clock.now());
      db.exec(`CREATE TRIGGER broken BEFORE ${what} BEGIN SELECT RAISE(ABORT, 'broken'); END`);
      expect(await statusOf(work())).toBe(500);
      db.exec("DROP TRIGGER broken");
      db.close();
    };
    const setUp = async () =>
      (await operator.get<{ secondFactor: { setUp: boolean } }>("/me")).secondFactor.setUp;
    const { secret } = await operator.post<{ secret: string }>("/me/second-factor", {
      currentPassword: PASSWORD,
    });
    const confirm = () => operator.post("/me/second-factor/confirm", { code: codeAt(secret) });
    await failing("DELETE ON sign_ins", confirm);
    expect(await setUp()).toBe(false);
    await confirm();
    expect(await setUp()).toBe(true);
    expect(await isSignedIn(other)).toBe(false);

    await operator.post("/me/tokens", {
      code: nextCode(secret),
      label: "display",
      scopes: ["timetable:read"],
      expiresInDays: 1,
    });
    const remove = () =>
      operator.post("/me/second-factor/remove", { currentPassword: PASSWORD, code: nextCode(secret) });
    await failing("DELETE ON api_tokens", remove);
    expect(await setUp()).toBe(true);
    await remove();
    expect(await setUp()).toBe(false);
  });

  test("is not removed by the administrator whose it is; with it go the tokens that were made in its name", async () => {
    const manager = await newPerson(app, "manager", everywhere("administrator"));
    const { secret } = await setUpSecondFactor(manager);
    const { token } = await manager.post<{ token: string }>("/me/tokens", {
      code: nextCode(secret),
      label: "display",
      scopes: ["timetable:read"],
      expiresInDays: 1,
    });
    const read = () =>
      fetch(`${app.url}/api/v1/broadcasts`, { headers: { authorization: `Bearer ${token}` } });
    const id = await idOf("manager");
    expect(await statusOf(manager.remove(`/people/${id}/second-factor`))).toBe(403);
    expect((await read()).status).toBe(200);
    await app.operator.remove(`/people/${id}/second-factor`);
    expect((await read()).status).toBe(401);
  });
});

describe("a token for a script", () => {
  const make = (operator: Operator, scopes: string[], expiresInDays = 30, proof: object = {}) =>
    operator.post<{ id: string; token: string; expiresAt: string }>("/me/tokens", {
      label: "county display",
      scopes,
      expiresInDays,
      currentPassword: PASSWORD,
      ...proof,
    });
  const call = async (token: string, method: string, path: string, body?: object) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test("works without cookie and CSRF token, for its scopes, until it expires or is revoked", async () => {
    const operator = await newPerson(app, "scripted", everywhere("editor"));
    const made = await make(operator, ["content:edit", "content:read"], 1);
    expect(made.token).toMatch(/^ccx_[\w-]{43}$/);
    const speak = {
      programmeId: "01a208ab-4f54-7701-b61f-65b7cb025a6e",
      number: 1,
      title: "t",
      segments: [],
    };
    expect((await call(made.token, "POST", "/episodes", speak)).status).not.toBeOneOf([401, 403]);
    expect((await call(made.token, "GET", "/devices")).body).toMatchObject({
      detail: 'This token is not for "devices:read".',
      hint: expect.any(String),
    });
    const { items } = await operator.get<{ items: { lastUsedAt: string; token?: string }[] }>("/me/tokens");
    expect(items).toMatchObject([{ lastUsedAt: new Date(clock.now()).toISOString() }]);
    expect(JSON.stringify(items)).not.toContain(made.token);
    expect(app.log.text()).not.toContain(made.token);

    const second = await make(operator, ["content:read"]);
    expect((await call(second.token, "GET", "/episodes")).status).toBe(200);
    await operator.remove(`/me/tokens/${second.id}`);
    expect((await call(second.token, "GET", "/episodes")).body).toMatchObject({
      detail: "This token is not valid, or not any more.",
    });
    const third = await make(operator, ["content:read"], 10);
    const ofOne = `/people/${await idOf("scripted")}/tokens`;
    expect(await app.operator.get(ofOne)).toMatchObject({ items: [{ id: third.id }, { id: made.id }] });
    await app.operator.remove(`${ofOne}/${third.id}`);
    expect((await call(third.token, "GET", "/episodes")).status).toBe(401);

    clock.advance(DAY_MS);
    expect((await call(made.token, "GET", "/episodes")).status).toBe(401);
  });

  test("fetches media when it is for contents, as its person may", async () => {
    const operator = await newPerson(app, "podcaster", everywhere("editor"));
    const fetched = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${app.url}/media/${"0".repeat(64)}`, { headers })).status;
    };
    // Let in, it finds that there is no such file.
    const { token } = await make(operator, ["content:read"]);
    expect(await fetched(token)).toBe(404);
    expect(await fetched((await make(operator, ["timetable:read"])).token)).toBe(403);
    expect(await fetched(`${token}x`)).toBe(401);
    await app.operator.put(`/people/${await idOf("podcaster")}/roles`, { roles: [] });
    expect(await fetched(token)).toBe(403);
  });

  test("ends with the password under which it was made", async () => {
    const operator = await newPerson(app, "cautious", everywhere("editor"));
    const works = async (token: string) => (await call(token, "GET", "/episodes")).status === 200;
    const first = await make(operator, ["content:read"]);
    const newPassword = "another four words here";
    await operator.put("/me/password", { currentPassword: PASSWORD, newPassword });
    expect(await works(first.token)).toBe(false);

    const second = await make(operator, ["content:read"], 30, { currentPassword: newPassword });
    const { url } = await app.operator.post<Invited["invitation"]>(
      `/people/${await idOf("cautious")}/invitation`,
    );
    expect(await works(second.token)).toBe(true);
    await accept(app.url, tokenIn(url));
    expect(await works(second.token)).toBe(false);
  });

  test("never has more than its person, nor what is done in person", async () => {
    const operator = await newPerson(app, "modest", everywhere("editor"));
    for (const scope of ["timetable:edit", "account:own", "people:manage"])
      await expect(make(operator, ["content:read", scope])).rejects.toMatchObject({
        status: 422,
        problem: { errors: [{ at: "/scopes/1" }] },
      });
    const { token } = await make(operator, ["content:edit"]);
    await app.operator.put(`/people/${await idOf("modest")}/roles`, { roles: everywhere("auditor") });
    expect((await call(token, "POST", "/episodes", {})).status).toBe(403);
  });

  test("that airs is made by who has signed in with a second factor, and keeps to the area", async () => {
    const operator = await newPerson(app, "weather", ofArea(TOWN));
    await expect(make(operator, ["announcements:air"])).rejects.toMatchObject({
      status: 422,
      problem: { hint: "Under My account: set one up, or add its code to this sign-in." },
    });
    const { secret } = await setUpSecondFactor(operator);
    const code = nextCode(secret);
    const { token } = await make(operator, ["announcements:air"], 30, { code });
    const announce = (region: string) =>
      call(token, "POST", "/announcements", {
        title: "大风",
        class: "announcement",
        source: { upload: true },
        targets: { regions: [region], kinds: ["loudspeaker"] },
      });
    expect((await announce(TOWN)).status).toBe(201);
    expect((await announce(COUNTY)).status).toBe(403);
  });
});
