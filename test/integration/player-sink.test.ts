import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPcmOutput } from "../../devices/core/pcm-output.ts";
import { aplay, ffplay, mpv } from "../../devices/core/player-programs.ts";
import { playerSink } from "../../devices/core/player-sink.ts";
import { until } from "../../scripts/until.ts";
import { toneParts } from "../support/live-parts.ts";

const SECONDS = 2;
let folder: string;
let tone: string;

/** The real programs, each told to sound into nothing. */
const silent: Record<string, string> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-players-"));
  tone = join(folder, "tone.mp3");
  const source = `sine=frequency=440:duration=${SECONDS}`;
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, "-b:a", "64k", tone]);
  await writeFile(join(folder, "mpv.conf"), "ao=null\n");
  await writeFile(join(folder, "asound.conf"), "pcm.!default { type null }\nctl.!default { type null }\n");
  Object.assign(silent, {
    SDL_AUDIODRIVER: "dummy",
    MPV_HOME: folder,
    ALSA_CONFIG_PATH: join(folder, "asound.conf"),
  });
  Object.assign(process.env, silent);
});
afterAll(async () => {
  for (const name of Object.keys(silent)) delete process.env[name];
  await rm(folder, { recursive: true });
});

const now = () => performance.timeOrigin + performance.now();
const format = { sampleRate: 44_100, channels: 1 };
const programs = { ffplay, mpv, aplay: aplay() };
const prepare = (program: keyof typeof programs) =>
  createPcmOutput({ name: program, format, openSink: playerSink(programs[program]), now }).prepare({
    broadcastId: "b",
    startAt: now(),
    parts: [{ path: tone, durationMs: SECONDS * 1000 }],
    seekMs: 0,
    volume: 80,
  });

describe.each(["ffplay", "mpv", "aplay"] as const)("sound through %s", (program) => {
  test("takes as long as the recording, and ends whole", async () => {
    const prepared = await prepare(program);
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    const { complete, positionMs } = await prepared.ended;
    expect(complete).toBe(true);
    expect(Math.abs(positionMs - SECONDS * 1000)).toBeLessThan(100);
    expect(now() - firstSampleAt).toBeGreaterThan(SECONDS * 1000 - 200);
  });

  test("takes as long as what is spoken live", async () => {
    const sounds = toneParts(SECONDS).map(({ bytes, durationMs }, at) => ({
      atMs: at * 1_280,
      durationMs,
      bytes,
    }));
    const endMs = sounds.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const startAt = now() + 1_000;
    const output = createPcmOutput({ name: program, format, openSink: playerSink(programs[program]), now });
    const prepared = output.prepareLive({
      broadcastId: "b",
      startAt,
      longestMs: 60_000,
      volume: 80,
      feed: {
        take: () => sounds.shift() ?? null,
        hasSound: () => sounds.length > 0,
        endMs,
        ended: true,
        close: () => {},
      },
    });
    await until(() => now() >= startAt);
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    const { complete, positionMs } = await prepared.ended;
    expect(complete).toBe(true);
    expect(Math.abs(positionMs - endMs)).toBeLessThan(150);
    expect(now() - firstSampleAt).toBeGreaterThan(endMs - 300);
  });

  test("falls silent at a stop", async () => {
    const prepared = await prepare(program);
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    await until(() => now() - firstSampleAt > 500);
    await prepared.stop();
    const { complete, positionMs } = await prepared.ended;
    expect(complete).toBe(false);
    expect(positionMs).toBeLessThan(1_500);
  });
});

test("a program that is not there fails the broadcast, not the gateway", async () => {
  const missing = { ...process.env };
  process.env["PATH"] = folder;
  try {
    const output = createPcmOutput({
      name: "x",
      format,
      openSink: playerSink(aplay()),
      now,
      ffmpegPath: "/usr/bin/ffmpeg",
    });
    const programme = {
      broadcastId: "b",
      startAt: now(),
      parts: [{ path: tone, durationMs: 2000 }],
      seekMs: 0,
      volume: 100,
    };
    const attempt = output.prepare(programme).then(async (prepared) => {
      await prepared.start();
      return prepared.ended;
    });
    await expect(attempt).rejects.toThrow(/ENOENT|EPIPE|output failed/);
  } finally {
    process.env["PATH"] = missing["PATH"];
  }
});
