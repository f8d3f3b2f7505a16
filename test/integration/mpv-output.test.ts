import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMpvOutput } from "../../devices/terminal/mpv-output.ts";

let folder: string;
let video: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-mpv-"));
  video = join(folder, "class.mp4");
  const inputs = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=320x180:rate=25:duration=2",
    "-f",
    "lavfi",
    "-i",
    "sine=duration=2",
  ];
  execFileSync("ffmpeg", [
    "-v",
    "error",
    ...inputs,
    "-c:v",
    "libx264",
    "-c:a",
    "aac",
    "-movflags",
    "+faststart",
    video,
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

const now = () => performance.timeOrigin + performance.now();
/** The real player, without a screen or a loudspeaker. */
const output = () => createMpvOutput({ stateDir: folder, now, args: ["--vo=null", "--ao=null"] });
const class_ = (changes: object = {}) => ({
  broadcastId: "b",
  startAt: now(),
  parts: [{ path: video, durationMs: 2000 }],
  seekMs: 0,
  volume: 100,
  ...changes,
});

describe("the terminal's picture, by a real mpv", () => {
  test("waits paused, starts at once, and ends when the video ends", async () => {
    const prepared = await output().prepare(class_());
    const { firstSampleAt = Number.NaN } = (await prepared.start()) ?? {};
    const ending = await prepared.ended;
    expect(ending.complete).toBe(true);
    expect(ending.positionMs).toBeGreaterThan(1_800);
    expect(now() - firstSampleAt).toBeLessThan(6_000);
  });

  test("joins in progress", async () => {
    const prepared = await output().prepare(class_({ seekMs: 1_500 }));
    await prepared.start();
    const { positionMs, complete } = await prepared.ended;
    expect(complete).toBe(true);
    expect(positionMs).toBeGreaterThan(1_500);
  });

  test("a stop ends it, also before the start", async () => {
    const started = await output().prepare(class_());
    await started.start();
    await started.stop();
    expect(await started.ended).toMatchObject({ complete: false });
    const waiting = await output().prepare(class_());
    await waiting.stop();
    expect(await waiting.ended).toMatchObject({ complete: false });
  });

  test("a file that is no media fails the preparation", async () => {
    await expect(
      output().prepare(class_({ parts: [{ path: import.meta.filename, durationMs: 1 }] })),
    ).rejects.toThrow("mpv could not open the file");
  });
});
