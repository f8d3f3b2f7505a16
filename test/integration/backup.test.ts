import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Manifest } from "../../src/backup/backup.ts";
import { checkDatabase } from "../../src/backup/backup-check.ts";
import { createBackupFolder } from "../../src/backup/backup-folder.ts";
import { createBackupService } from "../../src/backup/backup-service.ts";
import { createLaidAside, removeCutOff } from "../../src/backup/laid-aside.ts";
import { checkMedia, isMediaListOf } from "../../src/backup/media-check.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/open.ts";
import { libraryPath } from "../../src/media/media-library.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { importRegions, makeTone, programmeId } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

let app: RunningApp;
let sha256: string;
beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  const { id } = await app.operator.post<{ id: string }>("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number: 1,
    title: "备份",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  const tone = makeTone(join(app.folder, "tone.wav"), 1);
  const path = `/episodes/${id}/segments/1/recording`;
  const episode = await app.operator.upload<{ segments: { recording: { sha256: string } }[] }>(path, tone);
  sha256 = episode.segments[0]?.recording.sha256 ?? "";
});
afterAll(() => app.close());

const dataDir = () => join(app.folder, "data");
const databasePath = () => join(dataDir(), "cuncunxiang.db");
const modeOf = (path: string) => statSync(path).mode & 0o777;

test("a database is written so that what is acknowledged survives a power cut: WAL, and FULL", async () => {
  const db = openDatabase(join(app.folder, "settings.db"), 1);
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(db.pragma("synchronous", { simple: true })).toBe(2);
  db.close();
});

describe("a backup", () => {
  test("is one file of its own, proved, for the server's account alone, with what it holds beside it", async () => {
    const made = await app.operator.post<Manifest>("/backups");
    const folder = join(dataDir(), "backups");
    const names = [made.name, `${made.name}.json`, `${made.name}.media.gz`];
    expect(readdirSync(folder).toSorted()).toEqual(names);
    for (const path of [folder, ...names.map((name) => join(folder, name))])
      expect({ path, forOthers: modeOf(path) & 0o077 }).toEqual({ path, forOthers: 0 });
    const proof = checkDatabase(join(folder, made.name));
    expect(proof).toMatchObject({ bytes: made.bytes, sha256: made.sha256, audit: made.audit });
    expect(proof.rows).toMatchObject({ episodes: 1, assets: 1 });
    expect(made.media.files).toBeGreaterThanOrEqual(1);
    expect(made.media.missing).toBe(0);
    const [database = "", , list = ""] = names.map((name) => join(folder, name));
    expect(isMediaListOf(database, list)).toBe(true);
    writeFileSync(join(app.folder, "other.gz"), gzipSync(`${sha256} 1\n`));
    expect(isMediaListOf(database, join(app.folder, "other.gz"))).toBe(false);
    expect(verifyAudit(dataDir(), made.audit)).toMatchObject({ intact: true });
    expect((await auditOf(app.operator, "&act=a%20backup"))[0]).toMatchObject({
      actor: { kind: "server" },
      outcome: "done",
      reason: made.name,
    });
  });

  test("shows that the end of the audit log was cut off since", () => {
    const folder = join(dataDir(), "backups");
    const [made] = createBackupFolder(folder).list();
    if (!made) throw new Error("there is no backup");
    const verify = (dir: string) =>
      spawnSync(process.execPath, ["scripts/audit-verify.ts"], {
        env: { ...process.env, DATA_DIR: dir, BACKUP_DIR: folder },
        encoding: "utf8",
      });
    expect(verify(dataDir())).toMatchObject({ status: 0, stdout: expect.stringContaining(made.name) });
    const cut = mkdtempSync(join(tmpdir(), "ccx-cut-"));
    const copy = new Sqlite(join(folder, made.name), { readonly: true });
    copy.prepare("VACUUM INTO ?").run(join(cut, "cuncunxiang.db"));
    copy.close();
    const db = new Sqlite(join(cut, "cuncunxiang.db"));
    db.exec("DROP TRIGGER audit_entries_are_kept; DROP TRIGGER audit_objects_are_kept");
    db.exec(
      `DELETE FROM audit_objects WHERE seq = ${made.audit.seq}; DELETE FROM audit_entries WHERE seq = ${made.audit.seq}`,
    );
    db.close();
    expect(verify(cut)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`the chain ends before entry ${made.audit.seq}`),
    });
    rmSync(cut, { recursive: true });
  });

  test("says which media files are missing or changed", () => {
    const path = libraryPath(join(app.folder, "media"), sha256);
    const media = join(app.folder, "media");
    const whole = checkMedia(databasePath(), media, "all");
    expect(whole).toMatchObject({ missing: 0, hashed: whole.files });
    expect(whole.files).toBeGreaterThanOrEqual(1);
    const elsewhere = checkMedia(databasePath(), join(app.folder, "empty"), "none");
    expect(elsewhere.missing).toBe(whole.files);
    expect(elsewhere.examples).toContain(sha256);
    const { size } = statSync(path);
    writeFileSync(path, Buffer.alloc(size));
    expect(checkMedia(databasePath(), media, "none")).toMatchObject({ missing: 0, hashed: 0 });
    expect(checkMedia(databasePath(), media, "all")).toMatchObject({ missing: 1, examples: [sha256] });
    const shares = Array.from({ length: 30 }, (_, share) => checkMedia(databasePath(), media, share));
    expect(shares.reduce((sum, { hashed }) => sum + hashed, 0)).toBe(whole.files);
    expect(shares.filter(({ missing }) => missing === 1)).toHaveLength(1);
  });

  test("of a damaged database is refused, and leaves no file", async () => {
    const damaged = join(app.folder, "damaged.db");
    const db = openDatabase(damaged, 1);
    db.pragma("foreign_keys = OFF");
    db.exec("INSERT INTO enrolment_codes VALUES ('x', 'nobody', 1, 1, NULL)");
    db.close();
    const order = { clock: createTestClock(DAY_MS), at: null, dir: join(app.folder, "of-damaged") };
    const { backups } = serviceOf(damaged, order);
    await expect(backups.make()).rejects.toThrow(
      "The database is not sound: a row of enrolment_codes refers to one of devices that is missing.",
    );
    expect(readdirSync(order.dir)).toEqual([]);
  });
});

