import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, ProblemError, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { approve } from "../../scripts/reviewers.ts";
import { delay } from "../../src/clock.ts";
import { openDatabase, openDatabaseReadOnly } from "../../src/db/open.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { type EpisodeView, enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { COUNTY, type Member, VILLAGE } from "../support/fleet.ts";
import { until } from "../support/until.ts";

const KILLS = 9;
const SEED = 7;
const ENV = {
  RATE_LIMIT_PER_MINUTE: "100000",
  ENROLMENTS_PER_MINUTE: "100000",
  SIGN_INS_PER_MINUTE: "100000",
  SECOND_FACTOR: "optional",
};

let folder: string;
let server: StartedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-acknowledged-"));
});
afterEach(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

/** Moments that are the same each time (a linear congruential generator). */
function moments(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** What the server has acknowledged, by what finds it again. */
const acknowledged = {
  episodes: new Map<string, string>(),
  schedules: new Map<string, string>(),
  approvals: new Set<string>(),
  announcements: new Set<string>(),
  enrolled: new Map<string, string>(),
  revoked: new Set<string>(),
  signIns: new Set<string>(),
  links: new Set<string>(),
  /** Of the one device that reports, by boot. */
  reports: new Map<string, number>(),
};

const KINDS = Object.keys(acknowledged) as (keyof typeof acknowledged)[];
/** What was refused although the server was there. */
const refused: string[] = [];
let made = 0;
const unique = () => (made += 1);

async function editContent(operator: Operator): Promise<never> {
  const programme = await programmeId(operator, "broadcast");
  for (;;) {
    const number = unique();
    const { id } = await operator.post<{ id: string }>("/episodes", {
      programmeId: programme,
      number,
      title: "初稿",
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    acknowledged.episodes.set(id, "初稿");
    const title = `第${number}稿`;
    await operator.patch(`/episodes/${id}`, { title });
    acknowledged.episodes.set(id, title);
  }
}

/** Approves what is heard and rendered, as far as the database knows. */
async function approveContent(operator: Operator): Promise<never> {
  const programme = await programmeId(operator, "broadcast");
  for (;;) {
    const number = unique();
    const sha256 = addRecording(`recording ${number}`);
    const { id } = await operator.post<{ id: string }>("/episodes", {
      programmeId: programme,
      number,
      title: "待审",
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    acknowledged.episodes.set(id, "待审");
    await operator.put(`/episodes/${id}/segments/1/asset`, { sha256 });
    renderAll();
    await approve(operator, `episodes/${id}`);
    acknowledged.approvals.add(id);
  }
}

async function editTimetable(operator: Operator): Promise<never> {
  const programme = await programmeId(operator, "broadcast");
  const definition = (name: string) => ({
    programmeId: programme,
    name,
    rule: { dates: ["2027-03-01"], times: ["07:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 1,
    offline: "play",
  });
  for (;;) {
    const name = `排期${unique()}`;
    const { id } = await operator.post<{ id: string }>("/schedules?acceptConflicts=test", definition(name));
    acknowledged.schedules.set(id, name);
    await operator.put(`/regions/${VILLAGE}/policy`, { maxVolume: 20 + (unique() % 60) });
  }
}

async function interrupt(operator: Operator): Promise<never> {
  for (;;) {
    const { id } = await operator.post<{ id: string }>("/announcements", {
      title: `通知${unique()}`,
      class: "announcement",
      source: { upload: true },
      targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    });
    acknowledged.announcements.add(id);
    const link = await operator.post<{ id: string }>(`/regions/${VILLAGE}/calendar-links`, { label: "日历" });
    acknowledged.links.add(link.id);
  }
}

async function enrol(operator: Operator): Promise<never> {
  for (;;) {
    const { identity, token } = await enrolDevice(operator, server.url, VILLAGE);
    acknowledged.enrolled.set(identity.id, token);
    if (unique() % 2 === 0) continue;
    acknowledged.enrolled.delete(identity.id);
    await operator.post(`/devices/${identity.id}/revoke`);
    acknowledged.revoked.add(identity.id);
  }
}

async function signInAgain(password: string): Promise<never> {
  for (;;)
    acknowledged.signIns.add((await signIn(server.url, "admin", password)).credentials["cookie"] ?? "");
}

async function report(device: Member, bootId: string): Promise<never> {
  const [, brokerUrl = ""] = await server.line(/MQTT\s+(mqtt:\S+)/);
  const link = await connectDevice(brokerUrl, device);
  const topic = (leaf: string) => `ccx/v1/device/${device.identity.id}/${leaf}`;
  await link.subscribe(topic("ack"));
  for (let seq = 1; ; seq += 1) {
    const records = [{ seq, at: Date.now(), type: "cached", sha256: "a".repeat(64) }];
    await link.publish(topic("report"), JSON.stringify({ bootId, records }));
    await link.hears(JSON.stringify({ bootId, ackedSeq: seq }));
    acknowledged.reports.set(bootId, seq);
  }
}

const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Another recording like the one that was uploaded and heard: `media-kills` is about those ways. */
function addRecording(name: string): string {
  const sha256 = sha256Of(name);
  inDatabase(
    `INSERT INTO assets (sha256, bytes, probe, duration_ms, original_name, synthetic, listening, created_at,
       last_received_at)
     SELECT ?, bytes, probe, duration_ms, original_name, synthetic, listening, created_at, last_received_at
     FROM assets WHERE listening IS NOT NULL LIMIT 1`,
    [sha256],
  );
  return sha256;
}

async function hearOne(operator: Operator): Promise<void> {
  const { id } = await operator.post<{ id: string }>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number: unique(),
    title: "样音",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await operator.upload(`/episodes/${id}/segments/1/recording`, makeTone(join(folder, "tone.wav"), 1));
  const isHeard = async () =>
    (await operator.get<EpisodeView>(`/episodes/${id}`)).segments[0]?.recording?.listening !== null;
  await until(isHeard, { what: "the recording to be heard", timeoutMs: 120_000 });
}
function renderAll(): void {
  inDatabase("DELETE FROM jobs WHERE state <> 'running'", []);
  inDatabase(
    `UPDATE renditions SET state = 'ready', sha256 = substr(id || derivation, -64), bytes = 500, mime = 'audio/mpeg',
       duration_ms = 60000, error = NULL WHERE state <> 'ready'`,
    [],
  );
}
function inDatabase(sql: string, values: string[]): void {
  const db = openDatabase(join(folder, "data/cuncunxiang.db"), Date.now());
  try {
    db.pragma("busy_timeout = 5000");
    db.prepare(sql).run(...values);
  } finally {
    db.close();
  }
}

test(`${KILLS} kills while everybody writes lose nothing that was acknowledged, nor its audit entry`, async () => {
  const moment = moments(SEED);
  server = await startServer(folder, ENV);
  const password = await server.password;
  let operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
  await hearOne(operator);
  const reporter = await enrolDevice(operator, server.url, VILLAGE);
  const heads: { seq: number; hash: string }[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const work = [editContent, approveContent, editTimetable, interrupt, enrol].map((write) =>
      write(operator),
    );
    work.push(signInAgain(password), report(reporter, `boot-${kill}`));
    // Each ends with the server; before that nothing is refused.
    const writers = work.map((writing) =>
      writing.catch((error: unknown) => {
        if (error instanceof ProblemError) refused.push(error.message);
      }),
    );
    const kind = KINDS[kill % KINDS.length] ?? "episodes";
    const before = acknowledged[kind].size;
    // Somewhere after the first write of one kind; a slow machine needs its time for that.
    await until(() => acknowledged[kind].size > before, { what: kind, timeoutMs: 150_000 });
    await delay(moment() * 1_000);
    heads.push(await operator.get("/audit/head"));
    await server.end("SIGKILL");
    await Promise.all(writers);
    server = await startServer(folder, ENV);
    operator = await signIn(server.url, "admin", password);
  }
  expect(refused).toEqual([]);
  expect(KINDS.filter((kind) => acknowledged[kind].size === 0)).toEqual([]);

  for (const head of heads) expect(verifyAudit(join(folder, "data"), head)).toMatchObject({ intact: true });
  // The last edit of all may have been made without its acknowledgement.
  for (const [id, title] of acknowledged.episodes)
    expect((await operator.get<{ title: string }>(`/episodes/${id}`)).title).toMatch(
      title === "初稿" ? /稿$/ : title,
    );
  for (const [id, name] of acknowledged.schedules)
    expect(await operator.get(`/schedules/${id}`)).toMatchObject({ name });
  for (const id of acknowledged.announcements)
    expect(await operator.get(`/announcements/${id}`)).toMatchObject({ id });
  for (const id of acknowledged.revoked)
    expect(await operator.get(`/devices/${id}`)).toMatchObject({ state: "revoked" });
  for (const token of acknowledged.enrolled.values())
    expect(await statusOf("/device/v1/playlist", { authorization: `Bearer ${token}` })).toBe(200);
  for (const cookie of acknowledged.signIns) expect(await statusOf("/api/v1/me", { cookie })).toBe(200);

  const db = openDatabaseReadOnly(join(folder, "data/cuncunxiang.db"));
  const one = (sql: string, ...values: string[]) =>
    db
      .prepare(sql)
      .pluck()
      .get(...values);
  for (const id of acknowledged.approvals)
    expect(one("SELECT approved_at IS NOT NULL FROM episodes WHERE id = ?", id)).toBe(1);
  for (const id of acknowledged.links) expect(one("SELECT 1 FROM calendar_links WHERE id = ?", id)).toBe(1);
  for (const [bootId, seq] of acknowledged.reports)
    expect(one("SELECT COUNT(*) FROM playback_records WHERE boot_id = ?", bootId)).toBeGreaterThanOrEqual(
      seq,
    );
  db.close();

  const objects = [
    ...[...acknowledged.episodes.keys()].map((id) => `episodes/${id}`),
    ...[...acknowledged.schedules.keys()].map((id) => `schedules/${id}`),
    ...[...acknowledged.announcements].map((id) => `announcements/${id}`),
    ...[...acknowledged.enrolled.keys(), ...acknowledged.revoked].map((id) => `devices/${id}`),
    ...[...acknowledged.links].map((id) => `calendar-links/${id}`),
  ];
  for (const object of objects) {
    const entries = await auditOf(operator, `&object=${object}`);
    expect({ object, isAudited: entries.length > 0 }).toEqual({ object, isAudited: true });
  }
  for (const id of acknowledged.approvals)
    expect(
      await auditOf(operator, `&object=episodes/${id}&act=POST%20/api/v1/episodes/:id/signatures`),
    ).not.toEqual([]);
}, 600_000);

const statusOf = async (path: string, headers: Record<string, string>): Promise<number> => {
  const answer = await fetch(`${server.url}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
};
