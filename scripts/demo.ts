/**
 * The whole way on one machine, in under two minutes, with nothing accelerated: a recording is spoken, uploaded,
 * transcoded and reviewed by three people; a schedule dated today airs it in the next minute; three gateways, each a process of
 * its own, play it at the appointed instant into WAV files and prove it. Exit status 0 only when every
 * device started within 150 ms of the instant, finished, and recorded the right length at the right loudness.
 *
 *   npm run demo [-- --keep]      --keep leaves the temporary folder with logs and recordings
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Operator, signIn } from "./operator-client.ts";
import { type Running, start, startServer } from "./processes.ts";
import { approve } from "./reviewers.ts";
import { COUNTY, moveQuietHoursAway, programmeOf, scheduleSoon, ZONE } from "./soon-on-air.ts";
import { speak } from "./speech.ts";
import { until } from "./until.ts";

const TEXT = "各位乡亲，大家好。这里是寿光市广播村村响，党建之声栏目。本期我们说说大棚里的红色先锋。";
/** Sample villages under towns of the county; their real codes come with the operator's own list. */
const VILLAGES = [
  ["370783112201", "崔岭西村"],
  ["370783006201", "三元朱村"],
  ["370783005201", "屯西村"],
] as const;
const MAX_LATENESS_MS = 150;
/** Time for the devices to fetch playlist and media before air. */
const LEAD_MS = 12_000;
const LOOK_EVERY_MS = 200;

interface Rendition {
  profile: string;
  state: string;
  error: string | null;
  durationMs: number | null;
  loudnessLufs: number | null;
}
interface Episode {
  id: string;
  segments: { recording: { renditions: Rendition[] } | null }[];
}
interface DeviceRow {
  deviceId: string;
  name: string;
  kind: string;
  grade: string | null;
  latenessMs: number | null;
  reason: string | null;
}
interface Broadcast {
  id: string;
  state: string;
  startAt: string;
  endsAt: string | null;
  proof: {
    atLeast: Record<string, number>;
    startLatenessMs: { p50: number; p99: number; max: number } | null;
  };
  devices: { items: DeviceRow[] };
}

const folder = mkdtempSync(join(tmpdir(), "cuncunxiang-demo-"));
const processes: Running[] = [];
const say = (text: string) => console.log(text);

async function main(): Promise<boolean> {
  say("1/6  Starting a server in a temporary folder …");
  // Somebody waits for the transcoding, so it is not polite.
  const server = await startServer(folder, { TRANSCODE_NICENESS: "0" });
  processes.push(server);
  const operator = await signIn(server.url, "admin", await server.password);
  await moveQuietHoursAway(operator);

  say("2/6  Importing the county with three sample villages; enrolling three gateways …");
  const csv = readFileSync(
    fileURLToPath(new URL("../devices/registry/shouguang-regions.csv", import.meta.url)),
    "utf8",
  );
  const samples = VILLAGES.map(
    ([code, name]) => `${code},village,${code.slice(0, 9)}000,${name},sample\n`,
  ).join("");
  await operator.postText("/regions/import", "text/csv", csv + samples);
  const devices = await enrolDevices(operator, server.url);

  say("3/6  Speaking the recording, uploading it and transcoding it …");
  const episode = await makeEpisode(operator);
  const rendition = episode.segments[0]?.recording?.renditions[0];
  say(
    `     ${((rendition?.durationMs ?? 0) / 1000).toFixed(1)} s at ${rendition?.loudnessLufs?.toFixed(1)} LUFS; submitted, and signed by three reviewers.`,
  );

  const { broadcastId, startAt } = await scheduleSoon(operator, "演示", LEAD_MS);
  say(
    `4/6  Scheduled for ${startAt.toString({ smallestUnit: "second", timeZoneName: "never", offset: "never" })} (${ZONE}).`,
  );

  say("5/6  Waiting for the air …");
  const broadcast = await follow(operator, broadcastId, startAt.epochMilliseconds);

  say("6/6  As-run:");
  return report(broadcast, devices, rendition?.durationMs ?? 0);
}