interface Order {
  clock: ReturnType<typeof createTestClock>;
  at: string | null;
  dir: string;
}

function serviceOf(path: string, { clock, at, dir }: Order) {
  const notes: (string | null)[] = [];
  const { log, entries } = createMemoryLog();
  const air = { isNear: false };
  const backups = createBackupService({
    databasePath: path,
    mediaDir: join(app.folder, "media"),
    backupDir: dir,
    keyFile: join(dataDir(), "secrets.key"),
    version: "test",
    since: clock.now(),
    at,
    keep: { daily: 2, weekly: 0, monthly: 0 },
    warnMs: 2 * DAY_MS,
    zone: "Asia/Shanghai",
    isNearAir: () => air.isNear,
    audit: { note: (_act, _outcome, reason) => void notes.push(reason) },
    clock,
    log,
  });
  return { backups, air, notes, entries };
}

describe("by itself", () => {
  const START = Date.parse("2026-12-01T12:00:00+08:00");

  test("a backup is made each day at its time, not near air, once, and again when a night was missed", async () => {
    const clock = createTestClock(START);
    const dir = join(app.folder, "nightly");
    const { backups, air, notes } = serviceOf(databasePath(), { clock, at: "03:30", dir });
    /** Lets a minute pass and waits for what it began. */
    const minute = async () => {
      clock.advance(MINUTE_MS);
      const before = notes.length;
      backups.everyMinute();
      await backups.settled();
      return notes.length - before;
    };
    expect(await minute()).toBe(0);
    clock.advance(15 * HOUR_MS);
    expect(await minute()).toBe(0);
    clock.advance(HOUR_MS);
    air.isNear = true;
    expect(await minute()).toBe(0);
    await expect(backups.make()).rejects.toMatchObject({ code: "conflict" });
    air.isNear = false;
    expect(await minute()).toBe(1);
    expect(await minute()).toBe(0);
    clock.advance(3 * DAY_MS);
    expect(await minute()).toBe(1);
    clock.advance(DAY_MS);
    expect(await minute()).toBe(1);
    // Two days are kept.
    expect(backups.list()).toHaveLength(2);
    expect(readdirSync(dir)).toHaveLength(6);
    const [last, first] = backups.list();
    expect([first?.media.share, last?.media.share]).toEqual([1, 2]);
  }, 60_000);

  test("what is wrong is said: none, an old one, one that fails, a folder that cannot be read", async () => {
    const clock = createTestClock(START);
    const dir = join(app.folder, "failing");
    const { backups, notes, entries } = serviceOf(join(app.folder, "no.db"), { clock, at: "03:30", dir });
    expect(backups.problem()).toBeNull();
    await expect(backups.make()).rejects.toThrow(/There is no database/);
    expect(notes[0]).toMatch(/There is no database/);
    clock.advance(3 * DAY_MS);
    expect(backups.problem()).toBe("There is no backup yet.");
    expect(backups.lastFailure()?.message).toMatch(/There is no database/);
    backups.everyMinute();
    await backups.settled();
    expect(entries.filter(({ msg }) => String(msg).startsWith("There is no backup yet."))).toHaveLength(1);
    rmSync(dir, { recursive: true });
    writeFileSync(dir, "");
    expect(backups.problem()).toBe("The folder of the backups cannot be read.");
    clock.advance(2 * HOUR_MS);
    expect(() => backups.everyMinute()).not.toThrow();
    expect(backups.lastFailure()).toMatchObject({
      at: clock.now(),
      message: expect.stringContaining("ENOTDIR"),
    });
    expect(notes.at(-1)).toContain("ENOTDIR");
  });

  test("a server says in /readyz how old the last backup is, and stays ready", async () => {
    const clock = createTestClock(START);
    const late = await runApp({ clock });
    const ready = async () => {
      const answer = await fetch(`${late.url}/readyz`);
      return { code: answer.status, ...((await answer.json()) as object) };
    };
    await until(async () => (await ready()).code === 200, { what: "the broker", timeoutMs: 30_000 });
    expect(await ready()).toMatchObject({ notices: {} });
    clock.advance(3 * DAY_MS);
    expect(await ready()).toMatchObject({ code: 200, notices: { backup: "There is no backup yet." } });
    await late.close();
  });
});

