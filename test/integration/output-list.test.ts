import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFaults } from "../../devices/core/faults.ts";
import { type LiveFeed, type LiveSound, MediaError } from "../../devices/core/output.ts";
import { createOutputList } from "../../devices/core/output-list.ts";
import { createPcmOutput } from "../../devices/core/pcm-output.ts";
import { wavSink } from "../../devices/core/pcm-sink.ts";
import { type PlayerCommand, RTP_PAYLOADS } from "../../devices/core/player-programs.ts";
import { playerSink } from "../../devices/core/player-sink.ts";
import { createSound } from "../../devices/core/sound.ts";
import { type Running, start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { freePort } from "../support/free-port.ts";
import { toneParts } from "../support/live-parts.ts";
import { levelsOf } from "../support/loudness.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { loudestHz } from "../support/pitch.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

const SECONDS = 4;
const TONE_HZ = 440;

let fixtures: string;
let tone: string;
beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), "ccx-outputs-"));
  tone = join(fixtures, "tone.wav");
  const source = `sine=frequency=${TONE_HZ}:duration=${SECONDS}`;
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, tone]);
});
afterAll(() => rm(fixtures, { recursive: true }));

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "ccx-output-"))));
afterEach(() => rm(folder, { recursive: true }));

const now = () => performance.timeOrigin + performance.now();
const format = { sampleRate: 44_100, channels: 1 };
const recorder = (name: string) =>
  createPcmOutput({ name, format, openSink: wavSink(join(folder, name)), now });
const through = (name: string, command: PlayerCommand) =>
  createPcmOutput({ name, format, openSink: playerSink(command), now });
const programme = () => ({
  broadcastId: "b",
  startAt: now(),
  parts: [{ path: tone, durationMs: SECONDS * 1_000 }],
  seekMs: 0,
  volume: 100,
});
function listOf(...outputs: Parameters<typeof createOutputList>[0]["outputs"]) {
  const faults = createFaults(() => {});
  return { faults, list: createOutputList({ outputs, log: createMemoryLog().log, faults }) };
}

