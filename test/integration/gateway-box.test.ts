import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEnvelope } from "../../devices/core/envelope.ts";
import { createFaults } from "../../devices/core/faults.ts";
import { createSensedOutput } from "../../devices/core/sensed-output.ts";
import { createSound, FORMATS } from "../../devices/core/sound.ts";
import { createMicrophone } from "../../devices/gateway/microphone.ts";
import { createSensorProgram } from "../../devices/gateway/sensor-program.ts";
import { type Running, start } from "../../scripts/processes.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { makeTone } from "../support/county.ts";
import { freePort } from "../support/free-port.ts";
import { listening } from "../support/listening.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { recordedMs, recorder, recordingOf } from "../support/test-device.ts";
import { until } from "../support/until.ts";
import { wavHeader } from "../support/wav.ts";

const SHORT_MS = 4_000;
const LONG_MS = 30_000;

let state: string;
let station: AirStation & AsyncDisposable;
let gateway: Running | null = null;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "ccx-box-"));
  station = await openAirStation();
});
afterEach(async () => {
  await gateway?.end("SIGKILL");
  gateway = null;
  await station[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

const media = (name: string, ms: number) =>
  station.addMedia(readFileSync(makeTone(join(state, name), ms / 1_000)), ms);
const log = () => readFileSync(join(state, "gateway.log"), "utf8");
const faults = () => station.states.at(-1)?.faults ?? [];

async function startGateway(box: object): Promise<void> {
  const { kind: _, ...identity } = station.identity;
  await writeFile(join(state, "identity.json"), JSON.stringify(identity));
  const file = join(state, "box.json");
  await writeFile(file, JSON.stringify(box));
  gateway = start(
    ["devices/gateway/main.ts", "--server", station.url, "--state", state, "--output", "wav", "--box", file],
    join(state, "gateway.log"),
  );
  await until(() => station.states.length > 0, { what: "the gateway", timeoutMs: 20_000 });
}

/** A program that does what a script says, as an operator would write one. */
const shell = (script: string) => ["/bin/sh", "-c", script];

describe("a sensor", () => {
  /** What an output says of one broadcast that a script listened to. */
  async function hearWith(script: string, level?: number, seekMs = 0) {
    const found = createFaults(() => {});
    const now = () => performance.timeOrigin + performance.now();
    const output = createSensedOutput({
      output: recorder(state, now),
      sensor: createSensorProgram({
        command: shell(script),
        level,
        everyMs: 200,
        log: createMemoryLog().log,
      }),
      faults: found,
    });
    const path = makeTone(join(state, "tone.wav"), 2);
    const parts = [{ path, durationMs: 2_000 }];
    const prepared = await output.prepare({ broadcastId: "b", startAt: now(), parts, seekMs, volume: 100 });
    await prepared.start();
    const { sensed = false } = await prepared.ended;
    return { sensed, faults: found.list() };
  }
  const silent = "it plays, but the sensor finds no sound";

  test("that measures the whole, by a word or by a number that reaches the level, has sensed it", async () => {
    expect(await hearWith("echo yes")).toEqual({ sensed: true, faults: [] });
    expect(await hearWith("echo -31.5", -40)).toEqual({ sensed: true, faults: [] });
  });

  test("that finds no sound has not, and that is a fault", async () => {
    expect(await hearWith("echo no")).toEqual({ sensed: false, faults: [silent] });
    expect(await hearWith("echo -71.5", -40)).toEqual({ sensed: false, faults: [silent] });
  });

  test.each([
    ["says nothing", "true"],
    ["fails while it says yes", "echo yes; exit 1"],
    ["says a number that is held against nothing", "echo 12"],
    ["says yes only half the time", "if test -e FILE; then rm FILE; else touch FILE; echo yes; fi"],
  ])("that %s leaves unknown what is unknown", async (_, script) => {
    const own = script.replaceAll("FILE", join(state, "half"));
    expect(await hearWith(own)).toEqual({ sensed: false, faults: [] });
  });

  test("proves nothing of what was joined in progress", async () => {
    expect(await hearWith("echo yes", undefined, 500)).toEqual({ sensed: false, faults: [] });
  });

  test("of the gateway raises the grade of what is reported", async () => {
    await startGateway({ sensor: { program: shell("echo yes"), everySeconds: 0.3 } });
    const broadcast = airing(media("short.wav", SHORT_MS), 3_000);
    await station.list([broadcast]);
    await station.hears(broadcast.id, "finished");
    expect(station.records.map(({ type, grade }) => [type, grade])).toEqual([
      ["received", undefined],
      ["cached", undefined],
      ["started", undefined],
      ["finished", "sensed"],
    ]);
  });
});

test("the box's own quiet hours and volume hold besides the county's", async () => {
  const allDay = ["00:00", "08:00", "16:00"].map((from, third) => ({
    from,
    to: ["08:00", "16:00", "00:00"][third],
  }));
  await startGateway({ policy: { quietHours: allDay, maxVolume: 20 } });
  const item = media("short.wav", SHORT_MS);
  const [daily, notice] = [airing(item, 3_000, { class: "daily" }), airing(item, 3_000, { volume: 90 })];
  await station.list([daily, notice]);
  await station.hears(daily.id, "refused quiet-hours");
  await station.hears(notice.id, "finished");
  await station.command("volume", { volume: 80 });
  await until(() => station.states.at(-1)?.volume === 20, { what: "the cap" });
  const peakOf = (file: string) =>
    Number(
      /max_volume: (-?[\d.]+) dB/.exec(
        spawnSync("ffmpeg", ["-i", file, "-af", "volumedetect", "-f", "null", "-"], { encoding: "utf8" })
          .stderr,
      )?.[1],
    );
  const lowerBy = peakOf(join(state, "short.wav")) - peakOf(join(state, "recordings", `${notice.id}.wav`));
  expect(Math.abs(lowerBy - 14)).toBeLessThan(0.5);
});

describe("a microphone", () => {
  const MS = 25_000;
  const RATE = 8_000;

  /** Syllables of noise, as long and as loud as a seed says: what speech looks like from afar. */
  function babble(name: string, seed: number): string {
    let random = seed;
    const next = () => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const samples = Buffer.alloc((MS / 1_000) * RATE * 2);
    for (let at = 0; at < samples.length; ) {
      const loud = next() < 0.3 ? 0 : 3_000 + next() * 20_000;
      const end = Math.min(samples.length, at + 2 * Math.floor((0.08 + next() * 0.35) * RATE));
      for (; at < end; at += 2) samples.writeInt16LE(Math.round((next() - 0.5) * loud), at);
    }
    const path = join(state, name);
    const format = { rate: RATE, channels: 1, bits: 16 };
    writeFileSync(path, Buffer.concat([wavHeader(44 + samples.length, format), samples]));
    return path;
  }

  /** What it says of a broadcast while it hears a file, softly, with noise upon it. */
  async function listen(playing: string, hearing: string) {
    const found = createFaults(() => {});
    const now = () => performance.timeOrigin + performance.now();
    const played = createEnvelope(FORMATS.loudspeaker);
    const command = [
      ..."ffmpeg -v error -nostdin -re -i".split(" "),
      hearing,
      "-filter_complex",
      `[0]volume=0.1,adelay=300[far];anoisesrc=a=0.005:r=${RATE}[hiss];[far][hiss]amix=inputs=2:duration=first`,
      ...`-f s16le -ar ${RATE} -ac 1 -`.split(" "),
    ];
    const output = createSensedOutput({
      output: createSound({
        kind: "loudspeaker",
        setting: { name: "wav" },
        stateDir: state,
        now,
        onSound: played.push,
      }),
      sensor: createMicrophone({ command, played, log: createMemoryLog().log }),
      faults: found,
    });
    const parts = [{ path: playing, durationMs: MS }];
    const programme = { broadcastId: randomUUID(), startAt: now(), parts, seekMs: 0, volume: 100 };
    const prepared = await output.prepare(programme);
    await prepared.start();
    const { sensed = false } = await prepared.ended;
    return { sensed, faults: found.list() };
  }

  test("knows what is played among noise, from something else that is heard, and from nothing", async () => {
    const [notice, street] = [babble("notice.wav", 1), babble("street.wav", 2)];
    const silence = join(state, "silence.wav");
    const none = Buffer.alloc((MS / 1_000) * RATE * 2);
    writeFileSync(
      silence,
      Buffer.concat([wavHeader(44 + none.length, { rate: RATE, channels: 1, bits: 16 }), none]),
    );
    const absent = join(state, "absent.wav");
    const [heard, other, hiss, broken] = await Promise.all(
      [notice, street, silence, absent].map((hearing) => listen(notice, hearing)),
    );
    const fault = "it plays, but the sensor finds no sound";
    expect(heard).toEqual({ sensed: true, faults: [] });
    expect(other).toEqual({ sensed: false, faults: [fault] });
    expect(hiss).toEqual({ sensed: false, faults: [fault] });
    expect(broken).toEqual({ sensed: false, faults: [] });
  });
});

describe("the stop button", () => {
  const line = () => join(state, "line");

  test("held silences at once and for as long as it is held; let go, what may be joined goes on", async () => {
    await writeFile(line(), "0\n");
    await startGateway({ stopButton: { file: line() } });
    const item = media("long.wav", LONG_MS);
    const long = airing(item, 3_000);
    const later = airing(media("short.wav", SHORT_MS), 6_000, { class: "emergency", lateness: "skip" });
    await station.list([long, later]);
    await until(() => recordedMs(state, long.id) > 300, { what: "sound", timeoutMs: 20_000 });

    const pressedAt = Date.now();
    await writeFile(line(), "1\n");
    await station.hears(long.id, "interrupted silenced");
    const { firstSampleAt = 0, durationMs = 0 } = recordingOf(state, long.id) ?? {};
    expect(firstSampleAt + durationMs - pressedAt).toBeLessThan(500);
    await until(() => faults().includes("the stop button is pressed: nothing sounds"), { what: "the fault" });

    // Neither an emergency nor a test tone gets by.
    await station.command("test-tone", { durationMs: 500, volume: 50 });
    await station.hears(later.id, "refused silenced", "skipped silenced");
    expect(recordedMs(state, later.id)).toBe(0);
    expect(recordedMs(state, `${long.id}.2`)).toBe(0);

    const releasedAt = Date.now();
    await writeFile(line(), "0\n");
    await until(() => recordedMs(state, `${long.id}.2`) > 300, { what: "going on", timeoutMs: 20_000 });
    expect(Date.now() - releasedAt).toBeLessThan(5_000);
    await until(() => faults().length === 0, { what: "the end of the fault" });
    expect(station.recordsOf(long.id)).toEqual([
      "received",
      "cached",
      "started",
      "interrupted silenced",
      "refused silenced",
    ]);
    expect(log()).toMatch(/the stop button is pressed[^]*the stop button is released/);
  });

  test("a program tells as well; when it ends, things stay as it said, and that is a fault", async () => {
    // It says that the button is pressed and ends; started again, that it is released.
    const script = `if test -e ${line()}; then echo released; exec sleep 60; else touch ${line()}; echo pressed; fi`;
    await startGateway({ stopButton: { program: shell(script) } });
    await until(() => log().includes("the stop button is pressed"), { what: "the press" });
    await until(() => log().includes("the stop button is released"), { what: "the release" });
    await until(() => faults().length === 0, { what: "no fault" });
    const told = station.states.flatMap((told) => told.faults);
    expect(told).toContain("the stop button is pressed: nothing sounds");
    expect(told.join()).toContain("the stop button cannot be read: /bin/sh ended with 0");
  });

  test("a line that cannot be read silences nobody, and is a fault", async () => {
    await startGateway({ stopButton: { file: line() } });
    await until(() => faults().some((fault) => fault.startsWith("the stop button cannot be read")));
    const broadcast = airing(media("short.wav", SHORT_MS), 3_000);
    await station.list([broadcast]);
    await station.hears(broadcast.id, "finished");
    expect(recordingOf(state, broadcast.id)).toMatchObject({ complete: true });
  });
});

describe("the status page", () => {
  const open = async (box: object = {}) => {
    const port = await freePort();
    await startGateway({ statusPage: { port }, ...box });
    return `http://127.0.0.1:${port}`;
  };

  test("says in both languages what plays and what comes, and nothing secret", async () => {
    const url = await open();
    const long = airing(media("long.wav", LONG_MS), 2_500, { title: "<b>第42期</b>" });
    const later = airing({ ...media("short.wav", SHORT_MS), sha256: "f".repeat(64) }, 3_600_000, {
      title: "后来的",
    });
    await station.list([long, later]);
    await until(() => recordedMs(state, long.id) > 300, { what: "sound", timeoutMs: 20_000 });
    const pageOf = async (path: string, language = "zh-CN") =>
      (await fetch(`${url}${path}`, { headers: { "accept-language": language } })).text();

    const zh = await pageOf("/");
    expect(zh).toContain('<html lang="zh-CN">');
    expect(zh).toContain("通知 · &lt;b&gt;第42期&lt;/b&gt; (通知)");
    expect(zh).toMatch(/后来的<\/td><td class="bad">未缓存/);
    expect(zh).not.toContain("<b>");
    expect(await pageOf("/", "en-GB")).toMatch(/<dt>Link to the server<\/dt><dd>connected<\/dd>/);
    expect(await pageOf("/?lang=en")).toContain("1 of 2 broadcasts are ready");
    await until(async () => (await pageOf("/?lang=en")).includes("media could not be fetched"), {
      what: "the trouble",
    });

    const status = await pageOf("/status.json");
    expect(JSON.parse(status)).toMatchObject({
      deviceId: station.identity.deviceId,
      online: true,
      onAir: { title: "<b>第42期</b>", startAt: long.startAt },
      next: [{ title: "后来的", isCached: false }],
      output: "wav",
    });
    for (const secret of [station.identity.token, station.identity.mqtt.password, "/media/", "sha256"])
      expect(zh + status).not.toContain(`"${secret}`);
  });

  test("is read only, lets no script run, and is on the loopback alone", async () => {
    const url = await open();
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(await page.text()).not.toMatch(/<script|style=| on[a-z]+=/);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const answer = await fetch(url, { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    expect((await fetch(`${url}/identity.json`)).status).toBe(404);
    expect((await fetch(`${url}/../identity.json`)).status).toBe(404);
    // Not an address at all.
    const port = Number(new URL(url).port);
    const socket = connect(port, "127.0.0.1").end("GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = "";
    for await (const piece of socket.setEncoding("utf8")) answer += piece as string;
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(url)).status).toBe(200);
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const others = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
    const answers = await Promise.allSettled(
      others.map(({ address }) => fetch(`http://${address}:${port}/`)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toEqual([]);
  });

  test("that cannot be opened silences nobody, and is a fault", async () => {
    const taken = createServer();
    await startGateway({ statusPage: { port: await listening(taken) } });
    await until(() => faults().includes("the status page cannot be opened"), { what: "the fault" });
    const broadcast = airing(media("short.wav", SHORT_MS), 3_000);
    await station.list([broadcast]);
    await station.hears(broadcast.id, "finished");
    expect(recordingOf(state, broadcast.id)).toMatchObject({ complete: true });
    taken.close();
  });
});

test("a box file that is not as described ends the program with its faults named", async () => {
  await writeFile(join(state, "box.json"), JSON.stringify({ sensor: { programme: ["x"] } }));
  const args = ["--server", station.url, "--state", state, "--box", join(state, "box.json")];
  const running = start(["devices/gateway/main.ts", ...args], join(state, "gateway.log"));
  expect(await running.ended).toBe(1);
  await until(() => log().includes("/sensor"), { what: "what is wrong" });
});
