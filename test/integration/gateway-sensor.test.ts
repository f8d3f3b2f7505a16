import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEnvelope } from "../../devices/core/envelope.ts";
import { createFaults } from "../../devices/core/faults.ts";
import { createSensedOutput } from "../../devices/core/sensed-output.ts";
import { createSound, FORMAT } from "../../devices/core/sound.ts";
import { createMicrophone } from "../../devices/gateway/microphone.ts";
import { createSensorProgram } from "../../devices/gateway/sensor-program.ts";
import { wavHeader } from "../../src/media/wav-header.ts";
import { airing } from "../support/airing.ts";
import { type Box, openBox, shell } from "../support/box.ts";
import { makeTone } from "../support/county.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { recorder } from "../support/test-device.ts";

const SHORT_MS = 4_000;

let box: Box;
beforeEach(async () => void (box = await openBox()));
afterEach(() => box.close());

describe("a sensor", () => {
  /** What an output says of one broadcast that a script listened to. */
  async function hearWith(script: string, level?: number, seekMs = 0) {
    const found = createFaults(() => {});
    const now = () => performance.timeOrigin + performance.now();
    const output = createSensedOutput({
      output: recorder(box.state, now),
      sensor: createSensorProgram({
        command: shell(script),
        level,
        everyMs: 200,
        log: createMemoryLog().log,
      }),
      faults: found,
    });
    const path = makeTone(join(box.state, "tone.wav"), 2);
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
    const own = script.replaceAll("FILE", join(box.state, "half"));
    expect(await hearWith(own)).toEqual({ sensed: false, faults: [] });
  });

  test("proves nothing of what was joined in progress", async () => {
    expect(await hearWith("echo yes", undefined, 500)).toEqual({ sensed: false, faults: [] });
  });

  test("of the gateway raises the grade of what is reported", async () => {
    await box.start({ sensor: { program: shell("echo yes"), everySeconds: 0.3 } });
    const broadcast = airing(box.media("short.wav", SHORT_MS), 3_000);
    await box.station.list([broadcast]);
    await box.station.hears(broadcast.id, "finished");
    expect(box.station.records.map(({ type, grade }) => [type, grade])).toEqual([
      ["received", undefined],
      ["cached", undefined],
      ["started", undefined],
      ["finished", "sensed"],
    ]);
  });
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
    const path = join(box.state, name);
    const format = { rate: RATE, channels: 1, bits: 16 };
    writeFileSync(path, Buffer.concat([wavHeader(44 + samples.length, format), samples]));
    return path;
  }

  /** What it says of a broadcast while it hears a file, softly, with noise upon it. */
  async function listen(playing: string, hearing: string) {
    const found = createFaults(() => {});
    const now = () => performance.timeOrigin + performance.now();
    const played = createEnvelope(FORMAT);
    const command = [
      ..."ffmpeg -v error -nostdin -re -i".split(" "),
      hearing,
      "-filter_complex",
      `[0]volume=0.1,adelay=300[far];anoisesrc=a=0.005:r=${RATE}[hiss];[far][hiss]amix=inputs=2:duration=first`,
      ...`-f s16le -ar ${RATE} -ac 1 -`.split(" "),
    ];
    const output = createSensedOutput({
      output: createSound({
        setting: { name: "wav" },
        stateDir: box.state,
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
    const silence = join(box.state, "silence.wav");
    const none = Buffer.alloc((MS / 1_000) * RATE * 2);
    writeFileSync(
      silence,
      Buffer.concat([wavHeader(44 + none.length, { rate: RATE, channels: 1, bits: 16 }), none]),
    );
    const absent = join(box.state, "absent.wav");
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
