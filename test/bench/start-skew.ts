import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type Running, start, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { importRegions, makeTone } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { openRuralLink, openWorld, type RuralLink, WORLD } from "../support/rural-link.ts";
import { allowAnyHour } from "../support/second-person.ts";
import { recordedMs } from "../support/test-device.ts";
import { median, type ReportRow } from "./report.ts";

const GATEWAYS = 4;
const STARTS = 20;
const TONE_MS = 2_000;
const APART_MS = 4_000;
/** For a gateway at the end of a bad line to fetch the playlist and the media. */
const LEAD_MS = 30_000;
const RURAL = { delayMs: 100, jitterMs: 50, loss: 0.02 };
/** A bare program that waits for such instants by the system's clock, and writes down when it woke. */
const BARE = `const { writeFileSync } = require("node:fs");
const [folder, ...instants] = process.argv.slice(1);
for (const at of instants) setTimeout(() => writeFileSync(folder + "/" + at, String(performance.timeOrigin + performance.now())), at - Date.now());`;

/** A gateway's state folder, and when the recording of a broadcast in it began; `null` while there is nothing. */
type BeganAt = (id: string) => number | null;

/**
 * How far apart gateways begin that are to begin at one instant: the most of any two, over 20 starts, by what they
 * recorded. On one machine, and each at the end of a rural link of its own, which takes root.
 */
export async function startSkew(report: ReportRow): Promise<void> {
  const bare = await bareSkew();
  const onOne = await skewThrough(
    "127.0.0.1",
    Array.from({ length: GATEWAYS }, () => null),
  );
  tell(report, "on one machine", onOne, bare);

  const closings = [openWorld()] as (() => void | Promise<void>)[];
  try {
    const links: RuralLink[] = [];
    for (let index = 1; index <= GATEWAYS; index += 1) {
      const link = await openRuralLink(index, RURAL);
      closings.push(link.close);
      links.push(link);
    }
    tell(report, "through 100 ms ± 50 ms, 2 % lost", await skewThrough(WORLD, links), bare);
  } finally {
    for (const close of closings.toReversed()) await close();
  }
}

function tell(report: ReportRow, where: string, skews: number[], bare: number[]): void {
  for (const [what, of] of [
    ["median", median],
    ["p99", p99],
  ] as const) {
    const [value, baseline] = [of(skews), of(bare)];
    report({ name: `start skew ${where}, ${what}`, value, unit: "ms", baseline, ratio: value / baseline });
  }
}

/** Of few values the 99th in a hundred is the largest. */
const p99 = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;

async function bareSkew(): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-bare-skew-"));
  const first = Date.now() + 5_000;
  const instants = Array.from({ length: STARTS }, (_, index) => first + index * 500);
  const programs = Array.from({ length: GATEWAYS }, () => mkdtemp(join(folder, "program-")));
  const folders = await Promise.all(programs);
  const running = folders.map((each) =>
    start(["-e", BARE, each, ...instants.map(String)], join(folder, "log")),
  );
  await Promise.all(running.map(({ ended }) => ended));
  const skews = instants.map((at) =>
    spread(folders.map((each) => Number(readFileSync(join(each, `${at}`), "utf8")))),
  );
  await rm(folder, { recursive: true });
  return skews;
}

const spread = (begins: number[]): number => Math.max(...begins) - Math.min(...begins);

/** @param links one for each gateway; `null` for none */
async function skewThrough(host: string, links: (RuralLink | null)[]): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-skew-"));
  const settings = { RATE_LIMIT_PER_MINUTE: "100000", SECOND_FACTOR: "optional", TRANSCODE_NICENESS: "0" };
  const server = await startServer(folder, { HOST: host, MQTT_HOST: host, ...settings });
  const gateways: Running[] = [];
  try {
    const operator = await signIn(server.url, "admin", await server.password);
    await allowAnyHour({ url: server.url, operator });
    await importRegions(operator);
    const recordings: BeganAt[] = [];
    for (const [index, link] of links.entries()) {
      const state = join(folder, `gateway-${index}`);
      const code = await enrolmentCode(operator);
      const args = ["--server", server.url, "--state", state, "--code", code, "--output", "wav"];
      gateways.push(start(["devices/gateway/main.ts", ...args], `${state}.log`, {}, link?.enter));
      recordings.push((id) => beganAt(state, id));
    }
    await until(() => areTrusted(operator), { what: "the gateways", timeoutMs: 90_000 });
    return await measure(
      await airAll(operator, makeTone(join(folder, "tone.wav"), TONE_MS / 1000)),
      recordings,
    );
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.end("SIGKILL")));
    await server.end("SIGKILL");
    await rm(folder, { recursive: true });
  }
}

async function enrolmentCode(operator: Operator): Promise<string> {
  const device = { regionCode: VILLAGE, kind: "loudspeaker" };
  const { id } = await operator.post<{ id: string }>("/devices", device);
  return (await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {})).code;
}

async function areTrusted(operator: Operator): Promise<boolean> {
  const { items } = await operator.get<{ items: { reported: { clock: { trusted: boolean } } | null }[] }>(
    "/devices",
  );
  return items.every(({ reported }) => reported?.clock.trusted);
}

/** Airs the same sound at instants some seconds apart, once it is ready to be aired. */
async function airAll(operator: Operator, tone: string): Promise<{ id: string; startAt: number }[]> {
  const announce = (source: object, startAt: number) =>
    operator.post<{ id: string }>("/announcements", {
      title: "同步",
      class: "announcement",
      source,
      targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
      startAt: new Date(startAt).toISOString(),
    });
  const { id } = await announce({ upload: true }, Date.now() + 3_600_000);
  await operator.upload(`/announcements/${id}/recording`, tone);
  const isReady = async () => (await operator.get<{ state: string }>(`/broadcasts/${id}`)).state === "ready";
  await until(isReady, { what: "the sound", timeoutMs: 600_000 });
  const { assetSha256 } = await operator.get<{ assetSha256: string }>(`/announcements/${id}`);
  const first = Date.now() + LEAD_MS;
  const planned: { id: string; startAt: number }[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const startAt = first + count * APART_MS;
    planned.push({ id: (await announce({ assetSha256 }, startAt)).id, startAt });
  }
  return planned;
}

async function measure(planned: { id: string; startAt: number }[], recordings: BeganAt[]): Promise<number[]> {
  const skews: number[] = [];
  for (const { id, startAt } of planned) {
    const seen = recordings.map((): number[] => []);
    while (Date.now() < startAt + TONE_MS - 300) {
      for (const [index, of] of recordings.entries()) seen[index]?.push(...[of(id) ?? []].flat());
      await wait(20);
    }
    const silent = seen.filter((begins) => begins.length === 0).length;
    if (silent > 0) throw new Error(`${silent} of ${recordings.length} gateways did not sound ${id}`);
    skews.push(spread(seen.map(median)));
  }
  return skews;
}

/**
 * When the sound of a recording that is being written began, by the file system's clock and not by the device's: the sink
 * is paced, so the time of the last write less what had been written by then.
 */
function beganAt(state: string, id: string): number | null {
  const before = recordedMs(state, id);
  if (before === 0) return null;
  const { mtimeMs } = statSync(join(state, "recordings", `${id}.wav`));
  return recordedMs(state, id) === before ? mtimeMs - before : null;
}
