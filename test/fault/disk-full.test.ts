import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, ProblemError, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { auditOf, verifyAudit } from "../support/audit.ts";
import { enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { VILLAGE } from "../support/fleet.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

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

let number = 0;
const newEpisode = async () => {
  number += 1;
  return operator.post<{ id: string; number: number }>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: "满",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
};
const numbers = async () =>
  (await operator.get<{ items: { number: number }[] }>("/episodes?limit=500")).items.map(
    ({ number }) => number,
  );

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

  const kept: number[] = [];
  disk.fill();
  // What is free in the database's own pages is used up first.
  let refusal: unknown;
  for (let tries = 0; refusal === undefined && tries < 500; tries += 1) {
    try {
      kept.push((await newEpisode()).number);
    } catch (error) {
      refusal = error;
    }
  }
  if (!(refusal instanceof ProblemError)) throw new Error("the disk never became full");
  expect(refusal.status).toBe(507);
  expect(refusal.problem).toMatchObject({
    detail: "The server's disk is full.",
    hint: "Tell the administrator.",
  });

  expect((await numbers()).toSorted((a, b) => a - b)).toEqual(kept);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await expect(operator.post("/backups")).rejects.toMatchObject({ status: 503 });
  expect(readdirSync(join(folder, "data/backups"))).toEqual([]);
  // Not acknowledged: the device keeps it and sends it again.
  await report(1);
  await expect(newEpisode()).rejects.toMatchObject({ status: 507 });
  expect(link.heard.filter((message) => message.topic === topic("ack"))).toEqual([]);

  disk.free();
  kept.push((await newEpisode()).number);
  expect((await numbers()).toSorted((a, b) => a - b)).toEqual(kept);
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
  expect(JSON.parse(body)).toMatchObject({
    type: "urn:ccx:problem:no_space",
    detail: "The server's disk is full.",
  });
  await until(() => temporary().length === 0, { what: "the temporary file to go" });

  // One of a declared length is answered the same.
  const tone = makeTone(join(folder, "tone.wav"), 1);
  disk.fill();
  await expect(operator.upload(path, tone)).rejects.toMatchObject({ status: 507 });
  disk.free();
  await operator.upload(path, tone);
});
