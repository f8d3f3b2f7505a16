import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { parse } from "csv-parse/sync";
import { Temporal } from "temporal-polyfill";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Actor, AuditEntry } from "../../src/audit/audit-entry.ts";
import { createAuditLog, EVERYTHING } from "../../src/audit/audit-log.ts";
import { AUDITED_TABLES, OTHER_TABLES, UNSHOWN_TABLES } from "../../src/audit/audited-tables.ts";
import { type Part, responsibleFor } from "../../src/audit/responsibility.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf, type EntryView, verifyAudit } from "../support/audit.ts";
import { importRegions, programmeId, scheduleOnce } from "../support/county.ts";
import { addEpisode, openDesk } from "../support/desk.ts";
import { createTestClock, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { everywhere } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

interface WhyEntry {
  broadcastId: string | null;
  state: string | null;
  schedule: { id: string } | null;
  responsible: Partial<Record<Part, { by: string; kind: string; at: string; seq: number }>>;
  entries: EntryView[];
}

const clock = createTestClock(Date.parse("2026-12-01T09:00:00+08:00"));
const BROKERS_SECRET = "0123456789abcdef0123456789abcdef";
let app: RunningApp;
beforeAll(async () => {
  app = await runApp({ clock, env: { MQTT_AUTH_SECRET: BROKERS_SECRET } });
  await importRegions(app.operator);
});
afterAll(() => app.close());
afterEach(() => clock.advance(MINUTE_MS));

const audited = (query = "") => auditOf(app.operator, query);
const newest = async (query = ""): Promise<EntryView | undefined> => (await audited(query))[0];
const databaseOf = ({ folder }: RunningApp): Database => new Sqlite(join(folder, "data/cuncunxiang.db"));

let number = 0;
async function newEpisode(): Promise<{ id: string }> {
  number += 1;
  return app.operator.post("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number,
    title: "开篇",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
}

const send = (
  path: string,
  init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
): Promise<Response> =>
  fetch(`${app.url}${path}`, { ...init, headers: { "content-type": "application/json", ...init.headers } });
const signInAs = (name: string, password: string) =>
  send("/api/v1/sign-in", { method: "POST", body: JSON.stringify({ name, password }) });

describe("an act", () => {
  test("of a broker that asks about a topic leaves nothing, unless it may not ask", async () => {
    const before = await newest();
    const ask = (secret: string) =>
      send("/mqtt/acl", {
        method: "POST",
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify({ username: "nobody", topic: "t", action: "publish" }),
      });
    expect((await ask(BROKERS_SECRET)).status).toBe(200);
    expect(await newest()).toEqual(before);
    expect((await ask("another")).status).toBe(401);
    expect(await newest()).toMatchObject({ act: "POST /mqtt/acl", outcome: "refused", status: 401 });
  });

  test("leaves who, what, from where, and what differs", async () => {
    const { id } = await newEpisode();
    await app.operator.patch(`/episodes/${id}`, {
      title: "新篇",
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    const [edit, creation] = await audited(`&object=episodes/${id}`);
    const me = (await app.operator.get<{ user: { id: string } }>("/me")).user.id;
    expect(edit).toMatchObject({
      actor: { kind: "person", id: me, name: "admin" },
      address: "127.0.0.1",
      act: "PATCH /api/v1/episodes/:id",
      outcome: "done",
      objects: [`episodes/${id}`],
    });
    expect(edit?.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/);
    expect(edit?.changes).toContainEqual({
      object: `episodes/${id}`,
      in: "episodes",
      before: { title: "开篇" },
      after: { title: "新篇" },
    });
    expect(creation).toMatchObject({ act: "POST /api/v1/episodes", outcome: "done" });
    expect(creation?.changes[0]).toMatchObject({ before: null, after: { title: "开篇" } });
  });

  test("on the county's policy says what differs", async () => {
    await app.operator.put("/policy", { quietHours: [], maxVolume: 77 });
    const [entry] = await audited("&object=policy");
    expect(entry).toMatchObject({ act: "PUT /api/v1/policy", objects: ["policy"] });
    expect(entry?.changes[0]?.after).toMatchObject({ "value.maxVolume": 77 });
  });

  test("and its entry are written together or not at all", async () => {
    const before = await app.operator.get<{ items: unknown[] }>("/episodes");
    const intruder = databaseOf(app);
    intruder.exec(
      "CREATE TRIGGER no_more BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    await expect(newEpisode()).rejects.toMatchObject({ status: 500 });
    expect(await app.operator.get("/episodes")).toEqual(before);
    intruder.exec("DROP TRIGGER no_more");
    intruder.close();

    // What could not be written follows with the next.
    await newEpisode();
    await send("/api/v1/me");
    const [failed, done] = await audited("&act=POST%20/api/v1/episodes");
    expect(done).toMatchObject({ outcome: "done" });
    expect(failed).toMatchObject({ outcome: "failed", status: 500 });
  });

  test("that only checks leaves nothing", async () => {
    const last = await newest();
    await app.operator.get("/episodes");
    expect(await newest()).toEqual(last);
  });

  test("that changes many things is found under each of them, and says how many changes are not shown", async () => {
    const codes = Array.from({ length: 250 }, (_, n) => `370783112${300 + n}`);
    const lines = codes.map((code) => `${code},village,370783112000,新村${code},`);
    await app.operator.postText(
      "/regions/import",
      "text/csv",
      ["code,level,parent,name,note", ...lines].join("\n"),
    );
    const last = await newest();
    expect(last).toMatchObject({ outcome: "done", reason: "150 more changes are not shown." });
    expect(last?.changes).toHaveLength(100);
    for (const code of codes) expect((await audited(`&object=regions/${code}`))[0]?.seq).toBe(last?.seq);
  });

  test("shows no secret of devices, and that they got new ones", async () => {
    const { id } = await app.operator.post<{ id: string }>("/devices", {
      regionCode: VILLAGE,
      kind: "loudspeaker",
    });
    const secrets: string[] = [];
    const enrol = async () => {
      const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
      const body = { code, hardwareId: "hw-1", kind: "loudspeaker", model: "m", software: "1" };
      const answer = await send("/device/v1/enroll", { method: "POST", body: JSON.stringify(body) });
      const { token, mqtt } = (await answer.json()) as { token: string; mqtt: { password: string } };
      secrets.push(code, token, mqtt.password);
    };
    await enrol();
    await enrol();
    await app.operator.post(`/devices/${id}/revoke`);
    const entries = await audited(`&object=devices/${id}`);
    expect(entries.map(({ act }) => act)).toEqual([
      "POST /api/v1/devices/:id/revoke",
      "POST /device/v1/enroll",
      "POST /api/v1/devices/:id/enrolment-code",
      "POST /device/v1/enroll",
      "POST /api/v1/devices/:id/enrolment-code",
      "POST /api/v1/devices",
    ]);
    const [revoked, rotated, , enrolled] = entries;
    const after = (entry?: EntryView) => entry?.changes.find((change) => change.in === "devices")?.after;
    expect(after(enrolled)).toMatchObject({ state: "enrolled", token_hash: "set", hardware_id: "hw-1" });
    expect(after(rotated)).toEqual({ token_hash: "changed", mqtt_hash: "changed" });
    expect(after(revoked)).toEqual({ state: "revoked", token_hash: null, mqtt_hash: null });
    const text = JSON.stringify(await audited()) + app.log.text();
    for (const secret of [...secrets, app.password]) expect(text).not.toContain(secret);
  });
});

describe("a refusal", () => {
  test.each([
    [401, "a stranger", () => send("/api/v1/episodes")],
    [
      403,
      "a request without its token",
      () =>
        send("/api/v1/stop", {
          method: "POST",
          headers: { cookie: app.operator.credentials["cookie"] ?? "" },
          body: "{}",
        }),
    ],
    [
      401,
      "a device nobody knows",
      () => send("/device/v1/playlist", { headers: { authorization: "Bearer made-up" } }),
    ],
    [
      401,
      "an enrolment with a made-up code",
      () =>
        send("/device/v1/enroll", {
          method: "POST",
          body: JSON.stringify({
            code: "AAAA-AAAA-AAAA",
            hardwareId: "x",
            kind: "loudspeaker",
            model: "m",
            software: "1",
          }),
        }),
    ],
  ] as const)("%d for %s is written, with the reason", async (status, _who, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    const { detail, instance } = (await answer.json()) as { detail: string; instance: string };
    expect(await newest()).toMatchObject({ outcome: "refused", status, reason: detail, requestId: instance });
  });

  test.each([
    [422, "POST /api/v1/episodes", () => app.operator.post("/episodes", {})],
    [
      404,
      "POST /api/v1/broadcasts/:id/stop",
      () =>
        app.operator.post(`/broadcasts/0190${"0".repeat(4)}-0000-7000-8000-000000000000/stop`, {
          reason: "x",
        }),
    ],
  ] as const)("%d of a signed-in person is written: %s", async (status, act, ask) => {
    await expect(ask()).rejects.toMatchObject({ status });
    expect(await newest()).toMatchObject({ act, status, outcome: "refused", actor: { name: "admin" } });
  });

  test("409 too", async () => {
    number -= 1;
    await expect(newEpisode()).rejects.toMatchObject({ status: 409 });
    expect(await newest()).toMatchObject({ act: "POST /api/v1/episodes", status: 409, outcome: "refused" });
  });

  test("of a sign-in names the account, and no name that is none", async () => {
    const me = (await app.operator.get<{ user: { id: string } }>("/me")).user.id;
    expect((await signInAs("admin", "wrong password")).status).toBe(401);
    expect(await newest()).toMatchObject({
      act: "POST /api/v1/sign-in",
      actor: { kind: "stranger" },
      objects: [`users/${me}`],
    });
    expect((await signInAs("hunter2-my-password", "x")).status).toBe(401);
    expect(await newest()).toMatchObject({ act: "POST /api/v1/sign-in", objects: [] });
    expect((await signInAs("admin", app.password)).status).toBe(200);
    expect(await newest()).toMatchObject({
      actor: { kind: "person", id: me, name: "admin" },
      outcome: "done",
    });
    expect(JSON.stringify(await audited())).not.toMatch(/hunter2|wrong password/);
  });

  test("of somebody who asks without end is counted", async () => {
    const before = (await audited()).length;
    for (let i = 0; i < 40; i += 1) expect((await send("/api/v1/me")).status).toBe(401);
    const fresh = (await audited()).length - before;
    expect(fresh).toBeGreaterThan(0);
    expect(fresh).toBeLessThan(40);
  });
});

test("the log is found by person, object, act, outcome and time, and comes in pages", async () => {
  const { id } = await newEpisode();
  clock.advance(MINUTE_MS);
  const day = new Date(clock.now()).toISOString();
  await app.operator.post(`/episodes/${id}/submit`).catch(() => undefined);
  expect((await audited(`&from=${day}`)).map(({ act }) => act)).toEqual(["POST /api/v1/episodes/:id/submit"]);
  expect((await audited(`&until=${day}&object=episodes/${id}`)).map(({ act }) => act)).toEqual([
    "POST /api/v1/episodes",
  ]);
  expect(new Set((await audited("&outcome=refused")).map(({ outcome }) => outcome))).toEqual(
    new Set(["refused"]),
  );
  expect(new Set((await audited("&actor=admin")).map(({ actor }) => actor.name))).toEqual(new Set(["admin"]));
  const all = await audited();
  const first = await app.operator.get<{ items: EntryView[]; nextCursor: string }>("/audit?limit=3");
  const second = await app.operator.get<{ items: EntryView[] }>(`/audit?limit=3&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items]).toEqual(all.slice(0, 6));
});

test("an export holds what the chain covers; a spreadsheet runs none of its cells; it is an entry itself", async () => {
  await app.operator.post("/devices", { regionCode: VILLAGE, kind: "loudspeaker", name: "=HYPERLINK(1)" });
  const get = (format: string) =>
    send(`/api/v1/audit/export?format=${format}`, {
      headers: { cookie: app.operator.credentials["cookie"] ?? "" },
    });
  const lines = (await (await get("jsonl")).text()).trimEnd().split("\n");
  let prev = "0".repeat(64);
  for (const [index, line] of lines.entries()) {
    const { seq, at, actor, address, requestId, act, outcome, status, reason, objects, changes, hash } =
      JSON.parse(line) as AuditEntry;
    expect(seq).toBe(index + 1);
    // As docs/audit.md has it, written anew.
    const who = [actor.kind, actor.id, actor.name, address, requestId];
    const covered = ["ccx-audit-1", seq, prev, at, ...who, act, outcome, status, reason, objects, changes];
    prev = createHash("sha256").update(JSON.stringify(covered)).digest("hex");
    expect(hash).toBe(prev);
  }
  expect(await newest()).toMatchObject({ act: "GET /api/v1/audit/export", outcome: "done" });

  const csv = await (await get("csv")).text();
  const rows = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
  expect(rows.length).toBeGreaterThanOrEqual(lines.length);
  for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});

describe("who made my village speak", () => {
  const why = async (at: Temporal.ZonedDateTime): Promise<WhyEntry[]> => {
    const text = at.toPlainDateTime().toString({ smallestUnit: "minute" });
    return (await app.operator.get<{ due: WhyEntry[] }>(`/audit/why?region=${VILLAGE}&at=${text}`)).due;
  };
  const local = (text: string) => Temporal.ZonedDateTime.from(`${text}[Asia/Shanghai]`);
  const actsOf = (due?: WhyEntry) => due?.entries.map(({ act }) => act) ?? [];

  test("is answered by one call: who set its schedule, and who stopped it", async () => {
    const air = local("2026-12-03T07:02");
    const scheduleId = await scheduleOnce(app.operator, air);
    const [due] = (await why(air)).filter(({ schedule }) => schedule?.id === scheduleId);
    expect(due?.responsible).toMatchObject({ scheduled: { by: "admin", kind: "person" } });
    expect(due?.responsible).not.toHaveProperty("stopped");
    expect(actsOf(due)).toEqual(["POST /api/v1/schedules"]);

    clock.advance(MINUTE_MS);
    await app.operator.post(`/broadcasts/${due?.broadcastId}/stop`, { reason: "错了" });
    const stopped = (await why(air)).find(({ broadcastId }) => broadcastId === due?.broadcastId);
    expect(stopped?.responsible.stopped).toMatchObject({
      by: "admin",
      at: new Date(clock.now()).toISOString(),
    });
    expect(actsOf(stopped)).toEqual(["POST /api/v1/schedules", "POST /api/v1/broadcasts/:id/stop"]);
  });

  test("however much was tried with it since", async () => {
    const air = local("2026-12-04T07:02");
    const scheduleId = await scheduleOnce(app.operator, air);
    const admin: Actor = { kind: "person", id: "admin", name: "admin" };
    const tried = { address: null, requestId: null, act: "PUT", object: `schedules/${scheduleId}` };
    const log = createAuditLog({
      db: databaseOf(app),
      clock,
      log: createMemoryLog().log,
      keepMs: 365 * DAY_MS,
    });
    for (let time = 0; time < 201; time += 1)
      log.begin({ ...tried, actor: () => admin, isMinor: false }).end("done", 200, null);
    const [due] = (await why(air)).filter(({ schedule }) => schedule?.id === scheduleId);
    expect(due?.entries).toHaveLength(200);
    expect(actsOf(due)).not.toContain("POST /api/v1/schedules");
    expect(due?.responsible).toMatchObject({ scheduled: { by: "admin" } });
  });

  test("and for what somebody airs this once, who began it", async () => {
    const air = local("2026-12-03T10:00");
    const { id } = await app.operator.post<{ id: string }>("/announcements", {
      title: "通知",
      class: "announcement",
      source: { upload: true },
      targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
      startAt: air.toInstant().toString(),
    });
    const due = (await why(air)).find(({ broadcastId }) => broadcastId === id);
    expect(due).toMatchObject({ schedule: null, responsible: { started: { by: "admin" } } });
    expect(actsOf(due)).toEqual(["POST /api/v1/announcements"]);
  });
});

test("what an act changes is found where services do it, whoever asks: each part of a broadcast has its person", async () => {
  const desk = await openDesk(clock);
  const { audit, broadcasts, schedules } = desk.services;
  const as = <T>(name: string, work: () => T): T =>
    audit.as({ kind: "person", id: name, name }, "at the desk", work);
  const episodeId = as("director", () => addEpisode(desk, 1));
  const schedule = schedules
    .active()
    .find(({ programmeId }) => programmeId === desk.services.episodes.get(episodeId).programmeId);
  if (!schedule) throw new Error("the shipped schedule is not there");
  as("scheduler", () => schedules.change(schedule.id, { ...schedule.definition, priority: 51 }));
  const from = { startAt: clock.now(), id: "" };
  const until = clock.now() + 30 * DAY_MS;
  const [broadcast] = broadcasts.page({ from: clock.now(), until, scheduleId: schedule.id }, from, 1);
  if (!broadcast) throw new Error("nothing was planned");
  expect(broadcast.contentId).toBe(episodeId);
  as("duty", () => broadcasts.stop(broadcast.id, "错了", desk.userId));
  const about = [`episodes/${episodeId}`, `schedules/${schedule.id}`, `broadcasts/${broadcast.id}`];
  const parts = responsibleFor(audit.doneTo(about), broadcast.startAt);
  expect(Object.entries(parts).map(([part, { actor }]) => [part, actor.name])).toEqual([
    ["submitted", "director"],
    ["first", "director"],
    ["second", "director"],
    ["final", "director"],
    ["scheduled", "scheduler"],
    ["stopped", "duty"],
  ]);
  await desk.close();
});

test("who confirmed a schedule did not set it, and has confirmed nothing of what it became since", async () => {
  const desk = await openDesk(clock);
  const { audit, people, programmes, schedules } = desk.services;
  const as = <T>(name: string, work: () => T): T =>
    audit.as({ kind: "person", id: name, name }, "at the desk", work);
  const programmeId = programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const deputy = people.invite("deputy", everywhere("scheduler"), desk.userId).person.id;
  const definition = scheduleDefinition({
    class: "announcement",
    rule: { dates: ["2026-12-05"], times: ["22:30"] },
    content: { policy: "item", contentId: addEpisode(desk, 1) },
  });
  const { id } = as("maker", () => schedules.create({ programmeId, ...definition }, { userId: desk.userId }));
  as("deputy", () => schedules.confirm(id, 1, deputy));
  const whoDid = () => {
    const parts = responsibleFor(audit.doneTo([`schedules/${id}`]), clock.now());
    return Object.entries(parts).map(([part, { actor }]) => [part, actor.name]);
  };
  expect(whoDid()).toEqual([
    ["scheduled", "maker"],
    ["confirmed", "deputy"],
  ]);
  as("changer", () => schedules.change(id, { ...definition, priority: 51 }, { userId: desk.userId }));
  expect(whoDid()).toEqual([["scheduled", "changer"]]);
  await desk.close();
});

test("every table is either shown in entries, or named as one that is written by acts and not shown, or by none", () => {
  const db = databaseOf(app);
  const tables = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  expect((tables.pluck().all() as string[]).toSorted()).toEqual(
    [AUDITED_TABLES, UNSHOWN_TABLES, OTHER_TABLES].flatMap((tables) => Object.keys(tables)).toSorted(),
  );
  db.close();
});

describe("the chain", () => {
  const dataDir = () => join(app.folder, "data");
  const verify = (...args: string[]): string =>
    execFileSync(process.execPath, ["scripts/audit-verify.ts", ...args], {
      env: { ...process.env, DATA_DIR: dataDir() },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });

  test("is whole, while the server runs", async () => {
    const { seq, hash } = await app.operator.get<{ seq: number; hash: string }>("/audit/head");
    expect(verify(`${seq}:${hash}`)).toContain(`1 to ${seq}.\n${seq}:${hash}`);
  });

  test("is whole after half of a character in an address, and in a refusal's words", async () => {
    const id = "a".repeat(63);
    await expect(app.operator.post(`/episodes/${id}%F0%9F%98%80/submit`)).rejects.toMatchObject({
      status: 422,
    });
    expect(await newest()).toMatchObject({ outcome: "refused", objects: [`episodes/${id}\ufffd`] });
    const days = { from: "2026-12-02", until: "2026-12-03" };
    const naming = { role: "reviewer-1", deputy: "x\ud800y", ...days };
    await expect(app.operator.post("/me/deputies", naming)).rejects.toMatchObject({ status: 422 });
    expect((await newest())?.reason).toContain("x\ufffdy");
    expect(verifyAudit(dataDir())).toMatchObject({ intact: true });
  });

  test("refuses changes and removals", () => {
    const db = databaseOf(app);
    for (const sql of [
      "UPDATE audit_entries SET reason = 'x' WHERE seq = 2",
      "DELETE FROM audit_entries WHERE seq = 2",
      "DELETE FROM audit_objects",
      "UPDATE audit_objects SET object = 'x'",
      "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 2",
      "INSERT INTO audit_anchors SELECT seq, hash, at FROM audit_entries WHERE seq = 2",
    ])
      expect(() => db.exec(sql)).toThrow(/append-only|chain|180 days/);
    db.close();
    expect(verifyAudit(dataDir()).intact).toBe(true);
  });

  test("tells the first entry that somebody changed, left out, or wrote anew", () => {
    const head = verifyAudit(dataDir());
    if (!head.intact) throw new Error(head.problem);
    const copy = join(app.folder, "tampered.db");
    const tampered = (change: string) => {
      execFileSync("rm", ["-f", copy]);
      const source = databaseOf(app);
      source.prepare("VACUUM INTO ?").run(copy);
      source.close();
      const db = new Sqlite(copy);
      const triggers = db.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'",
      );
      for (const name of triggers.pluck().all() as string[]) db.exec(`DROP TRIGGER ${name}`);
      db.exec(change);
      db.close();
      try {
        return verify("--database", copy, `${head.head.seq}:${head.head.hash}`);
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    expect(tampered("UPDATE audit_entries SET actor_name = 'deputy' WHERE seq = 5")).toContain(
      "broken at entry 5: its content was changed",
    );
    expect(
      tampered("DELETE FROM audit_objects WHERE seq = 5; DELETE FROM audit_entries WHERE seq = 5"),
    ).toContain("broken at entry 5: entry 5 is missing");
    expect(tampered("INSERT INTO audit_objects VALUES ('zz/1', 5)")).toContain(
      "broken at entry 5: the index",
    );
    expect(
      tampered("DELETE FROM audit_objects WHERE seq > 5; DELETE FROM audit_entries WHERE seq > 5"),
    ).toContain(`the chain ends before entry ${head.head.seq}`);
    expect(tampered("")).toContain("The audit log is whole");
  });
});

test("the chain goes on from its anchor when the first entries are past their time", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-audit-"));
  const db = openDatabase(join(folder, "cuncunxiang.db"), clock.now());
  const keepMs = 180 * DAY_MS;
  const { log } = createMemoryLog();
  const aging = createTestClock(clock.now());
  const audit = createAuditLog({ db, clock: aging, log, keepMs });
  for (const word of ["one", "two"]) audit.note(word, "done", null);
  aging.advance(2 * DAY_MS);
  audit.note("three", "done", null);
  expect(audit.prune()).toBe(0);
  expect(() => db.exec("DELETE FROM audit_objects; DELETE FROM audit_entries")).toThrow(/append-only/);

  aging.advance(179 * DAY_MS);
  expect(audit.prune()).toBe(2);
  expect(audit.prune()).toBe(0);
  expect(audit.after(EVERYTHING, 0, 10).map(({ act }) => act)).toEqual([
    "three",
    "old audit entries removed",
  ]);
  expect(verifyAudit(folder)).toMatchObject({ intact: true, entries: 2, from: { seq: 2 }, head: { seq: 4 } });

  aging.advance(400 * DAY_MS);
  expect([audit.prune(), audit.prune()]).toEqual([1, 1]);
  expect(verifyAudit(folder)).toMatchObject({ intact: true, from: { seq: 4 } });
  db.exec("DROP TRIGGER audit_entries_are_kept; DELETE FROM audit_entries WHERE seq = 5");
  expect(verifyAudit(folder)).toMatchObject({ intact: false, seq: 5, problem: "entry 5 is missing" });
  db.close();
  await rm(folder, { recursive: true });
});
