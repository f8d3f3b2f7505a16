import { type ExecFileException, execFile } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import type { Manifest } from "../../src/backup/backup.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { type EpisodeView, enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { COUNTY, VILLAGE } from "../support/fleet.ts";

let folder: string;
let server: StartedServer;
let password: string;
let operator: Operator;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-drill-"));
  server = await startServer(folder);
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
});
afterAll(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

const database = () => join(folder, "data/cuncunxiang.db");
const backups = () => join(folder, "backups");
const env = () => ({
  ...process.env,
  DATA_DIR: join(folder, "data"),
  MEDIA_DIR: join(folder, "media"),
  BACKUP_DIR: backups(),
});

/** One of the project's commands; its output, whatever it ended with. */
async function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [`scripts/${script}.ts`, ...args], {
      env: env(),
    });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as ExecFileException & { stdout: string; stderr: string };
    return { code: Number(code), text: stdout + stderr };
  }
}

const makeSchedule = async (name: string): Promise<unknown> =>
  operator.post("/schedules?acceptConflicts=test", {
    programmeId: await programmeId(operator, "broadcast"),
    name,
    rule: { daysOfMonth: [1, 15], times: ["09:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 1,
    offline: "play",
  });

/** A script with a token of its own: what it is answered. */
async function scriptOf({ postAnew }: Operator): Promise<() => Promise<number>> {
  const order = { label: "nightly", scopes: ["timetable:read"], expiresInDays: 30 };
  const { token } = await postAnew<{ token: string }>("/me/tokens", order);
  return async () => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${server.url}/api/v1/schedules`, { headers })).status;
  };
}

/** What people see of all that is kept. */
const everything = async () => ({
  regions: await operator.get("/regions?limit=500"),
  programmes: await operator.get("/programmes"),
  // Without what is being rendered, which goes on.
  episodes: (await operator.get<{ items: EpisodeView[] }>("/episodes")).items.map(
    ({ id, number, title, segments }) => ({ id, number, title, sha256: segments[0]?.recording?.sha256 }),
  ),
  schedules: await operator.get("/schedules"),
  policy: await operator.get("/policy"),
  areaPolicy: await operator.get(`/regions/${VILLAGE}/policy`),
  devices: (await operator.get<{ items: { id: string; state: string }[] }>("/devices")).items.map(
    ({ id, state }) => ({ id, state }),
  ),
});

test("a destroyed database comes back from its backup, whole; a damaged backup is refused; devices follow", async () => {
  const device = await enrolDevice(operator, server.url, VILLAGE);
  const revisionNow = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${device.token}`, accept: "application/json" };
    const answer = await fetch(`${server.url}/device/v1/playlist`, { headers });
    return ((await answer.json()) as { revision: number }).revision;
  };
  const { id } = await operator.post<{ id: string }>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number: 1,
    title: "演练",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  const tone = makeTone(join(folder, "tone.wav"), 1);
  const uploaded = await operator.upload<EpisodeView>(`/episodes/${id}/segments/1/recording`, tone);
  const sha256 = uploaded.segments[0]?.recording?.sha256 ?? "";
  await makeSchedule("备份之前");
  await operator.put(`/regions/${VILLAGE}/policy`, { maxVolume: 61 });
  const byScript = await scriptOf(operator);
  expect(await byScript()).toBe(200);
  const before = await everything();
  const head = await operator.get<{ seq: number; hash: string }>("/audit/head");

  const made = await run("backup");
  expect(made).toMatchObject({ code: 0 });
  expect(made.text).toContain("0 missing or damaged");
  const [name = ""] = readdirSync(backups()).filter((file) => file.endsWith(".db"));
  const backup = join(backups(), name);

  // What happens after the backup is lost with the disk.
  await makeSchedule("备份之后");
  await operator.put(`/regions/${VILLAGE}/policy`, { maxVolume: 62 });
  const lastRevision = await revisionNow();
  expect(lastRevision).toBeGreaterThan(0);
  const refused = await run("restore", "latest");
  expect(refused.code).toBe(1);
  expect(refused.text).toContain("Another server is running on the folder");

  const oldSignIn = operator.credentials;
  await server.end("SIGKILL");
  writeFileSync(database(), Buffer.alloc(100_000, 0xaa));
  for (const suffix of ["-wal", "-shm"]) rmSync(database() + suffix, { force: true });
  await expect(startServer(folder)).rejects.toThrow(/ended with 1/);

  // A backup that is not what it was is refused, and what is there stays as it is.
  const bad = join(folder, "bad.db");
  const manifest = JSON.parse(readFileSync(`${backup}.json`, "utf8")) as Manifest;
  const whole = readFileSync(backup);
  const flipped = Buffer.from(whole);
  flipped.writeUInt32BE(0xdeadbeef, 4096 * 12 + 2000);
  const damages: [string, Buffer, RegExp][] = [
    ["cut off", whole.subarray(0, whole.length - 8192), /not sound|damaged/],
    ["some bytes changed", flipped, /not sound|damaged/],
    ["empty", Buffer.alloc(0), /not sound|damaged/],
  ];
  for (const [what, bytes, message] of damages) {
    writeFileSync(bad, bytes);
    writeFileSync(`${bad}.json`, JSON.stringify(manifest));
    const answer = await run("restore", bad);
    expect({ what, ...answer }).toMatchObject({ what, code: 1, text: expect.stringMatching(message) });
    expect(answer.text).toContain("Nothing was changed.");
  }
  rmSync(`${bad}.json`);
  expect((await run("restore", bad)).text).toContain("is no backup");
  expect(statSync(database()).size).toBe(100_000);
  expect(existsSync(`${database()}.restoring`)).toBe(false);

  // One that was cut off in the middle of the exchange does not start with either.
  cpSync(backup, `${database()}.restoring`);
  await expect(startServer(folder)).rejects.toThrow(/ended with 1/);
  expect(readFileSync(join(folder, "server.log"), "utf8")).toContain("A restore of the database was cut off");

  const list = await run("restore");
  expect(list.text).toContain(name);
  const restored = await run("restore", "latest");
  expect(restored).toMatchObject({
    code: 0,
    text: expect.stringContaining("1 media files are named, 0 of them missing"),
  });
  const [aside = ""] = readdirSync(join(folder, "data")).filter((file) => file.startsWith("replaced-"));
  expect(statSync(join(folder, "data", aside, "cuncunxiang.db")).size).toBe(100_000);
  expect(statSync(database()).mode & 0o077).toBe(0);

  server = await startServer(folder);
  const old = await fetch(`${server.url}/api/v1/me`, { headers: { cookie: oldSignIn["cookie"] ?? "" } });
  expect(old.status).toBe(401);
  expect(await byScript()).toBe(401);
  operator = await signIn(server.url, "admin", password);
  expect(await everything()).toEqual(before);
  const file = await fetch(`${server.url}/media/${sha256}`, {
    headers: { cookie: operator.credentials["cookie"] ?? "" },
  });
  expect(Buffer.from(await file.arrayBuffer()).equals(readFileSync(tone))).toBe(true);
  // The device's credentials hold, and it takes the playlist for a newer one than those that are lost.
  expect(await revisionNow()).toBeGreaterThan(lastRevision);
  // The log goes on where the backup ended.
  expect(verifyAudit(join(folder, "data"), head)).toMatchObject({ intact: true });
  expect((await auditOf(operator, "&act=the%20database"))[0]).toMatchObject({
    actor: { kind: "machine" },
    outcome: "done",
    reason: name,
  });
});
