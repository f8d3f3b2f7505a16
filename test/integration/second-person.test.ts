import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { standingNotices } from "../../src/people/standing-notices.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions, makeTone } from "../support/county.ts";
import { COUNTY, createTestClock, type TestClock, TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea, PASSWORD } from "../support/people.ts";
import { setUpSecondFactor } from "../support/second-factor.ts";
import { secondPerson } from "../support/second-person.ts";
import { sendChunk } from "../support/speaker.ts";

interface Waiting {
  id: string;
  createdBy: string;
  assetSha256: string | null;
  confirmation: {
    quietHours: { from: string; to: string };
    askedBy: string;
    by: string[];
    confirmBy: string;
    confirmedBy: string | null;
  } | null;
  people: { created: string; confirmed: string | null };
  broadcast: { state: string; reason: string | null; notAfter: string; startAt: string };
}

interface Due {
  slot: { broadcastId: string | null };
  airedBy: object;
  verdict: { code: string };
}

const NOT_CONFIRMED = "no second person has confirmed it";
const wholeCounty = { regions: [COUNTY], kinds: ["loudspeaker"] };
let folder: string;
let tone: string;
let app: RunningApp;
let clock: TestClock;
let deputy: Operator;
let sha256: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-second-person-"));
  tone = makeTone(join(folder, "tone.wav"), 2);
  clock = createTestClock(Date.parse("2026-12-02T18:00:00+08:00"));
  app = await runApp({
    clock,
    env: { COUNTY_WIDE_PERCENT: "49", SIGN_IN_IDLE_HOURS: "8760", SIGN_IN_DAYS: "365" },
  });
  await importRegions(app.operator);
  deputy = await secondPerson(app);
  ({ sha256 } = await app.operator.post<{ sha256: string }>("/speech", { text: "今晚全市停水。" }));
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});
/** Each test is of an evening of its own. */
const at = (local: string) =>
  Date.parse(`${new Date(clock.now() + 8 * HOUR_MS).toISOString().slice(0, 10)}T${local}:00+08:00`);
beforeEach(() => {
  const evening = at("18:00");
  clock.step((evening <= clock.now() ? evening + 24 * HOUR_MS : evening) - clock.now());
});

const announce = (changes: object = {}, by: Pick<Operator, "post"> = app.operator) =>
  by.post<Waiting>("/announcements", {
    title: "全市停水",
    class: "announcement",
    source: { assetSha256: sha256 },
    targets: wholeCounty,
    startAt: new Date(at("23:00")).toISOString(),
    ...changes,
  });
const get = (id: string) => app.operator.get<Waiting>(`/announcements/${id}`);
const confirm = (id: string, by = deputy) => by.postAnew<Waiting>(`/announcements/${id}/confirm`);
const shorter = async () =>
  (await app.operator.get<{ items: { version: number }[] }>("/policy/shortened-hours")).items;
const confirmHours = (seen: { regionCode: string | null; version: number }, by = deputy) =>
  by.postAnew("/policy/shortened-hours/confirm", seen);
const waiting = async (by: Operator) =>
  (await by.get<{ items: Waiting[] }>("/announcements?waiting=true")).items.map(({ id }) => id);
const why = async ({ broadcast: { startAt } }: Waiting) =>
  (
    await app.operator.get<{ due: Due[] }>(
      `/broadcasts/why?region=${VILLAGE}&at=${encodeURIComponent(startAt)}`,
    )
  ).due;
const whyNot = async (made: Waiting) =>
  (await why(made)).find(({ slot }) => slot.broadcastId === made.id)?.verdict.code;
const becomes = (id: string, state: string) =>
  until(async () => (await get(id)).broadcast.state === state, {
    what: `the state ${state}`,
    timeoutMs: 60_000,
  });

