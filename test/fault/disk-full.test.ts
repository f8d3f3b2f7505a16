import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { sendChunk, spokenChunk } from "../support/speaker.ts";
import { tusClient } from "../support/tus.ts";

let folder: string;
let disk: SmallDisk;
let server: StartedServer;
let operator: Operator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-full-"));
});
afterEach(async () => {
  await server.end();
  disk.remove();
  await rm(folder, { recursive: true });
});

async function start(env: NodeJS.ProcessEnv): Promise<void> {
  server = await startServer(folder, { RATE_LIMIT_PER_MINUTE: "100000", ...env });
  operator = await signIn(server.url, "admin", await server.password);
}

const FULL = {
  status: 507,
  problem: {
    type: "urn:ccx:problem:no_space",
    detail: "The server's disk is full.",
    hint: "It was not saved. Free some room there, or tell the administrator, and send it again.",
  },
};

let number = 0;
const next = (): number => (number += 1);
const broadcasts = () => programmeId(operator, "broadcast");
const newEpisode = async () =>
  operator.post<{ id: string }>("/episodes", {
    programmeId: await broadcasts(),
    number: next(),
    title: "满",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
const newAnnouncement = (source: object) =>
  operator.post<{ id: string }>("/announcements", {
    title: "停水通知",
    class: "announcement",
    // Near air no backup is made. What is spoken live has no time of its own.
    ...("upload" in source && { startAt: new Date(Date.now() + 3_600_000).toISOString() }),
    source,
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
const newSchedule = async () =>
  operator.post<{ id: string }>("/schedules?acceptConflicts=test", {
    programmeId: await broadcasts(),
    ...scheduleDefinition({ name: `排期${next()}`, rule: { dates: ["2027-03-01"], times: ["07:00"] } }),
  });
const idsOf = async (path: string) => {
  const { items } = await operator.get<{ items: { id: string }[] }>(path);
  return items.map(({ id }) => id).toSorted();
};

/** Writes until the disk is full: what is free in the database's own pages is used up first. @returns the last answer */
async function untilRefused(write: () => Promise<{ id: string }>, kept: string[]): Promise<unknown> {
  for (let tries = 0; tries < 500; tries += 1)
    try {
      kept.push((await write()).id);
    } catch (error) {
      return error;
    }
  throw new Error("the disk never became full");
}

test("a full disk beneath the database: writes are refused and say so, reads go on, and it recovers by itself", async () => {
  disk = mountSmallDisk(join(folder, "data"), 24);
  await start({});
  await importRegions(operator);
  const device = await enrolDevice(operator, server.url, VILLAGE);
  const [, brokerUrl = ""] = await server.line(/MQTT\s+(mqtt:\S+)/);
  const link = await connectDevice(brokerUrl, device);
  const topic = (leaf: string) => `ccx/v1/device/${device.identity.id}/${leaf}`;
  await link.subscribe(topic("ack"));
  const report = (seq: number) =>
    link.publish(
      topic("report"),
      JSON.stringify({
        bootId: "b1",
        records: [{ seq, at: Date.now(), type: "cached", sha256: "a".repeat(64) }],
      }),
    );

  const writes = {
    "/episodes?limit=500": newEpisode,
    "/schedules?limit=500": newSchedule,
    "/announcements?limit=500": () => newAnnouncement({ upload: true }),
  };
  const kept = new Map<string, string[]>();
  for (const path of Object.keys(writes)) kept.set(path, await idsOf(path));
  disk.fill();
  for (const [path, write] of Object.entries(writes))
    expect(await untilRefused(write, kept.get(path) ?? [])).toMatchObject(FULL);

  for (const [path, ids] of kept) expect(await idsOf(path)).toEqual(ids.toSorted());
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await expect(operator.post("/backups")).rejects.toMatchObject(FULL);
  expect(readdirSync(join(folder, "data/backups"))).toEqual([]);
  // Not acknowledged: the device keeps it and sends it again.
  await report(1);
  await expect(newEpisode()).rejects.toMatchObject(FULL);
  expect(link.heard.filter((message) => message.topic === topic("ack"))).toEqual([]);

  disk.free();
  for (const [path, write] of Object.entries(writes)) {
    const { id } = await write();
    expect(await idsOf(path)).toEqual([...(kept.get(path) ?? []), id].toSorted());
  }
  await report(1);
  await link.hears(JSON.stringify({ bootId: "b1", ackedSeq: 1 }));
  await operator.post("/backups");
  // The refusals are in the log, although there was no room for them.
  const refused = (await auditOf(operator, "&outcome=failed")).filter(({ status }) => status === 507);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(verifyAudit(join(folder, "data"))).toMatchObject({ intact: true });
  await link.end();
});

test("a full disk beneath the media: an upload that it ends is refused whole, and the next one works", async () => {
  disk = mountSmallDisk(join(folder, "media"), 24);
  await start({ DISK_RESERVE_MB: "0", DISK_REFUSE_PERCENT: "0", DISK_WARN_PERCENT: "0" });
  const { id } = await newEpisode();
  const path = `/episodes/${id}/segments/1/recording`;
  const url = `${server.url}/api/v1${path}`;
  const headers = { ...operator.credentials, "content-type": "application/octet-stream" };
  const temporary = () => readdirSync(join(folder, "media/tmp"));

  // Of no declared length: nobody could know that it will not fit.
  const upload = request(url, { method: "PUT", headers });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    upload.on("error", reject);
    upload.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
  upload.write(Buffer.alloc(1_000_000));
  await until(() => temporary().length > 0, { what: "the upload to arrive", timeoutMs: 30_000 });
  disk.fill();
  upload.write(Buffer.alloc(3_000_000));
  const { status, body } = await answered;
  upload.destroy();
  expect(status).toBe(507);
  expect(JSON.parse(body)).toMatchObject(FULL.problem);
  await until(() => temporary().length === 0, { what: "the temporary file to go" });

  // One of a declared length is answered the same.
  const tone = makeTone(join(folder, "tone.wav"), 1);
  disk.fill();
  await expect(operator.upload(path, tone)).rejects.toMatchObject(FULL);
  disk.free();
  await operator.upload(path, tone);
});

test("a full disk beneath the media: what is resumed goes on from where it was, and a voice from its chunk", async () => {
  disk = mountSmallDisk(join(folder, "media"), 24);
  await start({ DISK_RESERVE_MB: "0", DISK_REFUSE_PERCENT: "0", DISK_WARN_PERCENT: "0" });
  await importRegions(operator);
  const tone = readFileSync(makeTone(join(folder, "tone.wav"), 4));
  const { id } = await newAnnouncement({ upload: true });
  const voice = await newAnnouncement({ live: { longestMinutes: 1 } });
  const tus = tusClient(server.url, operator.credentials);
  const begin = () => tus.create({ target: `announcements/${id}` }, tone.length);
  const location = (await begin()).headers.get("location") ?? "";
  await tus.patch(location, 0, tone.subarray(0, 100_000));

  disk.fill();
  for (const refused of [await begin(), await tus.patch(location, 100_000, tone.subarray(100_000))]) {
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject(FULL.problem);
  }
  // Of the one that could not begin nothing is left.
  const part = location.slice(-36);
  expect(readdirSync(join(folder, "media/uploads")).toSorted()).toEqual([part, `${part}.json`]);
  const chunk = spokenChunk(join(folder, "tone.wav"));
  const say = () => sendChunk({ url: server.url, operator }, voice.id, 0, chunk);
  await expect(say()).rejects.toMatchObject(FULL);

  disk.free();
  expect(await say()).toMatchObject({ next: 1 });
  await operator.post(`/live/${voice.id}/end`);
  const from = await tus.offsetOf(location);
  expect(from).toBeGreaterThanOrEqual(100_000);
  expect((await tus.patch(location, from, tone.subarray(from))).status).toBe(204);
  const { assetSha256 } = await operator.get<{ assetSha256: string }>(`/announcements/${id}`);
  expect(assetSha256).toBe(createHash("sha256").update(tone).digest("hex"));
});