test("what a backup that was cut off left is no backup, and is swept away", () => {
  const dir = join(app.folder, "cut-off");
  const folder = createBackupFolder(dir);
  folder.ensure();
  const names = [
    "cuncunxiang-1.db",
    "cuncunxiang-2.db.partial",
    "cuncunxiang-2.db.partial.trial.partial",
    "cuncunxiang-2.db.partial.trial.partial-shm",
    "cuncunxiang-2.db.partial.trial.partial-wal",
    "cuncunxiang-3.db.json.partial",
    "other.db",
  ];
  for (const name of names) writeFileSync(join(dir, name), "");
  expect(folder.list()).toEqual([]);
  folder.sweep(0);
  expect(readdirSync(dir)).toHaveLength(names.length);
  folder.sweep(Date.now() + DAY_MS);
  expect(readdirSync(dir)).toEqual(["other.db"]);
});

test("a database that was laid aside goes when its time has passed, by an act of the server's", () => {
  const dir = join(app.folder, "laid-aside");
  const names = [
    "cuncunxiang.db",
    "cuncunxiang.db-wal",
    `cuncunxiang.db.before-0002-more-${Date.parse("2026-11-01T00:00:00Z")}`,
    "replaced-2026-11-02T03-04-05-678Z",
  ];
  for (const name of names) mkdirSync(join(dir, name), { recursive: true });
  const clock = createTestClock(Date.parse("2026-11-30T00:00:00Z"));
  const noted: string[] = [];
  const audit = { note: (_act: string, _outcome: string, reason: string) => void noted.push(reason) };
  const { log } = createMemoryLog();
  const databasePath = join(dir, "cuncunxiang.db");
  const { everyHour } = createLaidAside({ databasePath, auditKeepMs: 180 * DAY_MS, audit, clock, log });
  everyHour();
  expect(readdirSync(dir).toSorted()).toEqual(names);
  clock.advance(DAY_MS);
  everyHour();
  expect(readdirSync(dir).toSorted()).toEqual(names.filter((name) => name !== names[2]));
  clock.advance(151 * DAY_MS);
  everyHour();
  expect(readdirSync(dir).toSorted()).toEqual(names.filter((name) => name !== names[2]));
  clock.advance(DAY_MS);
  everyHour();
  expect(readdirSync(dir).toSorted()).toEqual(names.slice(0, 2));
  expect(noted).toEqual(names.slice(2));
});

test("what a restore or a migration left that was cut off goes at the next start, and nothing else", () => {
  const dir = join(app.folder, "left");
  mkdirSync(dir);
  const left = [
    "cuncunxiang.db.before-0002-more-1.partial",
    "cuncunxiang.db.next",
    "cuncunxiang.db.restoring.partial",
    "cuncunxiang.db.restoring.partial-wal",
  ];
  const stays = ["cuncunxiang.db", "cuncunxiang.db-wal", "cuncunxiang.db.before-0002-more-1", "secrets.key"];
  for (const name of [...left, ...stays]) writeFileSync(join(dir, name), "");
  removeCutOff(join(dir, "cuncunxiang.db"));
  expect(readdirSync(dir).toSorted()).toEqual(stays);
});

test("a migration takes a snapshot first, that is proved to be a database and is the server's account's alone", () => {
  const path = join(app.folder, "migrated.db");
  openDatabase(path, 1).close();
  const db = new Sqlite(path);
  const applied = db
    .prepare<[], { name: string; checksum: string }>("SELECT name, checksum FROM migrations")
    .all();
  const fresh = { name: "9999-more.sql", checksum: "x", sql: "CREATE TABLE more (id INTEGER) STRICT" };
  migrate(db, 2, [...applied.map((row) => ({ ...row, sql: "" })), fresh]);
  db.close();
  const snapshot = `${path}.before-9999-more-2`;
  expect(modeOf(snapshot)).toBe(0o600);
  expect(checkDatabase(snapshot).rows).not.toHaveProperty("more");
  expect(checkDatabase(path).rows).toHaveProperty("more", 0);
});