describe("a list of outputs", () => {
  test("one that dies while it sounds is replaced, and the next goes on where the sound would be", async () => {
    // A card that is pulled out after a while: it takes the sound of a second and ends.
    const card = through("card", () => ["head", "-c", "88200"]);
    const { list, faults } = listOf(card, recorder("spare"));
    const prepared = await list.prepare(programme());
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    const { complete, positionMs } = await prepared.ended;
    expect(complete).toBe(true);
    expect(Math.abs(positionMs - SECONDS * 1_000)).toBeLessThan(100);
    const note = JSON.parse(readFileSync(join(folder, "spare", "b.json"), "utf8")) as Record<string, number>;
    const missedMs = (note["firstSampleAt"] ?? 0) - firstSampleAt;
    const soundedMs = ((note["samples"] ?? 0) / format.sampleRate) * 1_000;
    expect(missedMs).toBeGreaterThan(500);
    // Begun anew, it would sound longer by all that was missed; what it takes to start, it is late by.
    expect(Math.abs(missedMs + soundedMs - SECONDS * 1_000)).toBeLessThan(0.75 * missedMs);
    expect(faults.list()).toEqual(["the output card failed: head ended with 0"]);

    // The one that failed is not tried at once again.
    const again = await list.prepare(programme());
    await again.start();
    await again.stop();
    expect(readdirSync(join(folder, "spare"))).toContain("b.2.wav");
  });

  test("one that dies while somebody speaks is replaced, and the next goes on with what is due", async () => {
    const card = through("card", () => ["head", "-c", "88200"]);
    const { list, faults } = listOf(card, recorder("spare"));
    const waiting: LiveSound[] = toneParts(SECONDS).map(({ bytes, durationMs }, at) => ({
      atMs: at * 1_280,
      durationMs,
      bytes,
    }));
    const endMs = waiting.reduce((sum, { durationMs }) => sum + durationMs, 0);
    let isClosed = false;
    const feed: LiveFeed = {
      take: () => waiting.shift() ?? null,
      hasSound: () => waiting.length > 0,
      endMs,
      ended: true,
      close: () => void (isClosed = true),
    };
    const startAt = now() + 1_000;
    const prepared = list.prepareLive({ broadcastId: "b", startAt, longestMs: 60_000, volume: 100, feed });
    await until(() => now() >= startAt);
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    expect(Math.abs(firstSampleAt - startAt)).toBeLessThan(150);
    const { complete, positionMs } = await prepared.ended;
    expect(complete).toBe(true);
    expect(Math.abs(positionMs - endMs)).toBeLessThan(150);
    const note = JSON.parse(readFileSync(join(folder, "spare", "b.json"), "utf8")) as Record<string, number>;
    const missedMs = (note["firstSampleAt"] ?? 0) - startAt;
    const soundedMs = ((note["samples"] ?? 0) / format.sampleRate) * 1_000;
    expect(missedMs).toBeGreaterThan(500);
    expect(missedMs).toBeLessThan(2_500);
    expect(Math.abs(missedMs + soundedMs - endMs)).toBeLessThan(150);
    // The dead one had taken all of it.
    const levels = levelsOf(join(folder, "spare", "b.wav"), 200);
    expect(levels.filter((level) => level < -30)).toEqual([]);
    expect(faults.list()).toEqual(["the output card failed: head ended with 0"]);
    await until(() => isClosed, { what: "the end of the feed" });
  });

  test("when none can be opened for a voice, nobody follows it any more", () => {
    const broken = createPcmOutput({
      name: "broken",
      format,
      openSink() {
        throw new Error("no such card");
      },
      now,
    });
    const { list, faults } = listOf(broken);
    let isClosed = false;
    const feed: LiveFeed = {
      take: () => null,
      hasSound: () => false,
      endMs: 0,
      ended: false,
      close: () => void (isClosed = true),
    };
    const programmeOf = { broadcastId: "b", startAt: now(), longestMs: 60_000, volume: 100, feed };
    expect(() => list.prepareLive(programmeOf)).toThrow("no such card");
    expect(isClosed).toBe(true);
    expect(faults.list()).toEqual(["the output broken failed: no such card"]);
  });

  test("one that takes no more sound is as good as dead", async () => {
    const { list, faults } = listOf(
      through("asleep", () => ["sleep", "60"]),
      recorder("spare"),
    );
    const long = join(folder, "long.wav");
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=12", long]);
    const prepared = await list.prepare({ ...programme(), parts: [{ path: long, durationMs: 12_000 }] });
    await prepared.start();
    expect(await prepared.ended).toMatchObject({ complete: true });
    expect(faults.list()).toEqual(["the output asleep failed: sleep takes no more sound"]);
    expect(existsSync(join(folder, "spare", "b.json"))).toBe(true);
  });

  test("another list holds from the next broadcast on, and is no fault", async () => {
    const { list, faults } = listOf(recorder("first"));
    const sounding = await list.prepare(programme());
    await sounding.start();
    list.replace([recorder("second")]);
    expect(await sounding.ended).toMatchObject({ complete: true });
    const next = await list.prepare(programme());
    await next.start();
    await next.ended;
    expect(readdirSync(join(folder, "first"))).toEqual(["b.json", "b.wav"]);
    expect(readdirSync(join(folder, "second"))).toEqual(["b.json", "b.wav"]);
    expect(faults.list()).toEqual([]);
  });

  test("media that nothing can decode is no output's fault", async () => {
    const { list, faults } = listOf(recorder("first"), recorder("second"));
    const broken = join(folder, "broken.wav");
    await writeFile(broken, "no sound");
    const attempt = list.prepare({ ...programme(), parts: [{ path: broken, durationMs: 1_000 }] });
    await expect(attempt).rejects.toThrow(MediaError);
    expect(faults.list()).toEqual([]);
  });

  test("a decoder that stands still ends the broadcast, and is no output's fault either", async () => {
    const stuck = join(folder, "stuck-decoder");
    await writeFile(stuck, "#!/bin/sh\nhead -c 88200 /dev/zero\nexec sleep 60\n", { mode: 0o755 });
    const openSink = wavSink(join(folder, "first"));
    const output = createPcmOutput({ name: "first", format, openSink, now, ffmpegPath: stuck });
    const { list, faults } = listOf(output, recorder("second"));
    const prepared = await list.prepare(programme());
    await prepared.start();
    await expect(prepared.ended).rejects.toThrow("the decoder stands still");
    expect(faults.list()).toEqual([]);
  });

  test("when none works, the broadcast fails and says which", async () => {
    const { list, faults } = listOf(
      through("one", () => ["no-such-program"]),
      through("two", () => ["false"]),
    );
    const attempt = list.prepare(programme()).then(async (prepared) => {
      await prepared.start();
      return prepared.ended;
    });
    await expect(attempt).rejects.toThrow(/two|false|EPIPE|output/);
    expect(faults.list()).toHaveLength(2);
  });
});