async function enrolDevices(operator: Operator, url: string): Promise<Map<string, string>> {
  const created = await operator.post<{ items: { id: string; name: string; code: string }[] }>(
    "/devices/bulk",
    {
      within: COUNTY,
      kind: "loudspeaker",
    },
  );
  const folders = new Map<string, string>();
  for (const { id, code } of created.items) {
    const state = join(folder, id);
    folders.set(id, state);
    const flags = ["--server", url, "--state", state, "--code", code, "--output", "wav"];
    processes.push(start(["devices/gateway/main.ts", ...flags], `${state}.log`));
  }

  const areOnline = async () => {
    const { items } = await operator.get<{ items: { presence: { online: boolean } | null }[] }>("/devices");
    return items.every(({ presence }) => presence?.online);
  };
  await until(areOnline, { what: "every device's connection", timeoutMs: 30_000, everyMs: LOOK_EVERY_MS });
  return folders;
}

async function makeEpisode(operator: Operator): Promise<Episode> {
  const recording = join(folder, "党建聚焦.wav");
  await speak(TEXT, recording);
  const { id } = await operator.post<Episode>("/episodes", {
    programmeId: await programmeOf(operator, "broadcast"),
    number: 42,
    title: "大棚里的红色先锋",
    segments: [{ name: "党建聚焦", title: "大棚里的红色先锋" }],
  });
  await operator.upload(`/episodes/${id}/segments/1/recording`, recording);
  const isTranscoded = async () => {
    const episode = await operator.get<Episode>(`/episodes/${id}`);
    const renditions = episode.segments.flatMap(({ recording }) => recording?.renditions ?? []);
    const failed = renditions.find(({ state }) => state === "failed");
    if (failed) throw new Error(`${failed.profile}: ${failed.error}`);
    return renditions.every(({ state }) => state === "ready");
  };
  await until(isTranscoded, { what: "the transcoding", timeoutMs: 60_000, everyMs: LOOK_EVERY_MS });
  return approve<Episode>(operator, `episodes/${id}`);
}

/** Shows the table each second until every device finished, or half a minute after the end. */
async function follow(operator: Operator, id: string, startAt: number): Promise<Broadcast> {
  const table = createLiveTable();
  for (;;) {
    const broadcast = await operator.get<Broadcast>(`/broadcasts/${id}`);
    const { items } = broadcast.devices;
    const seconds = Math.round((startAt - Date.now()) / 1000);
    const moment = seconds > 0 ? `air in ${seconds} s` : `on air for ${-seconds} s`;
    table.show(
      moment,
      items.map(({ name, grade }) => `${cell(name, 26)}${progressOf(grade)}`),
    );
    const end = broadcast.endsAt === null ? startAt : Date.parse(broadcast.endsAt);
    const isOver = items.length > 0 && items.every(({ grade }) => grade === "finished");
    if (isOver || Date.now() > end + 30_000) return broadcast;
    await wait(1000);
  }
}

/** `cached → started → finished`, as far as a device has come. */
function progressOf(grade: string | null): string {
  const steps = ["cached", "started", "finished"];
  return steps.slice(0, steps.indexOf(grade ?? "") + 1).join(" → ") || "–";
}

/** Redraws in place on a terminal; elsewhere it prints the rows when one of them has changed. */
function createLiveTable() {
  let shown: string[] = [];
  return {
    show(title: string, rows: string[]): void {
      const hasChanged = rows.join() !== shown.join();
      if (process.stdout.isTTY && shown.length > 0)
        process.stdout.write(`\u001b[${shown.length + 1}A\u001b[J`);
      else if (!process.stdout.isTTY && !hasChanged) return;
      shown = rows;
      for (const line of [title, ...rows]) say(`     ${line}`);
    },
  };
}