describe("a whole county's quiet hours take two people", () => {
  test("one asks, another confirms, and then it airs; both are named wherever somebody asks", async () => {
    const made = await announce();
    expect(made).toMatchObject({
      confirmation: {
        quietHours: { from: "22:00", to: "06:00" },
        askedBy: made.createdBy,
        confirmBy: made.broadcast.notAfter,
        confirmedBy: null,
      },
      people: { created: "admin", confirmed: null },
      broadcast: { state: "planned", reason: NOT_CONFIRMED },
    });
    expect(await waiting(deputy)).toContain(made.id);
    expect(await whyNot(made)).toBe("not-confirmed");
    await until(async () => (await renditionsOf(made.id)).every(({ state }) => state === "ready"), {
      what: "the rendition",
      timeoutMs: 60_000,
    });
    expect((await get(made.id)).broadcast).toMatchObject({ state: "planned", reason: NOT_CONFIRMED });

    await expect(confirm(made.id, app.operator)).rejects.toMatchObject({
      status: 403,
      problem: {
        detail: "It is confirmed by somebody else than asked for it or made its recording.",
        hint: "Ask a second person to sign in and to confirm it.",
      },
    });
    expect(await confirm(made.id)).toMatchObject({
      people: { created: "admin", confirmed: "deputy" },
      broadcast: { state: "ready", reason: null },
    });
    expect(await waiting(deputy)).not.toContain(made.id);
    expect(await confirm(made.id)).toMatchObject({ people: { confirmed: "deputy" } });

    expect((await why(made)).map(({ airedBy }) => airedBy)).toEqual([
      { asked: "admin", by: ["admin"], confirmed: "deputy" },
    ]);
    const month = made.broadcast.startAt.slice(0, 7);
    const register = await app.operator.get<{ items: { broadcastId: string; airedBy: object }[] }>(
      `/registers/broadcasts?month=${month}`,
    );
    expect(register.items.find(({ broadcastId }) => broadcastId === made.id)).toMatchObject({
      airedBy: { asked: "admin", by: ["admin"], confirmed: "deputy" },
    });
    const { items } = await app.operator.get<{
      items: { act: string; actor: { name: string } }[];
    }>(`/audit?object=announcements/${made.id}`);
    expect(items.map(({ act, actor }) => [act, actor.name])).toEqual(
      expect.arrayContaining([
        ["POST /api/v1/announcements", "admin"],
        ["POST /api/v1/announcements/:id/confirm", "deputy"],
      ]),
    );
  }, 150_000);

  test("nobody confirms it: it is missed, and says why", async () => {
    const made = await announce();
    const { id } = made;
    clock.step(at("23:31") - clock.now());
    await becomes(id, "missed");
    expect((await get(id)).broadcast).toMatchObject({ reason: NOT_CONFIRMED });
    expect(await whyNot(made)).toBe("not-confirmed");
    await expect(confirm(id)).rejects.toMatchObject({
      status: 409,
      problem: { detail: "This cannot be confirmed any more." },
    });
  }, 90_000);

  test("whoever may stop calls it off while it waits", async () => {
    const { id } = await announce();
    const editor = await newPerson(app, "editor", everywhere("editor"));
    await editor.post(`/broadcasts/${id}/stop`, { reason: "wrong text" });
    await expect(confirm(id)).rejects.toMatchObject({ status: 409 });
    expect(await waiting(deputy)).not.toContain(id);
  });

  test("a script is its person, and confirms nothing", async () => {
    const duty = await newPerson(app, "duty", everywhere("scheduler"));
    const { secret } = await duty.post<{ secret: string }>("/me/second-factor", {
      currentPassword: PASSWORD,
    });
    const code = new TOTP({ secret }).generate({ timestamp: clock.now() });
    await duty.post("/me/second-factor/confirm", { code });
    const make = (scope: string) => {
      clock.step(MINUTE_MS);
      return duty.post<{ token: string }>("/me/tokens", {
        label: "script",
        scopes: [scope],
        expiresInDays: 1,
        code: new TOTP({ secret }).generate({ timestamp: clock.now() }),
      });
    };
    const { token } = await make("announcements:air");
    const post = async (path: string, body?: object) => {
      const answer = await fetch(`${app.url}/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Waiting };
    };
    const made = await announce(
      {},
      { post: async <T>(path: string, body?: unknown) => (await post(path, body as object)).body as T },
    );
    expect(made.confirmation).toMatchObject({ confirmedBy: null });
    expect(await post(`/announcements/${made.id}/confirm`)).toMatchObject({ status: 403 });
    await expect(confirm(made.id, duty)).rejects.toMatchObject({ status: 403 });
    await expect(make("announcements:confirm")).rejects.toMatchObject({ status: 422 });
    expect((await confirm(made.id)).people).toEqual({ created: "duty", confirmed: "deputy" });
  });

  test("an open browser is nobody's word: it takes a fresh code, or the password of who has none", async () => {
    const { id } = await announce();
    const drill = await app.operator.post<{ id: string }>("/emergencies", {
      title: "演练",
      class: "drill",
      silent: true,
      source: { text: "无声演练。" },
      areas: [TOWN],
      until: new Date(clock.now() + HOUR_MS).toISOString(),
    });
    const guarded = await newPerson(app, "guarded", everywhere("scheduler"));
    const secret = await setUpSecondFactor(guarded, PASSWORD, clock.now());
    const codeAt = (ms: number) => new TOTP({ secret }).generate({ timestamp: ms });
    const used = codeAt(clock.now());
    clock.step(MINUTE_MS);
    const orders = {
      [`/announcements/${id}/confirm`]: {},
      [`/emergencies/${drill.id}/confirm`]: {},
      "/policy/shortened-hours/confirm": { regionCode: null, version: 1 },
      "/me/tokens": { label: "script", scopes: ["timetable:read"], expiresInDays: 1 },
    };
    for (const [path, order] of Object.entries(orders)) {
      const needed = { type: "urn:ccx:problem:fresh-code-needed" };
      await expect(deputy.post(path, order)).rejects.toMatchObject({
        status: 403,
        problem: { ...needed, fresh: "password" },
      });
      await expect(deputy.post(path, { ...order, currentPassword: "not it" })).rejects.toMatchObject({
        status: 401,
      });
      await expect(guarded.postAnew(path, order)).rejects.toMatchObject({
        status: 403,
        problem: { ...needed, fresh: "code" },
      });
      await expect(guarded.post(path, { ...order, code: used })).rejects.toMatchObject({ status: 401 });
    }
    const fresh = { code: codeAt(clock.now()) };
    // What is refused for another reason spends no code, and is no failure to prove who one is.
    const own = await announce({}, guarded);
    for (let times = 0; times < 6; times += 1)
      await expect(guarded.post(`/announcements/${own.id}/confirm`, fresh)).rejects.toMatchObject({
        status: 403,
      });
    expect((await guarded.post<Waiting>(`/announcements/${id}/confirm`, fresh)).people.confirmed).toBe(
      "guarded",
    );
    await expect(guarded.post(`/emergencies/${drill.id}/confirm`, fresh)).rejects.toMatchObject({
      status: 401,
      problem: { detail: "The code is not right, or was used before." },
    });
  });

  test("whoever may not air in the whole county confirms nothing there", async () => {
    const { id } = await announce();
    const town = await newPerson(app, "town", ofArea(TOWN));
    await expect(confirm(id, town)).rejects.toMatchObject({ status: 403, problem: { areas: [TOWN] } });
  });

  test("neither who made it confirms it, nor who sent its recording afterwards, which is heard first", async () => {
    const { id } = await announce({ source: { upload: true } });
    await expect(confirm(id)).rejects.toMatchObject({
      status: 409,
      problem: { detail: "There is nothing to hear of it yet." },
    });
    await deputy.upload(`/announcements/${id}/recording`, tone);
    for (const one of [app.operator, deputy])
      await expect(confirm(id, one)).rejects.toMatchObject({ status: 403 });
    const guard = await newPerson(app, "guard", everywhere("scheduler"));
    const confirmed = await confirm(id, guard);
    expect(confirmed.people).toEqual({ created: "admin", confirmed: "guard" });
    const month = confirmed.broadcast.startAt.slice(0, 7);
    const csv = await fetch(`${app.url}/api/v1/registers/broadcasts?month=${month}&format=csv`, {
      headers: app.operator.credentials,
    });
    expect(await csv.text()).toContain("发起 admin；录制 deputy；确认 guard");
    await becomes(id, "ready");
  }, 90_000);

  test("who had a recording spoken that another airs does not confirm it, until that is long ago", async () => {
    const spoken = await deputy.post<{ sha256: string }>("/speech", { text: "今晚八点后停水，请储水。" });
    const source = { assetSha256: spoken.sha256 };
    const { id, confirmation } = await announce({ source });
    expect(confirmation?.by).toHaveLength(2);
    await expect(confirm(id)).rejects.toMatchObject({ status: 403 });
    const drill = await app.operator.post<{ id: string; by: string[] }>("/emergencies", {
      title: "演练",
      class: "drill",
      source,
      areas: [TOWN],
      until: new Date(clock.now() + HOUR_MS).toISOString(),
    });
    expect(drill.by).toHaveLength(2);
    await expect(deputy.postAnew(`/emergencies/${drill.id}/confirm`)).rejects.toMatchObject({ status: 403 });
    clock.step(24 * HOUR_MS);
    const next = await announce({ source });
    expect((await confirm(next.id)).people).toEqual({ created: "admin", confirmed: "deputy" });
  });

  test("a live voice waits for the second person, who gives the speaker two minutes", async () => {
    clock.step(at("23:00") - clock.now());
    const made = await announce({ source: { live: { longestMinutes: 2 } }, startAt: undefined });
    expect(Date.parse(made.confirmation?.confirmBy ?? "") - clock.now()).toBe(10 * MINUTE_MS);
    expect(await whyNot(made)).toBe("not-confirmed");
    await expect(sendChunk(app, made.id, 0, Buffer.from("voice"))).rejects.toMatchObject({
      status: 409,
      problem: { detail: "It waits for a second person to confirm it." },
    });
    clock.step(5 * MINUTE_MS);
    const { broadcast } = await confirm(made.id);
    expect(broadcast).toMatchObject({ state: "planned", reason: "nobody has spoken yet" });
    expect(Date.parse(broadcast.notAfter) - clock.now()).toBe(2 * MINUTE_MS);
  });

  test("a policy that becomes stricter holds for what was not confirmed before", async () => {
    const { id, confirmation } = await announce({
      source: { upload: true },
      startAt: new Date(at("20:00")).toISOString(),
    });
    expect(confirmation).toBeNull();
    const { version } = await app.operator.get<{ version: number }>(`/regions/${COUNTY}/policy`);
    await app.operator.put(`/regions/${COUNTY}/policy`, { quietHours: [{ from: "19:30", to: "22:00" }] });
    expect(version).toBe(0);
    await app.operator.upload(`/announcements/${id}/recording`, tone);
    expect(await get(id)).toMatchObject({ confirmation: { quietHours: { from: "19:30", to: "22:00" } } });
    await app.operator.remove(`/regions/${COUNTY}/policy`);
    const [shortened] = await shorter();
    await confirmHours({ regionCode: COUNTY, version: shortened?.version ?? 0 });
    expect(await shorter()).toEqual([]);
  });
});

describe("nobody makes a county's night shorter alone, and airs in it alone then", () => {
  const setNight = (from: string, to: string, by = app.operator) =>
    by.put("/policy", { quietHours: [{ from, to }], maxVolume: 100 });
  const takes = async (startAt: string) =>
    (await announce({ startAt: new Date(at(startAt)).toISOString() })).confirmation?.quietHours ?? null;

  test("shorter hours hold at once, and count for two people once another has confirmed them", async () => {
    await setNight("23:45", "05:00");
    expect(await app.operator.get("/policy")).toMatchObject({ quietHours: [{ from: "23:45", to: "05:00" }] });
    expect(await takes("22:30")).toEqual({ from: "22:00", to: "06:00" });
    const [hours] = await shorter();
    expect(hours).toMatchObject({
      regionCode: null,
      regionName: null,
      before: [{ from: "22:00", to: "06:00" }],
      now: [{ from: "23:45", to: "05:00" }],
      shortenedBy: [{ name: "admin" }],
      version: 1,
    });
    const seen = { regionCode: null, version: 1 };
    await expect(confirmHours(seen, app.operator)).rejects.toMatchObject({
      status: 403,
      problem: { detail: "It is confirmed by somebody else than asked for it or made its recording." },
    });
    await expect(confirmHours({ ...seen, version: 2 })).rejects.toMatchObject({
      status: 409,
      problem: { detail: "The quiet hours were changed again meanwhile." },
    });
    await confirmHours(seen);
    expect(await takes("22:30")).toBeNull();
    expect(await takes("23:30")).toEqual({ from: "23:45", to: "05:00" });
    await expect(confirmHours(seen)).rejects.toMatchObject({ status: 409 });
  });

  test("whoever had a part in it confirms nothing, and longer hours need nobody", async () => {
    const third = await newPerson(app, "third", everywhere("scheduler"));
    await setNight("23:50", "05:00");
    await setNight("23:55", "05:00", deputy);
    const [hours] = await shorter();
    expect(hours).toMatchObject({
      before: [{ from: "23:45", to: "05:00" }],
      shortenedBy: [{ name: "admin" }, { name: "deputy" }],
    });
    const seen = { regionCode: null, version: hours?.version ?? 0 };
    for (const one of [app.operator, deputy])
      await expect(confirmHours(seen, one)).rejects.toMatchObject({ status: 403 });
    await setNight("22:00", "06:00");
    expect(await shorter()).toEqual([]);
    await setNight("22:30", "06:00");
    await confirmHours({ regionCode: null, version: 1 }, third);
    await setNight("22:00", "06:00", third);
    expect(await shorter()).toEqual([]);
  });
});

test("who answers for the settings is told which are otherwise than shipped, and nobody else", async () => {
  const noticesOf = async (by: Operator) => (await by.get<{ notices: string[] }>("/me")).notices;
  const told = [
    "SECOND_FACTOR is optional: a password alone is enough to interrupt what is heard.",
    "COUNTY_WIDE_PERCENT is 49 instead of 50: what no more of a county would hear in its quiet hours takes one person.",
    "ACCESS_SETTLES_HOURS is 0 instead of 24: whoever lets somebody in counts as another person after that.",
  ];
  expect(await noticesOf(app.operator)).toEqual(told);
  expect(await noticesOf(await newPerson(app, "looks", everywhere("auditor")))).toEqual(told);
  expect(await noticesOf(await newPerson(app, "writes", everywhere("editor")))).toEqual([]);
  const shipped = { secondFactorRequired: true, countyWidePercent: 50, accessSettlesAfterMs: 24 * HOUR_MS };
  expect(standingNotices(shipped)).toEqual([]);
});

describe("one person is enough", () => {
  const free = async (changes: object) => (await announce(changes)).confirmation;
  test.each([
    ["in one town", { targets: { ...wholeCounty, regions: [TOWN] } }],
    ["by day", { startAt: undefined }],
    ["for a silent drill", { class: "drill", silent: true }],
  ])("%s", async (_what, changes) => {
    expect(await free(changes)).toBeNull();
  });

  test.each([
    ["to a drill that sounds", { class: "drill" }],
    ["with a village left out", { targets: { ...wholeCounty, exclude: [VILLAGE] } }],
  ])("and not %s", async (_what, changes) => {
    expect(await free(changes)).toMatchObject({ confirmedBy: null });
  });

  test("and not in all towns of the county one by one, nor in all but one", async () => {
    const towns = `/regions?parent=${COUNTY}&level=town&limit=500`;
    const { items } = await app.operator.get<{ items: { code: string }[] }>(towns);
    const regions = items.map(({ code }) => code);
    expect(await free({ targets: { ...wholeCounty, regions } })).toMatchObject({ confirmedBy: null });
    expect(await free({ targets: { ...wholeCounty, regions: regions.slice(1) } })).toMatchObject({
      confirmedBy: null,
    });
    expect(await free({ targets: { ...wholeCounty, exclude: regions.slice(1) } })).toBeNull();
  });

  test("while it can only end before the quiet hours begin, and not when it may begin too late for that", async () => {
    const startAt = new Date(at("21:50")).toISOString();
    const notAfter = new Date(at("21:59") + 20_000).toISOString();
    expect(await free({ startAt, notAfter })).toBeNull();
    const night = { quietHours: { from: "22:00", to: "06:00" } };
    expect(await free({ startAt })).toMatchObject(night);
    expect(await free({ startAt, notAfter, repeat: 10 })).toMatchObject(night);
  });

  test("the preview says before whether it takes two", async () => {
    const preview = (startAt: string) =>
      app.operator.post<{ secondPersonFor: object | null }>("/interrupts/preview", {
        class: "announcement",
        title: "停水",
        targets: wholeCounty,
        startAt,
        durationMs: MINUTE_MS,
      });
    expect(await preview(new Date(at("23:00")).toISOString())).toMatchObject({
      secondPersonFor: { from: "22:00", to: "06:00" },
    });
    expect(await preview(new Date(at("20:00")).toISOString())).toMatchObject({ secondPersonFor: null });
  });

  test("an announcement that takes one is confirmed by nobody", async () => {
    const { id } = await announce({ startAt: undefined });
    await expect(confirm(id)).rejects.toMatchObject({
      status: 409,
      problem: { detail: "This announcement takes no second person." },
    });
  });
});

const renditionsOf = async (id: string) =>
  (await app.operator.get<{ renditions: { state: string }[] }>(`/announcements/${id}`)).renditions;