describe("RTP multicast to horns", () => {
  test.each(RTP_PAYLOADS)("%s is received by who reads the description, and is the tone", async (payload) => {
    const port = await freePort();
    const setting = {
      name: "rtp",
      address: "239.255.77.1",
      port,
      payload,
      localAddress: "127.0.0.1",
    } as const;
    const output = createSound({ setting, stateDir: folder, now });
    const prepared = await output.prepare(programme());
    const started = await prepared.start();
    const sdp = join(folder, `rtp-${setting.address}-${port}.sdp`);
    await until(() => existsSync(sdp) && readFileSync(sdp, "utf8").includes("m=audio"), { what: "the SDP" });
    const heard = join(folder, "heard.wav");
    // A horn: it knows the description and nothing else.
    const horn = spawn(
      "ffmpeg",
      [
        "-nostdin",
        "-v",
        "error",
        "-y",
        "-protocol_whitelist",
        "file,rtp,udp",
        "-localaddr",
        "127.0.0.1",
        "-i",
        sdp,
        "-t",
        "2",
        heard,
      ],
      { stdio: "inherit" },
    );
    const [code] = (await once(horn, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(now() - (started?.firstSampleAt ?? Number.NaN)).toBeLessThan(SECONDS * 1_000 + 500);
    await prepared.stop();
    expect(Math.abs((await loudestHz(heard)) - TONE_HZ)).toBeLessThanOrEqual(2);
  });
});

describe("the gateway's box file", () => {
  let station: AirStation & AsyncDisposable;
  let gateway: Running;
  beforeEach(async () => void (station = await openAirStation()));
  afterEach(async () => {
    await gateway.end("SIGKILL");
    await station[Symbol.asyncDispose]();
  });

  test("read again at SIGHUP, changes the output for what comes, and a broken one changes nothing", async () => {
    const box = join(folder, "box.json");
    const log = join(folder, "gateway.log");
    const { kind: _, ...identity } = station.identity;
    await writeFile(join(folder, "identity.json"), JSON.stringify(identity));
    await writeFile(box, JSON.stringify({ outputs: [{ name: "wav" }] }));
    const args = ["devices/gateway/main.ts", "--server", station.url, "--state", folder, "--box", box];
    gateway = start(args, log);
    const item = station.addMedia(readFileSync(tone), SECONDS * 1_000);
    const [first, second] = [airing(item, 5_000), airing(item, 10_500)];
    await station.list([first, second]);
    await until(() => recordedMs(folder, first.id) > 300, { what: "the first", timeoutMs: 20_000 });

    const port = await freePort();
    const horns = { name: "rtp", address: "239.255.77.2", port, localAddress: "127.0.0.1" };
    await writeFile(box, JSON.stringify({ outputs: [horns] }));
    process.kill(gateway.pid, "SIGHUP");
    await until(() => readFileSync(log, "utf8").includes("other outputs from the next"), {
      what: "the change",
    });
    await writeFile(box, JSON.stringify({ output: [{ name: "wav" }] }));
    process.kill(gateway.pid, "SIGHUP");
    await until(() => readFileSync(log, "utf8").includes("everything stays as it is"), {
      what: "the refusal",
    });

    await station.hears(first.id, "finished");
    expect(recordingOf(folder, first.id)).toMatchObject({ complete: true });
    await station.hears(second.id, "finished");
    expect(recordingOf(folder, second.id)).toBeNull();
    expect(existsSync(join(folder, `rtp-239.255.77.2-${port}.sdp`))).toBe(true);
  });
});