const cell = (text: string, width: number): string =>
  text + " ".repeat(Math.max(1, width - displayWidth(text)));

function report(broadcast: Broadcast, folders: Map<string, string>, durationMs: number): boolean {
  const rows = broadcast.devices.items.map((device) => ({
    ...device,
    ...judge(device, folders, broadcast, durationMs),
  }));
  say(
    `     ${cell("device", 26)}${cell("grade", 10)}${cell("start", 10)}${cell("recorded", 11)}${cell("loudness", 14)}verdict`,
  );
  for (const row of rows) {
    say(
      `     ${cell(row.name, 26)}${cell(row.grade ?? "unknown", 10)}${cell(`${row.startMs?.toFixed(0) ?? "–"} ms`, 10)}` +
        `${cell(`${(row.recordedMs / 1000).toFixed(2)} s`, 11)}${cell(`${row.lufs.toFixed(1)} LUFS`, 14)}${row.problem ?? "ok"}`,
    );
  }
  const lateness = broadcast.proof.startLatenessMs;
  if (lateness)
    say(`     start lateness: p50 ${lateness.p50.toFixed(0)} ms, max ${lateness.max.toFixed(0)} ms`);
  return rows.length === VILLAGES.length && rows.every(({ problem }) => problem === null);
}

/** What the recording itself says, besides what the device reported. */
function judge(device: DeviceRow, folders: Map<string, string>, broadcast: Broadcast, durationMs: number) {
  const base = join(folders.get(device.deviceId) ?? "", "recordings", broadcast.id);
  try {
    const note = JSON.parse(readFileSync(`${base}.json`, "utf8")) as { firstSampleAt: number };
    const startMs = note.firstSampleAt - Date.parse(broadcast.startAt);
    const { recordedMs, lufs } = measure(`${base}.wav`);
    const problem =
      device.grade !== "finished"
        ? `not finished: ${device.reason ?? "no report"}`
        : Math.abs(startMs) > MAX_LATENESS_MS || Math.abs(device.latenessMs ?? Infinity) > MAX_LATENESS_MS
          ? `started more than ${MAX_LATENESS_MS} ms off`
          : Math.abs(recordedMs - durationMs) > 100
            ? `should be ${(durationMs / 1000).toFixed(2)} s`
            : Math.abs(lufs + 16) > 0.5
              ? "should be -16 LUFS ± 0.5"
              : null;
    return { startMs, recordedMs, lufs, problem };
  } catch (error) {
    return {
      startMs: null,
      recordedMs: 0,
      lufs: -70,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Length and integrated loudness (ITU-R BS.1770, mono as dual mono) of a recorded WAV. */
function measure(file: string): { recordedMs: number; lufs: number } {
  const filter = "aformat=channel_layouts=mono,ebur128=dualmono=true:framelog=verbose";
  const args = ["-hide_banner", "-nostats", "-i", file, "-af", filter, "-f", "null", "-"];
  const { stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
  const loudness = /Integrated loudness:\s+I:\s+(-?[\d.]+) LUFS/.exec(stderr)?.[1];
  const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):([\d.]+)/.exec(stderr) ?? [];
  return {
    recordedMs: (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000,
    lufs: Number(loudness),
  };
}

/** Columns in a terminal: a CJK character takes two. */
const displayWidth = (text: string): number =>
  Array.from(text).reduce((sum, char) => sum + (/[⺀-￯]/.test(char) ? 2 : 1), 0);

async function cleanUp(success: boolean): Promise<void> {
  await Promise.all(processes.toReversed().map((running) => running.end()));
  if (success && !process.argv.includes("--keep")) rmSync(folder, { recursive: true });
  else say(`Logs and recordings are in ${folder}`);
}

let success = false;
process.once("SIGINT", () => void cleanUp(false).then(() => process.exit(130)));
try {
  success = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
await cleanUp(success);
say(success ? "Every device played it at the instant, whole and at the right loudness." : "The demo failed.");
process.exitCode = success ? 0 : 1;
