import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../../src/backup/backup.ts";
import { checkDatabase, checkMedia } from "../../src/backup/backup-check.ts";
import { createBackupFolder } from "../../src/backup/backup-folder.ts";
import { createBackupService } from "../../src/backup/backup-service.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/open.ts";
import { libraryPath } from "../../src/media/media-library.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { importRegions, makeTone, programmeId } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { until } from "../support/until.ts";

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
    expect(readdirSync(folder).toSorted()).toEqual([made.name, `${made.name}.json`]);
    for (const path of [folder, ...[made.name, `${made.name}.json`].map((name) => join(folder, name))])
      expect({ path, forOthers: modeOf(path) & 0o077 }).toEqual({ path, forOthers: 0 });
    const proof = checkDatabase(join(folder, made.name));
    expect(proof).toMatchObject({ bytes: made.bytes, sha256: made.sha256, audit: made.audit });
    expect(proof.rows).toMatchObject({ episodes: 1, assets: 1 });
    expect(made.media.files).toBeGreaterThanOrEqual(1);
    expect(made.media.missing).toBe(0);
    expect(verifyAudit(dataDir(), made.audit)).toMatchObject({ intact: true });
    expect((await auditOf(app.operator, "&act=a%20backup"))[0]).toMatchObject({
      actor: { kind: "server" },
      outcome: "done",
      reason: made.name,
    });
  });

  test("says which media files are missing or changed", () => {
    const path = libraryPath(join(app.folder, "media"), sha256);
    const media = join(app.folder, "media");
    const whole = checkMedia(databasePath(), media, true);
    expect(whole).toMatchObject({ missing: 0, isHashed: true });
    expect(whole.files).toBeGreaterThanOrEqual(1);
    const elsewhere = checkMedia(databasePath(), join(app.folder, "empty"), false);
    expect(elsewhere.missing).toBe(whole.files);
    expect(elsewhere.examples).toContain(sha256);
    const { size } = statSync(path);
    writeFileSync(path, Buffer.alloc(size));
    expect(checkMedia(databasePath(), media, false).missing).toBe(0);
    expect(checkMedia(databasePath(), media, true)).toMatchObject({ missing: 1, examples: [sha256] });
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
    expect(readdirSync(dir)).toHaveLength(4);
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
  const names = ["cuncunxiang-1.db", "cuncunxiang-2.db.partial", "cuncunxiang-3.db.json.partial", "other.db"];
  for (const name of names) writeFileSync(join(dir, name), "");
  expect(folder.list()).toEqual([]);
  folder.sweep(0);
  expect(readdirSync(dir)).toHaveLength(4);
  folder.sweep(Date.now() + DAY_MS);
  expect(readdirSync(dir)).toEqual(["other.db"]);
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
