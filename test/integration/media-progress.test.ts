import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createFfmpeg } from "../../src/media/ffmpeg.ts";
import { encodeSound, type SoundOutput } from "../../src/media/sound/encode.ts";
import { rawOptions, type Work, type WorkFormat } from "../../src/media/sound/work.ts";
import { measureLoudness, ffmpeg as runFfmpeg, shippedProfiles, speak } from "../support/media-lab.ts";

test("the progress leaves room for further rounds of encoding, and never goes back", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "ccx-progress-"));
  const speech = join(scratch, "speech.wav");
  await speak(speech);
  const format: WorkFormat = { rateHz: 48_000, channels: 1 };
  const path = join(scratch, "work.f32");
  await runFfmpeg(
    "-i",
    speech,
    ...Object.entries(rawOptions(format)).flatMap(([k, v]) => [`-${k}`, String(v)]),
    path,
  );
  const { lufs } = await measureLoudness(speech);
  const work: Work = { path, format, durationMs: 11_000, lufs, samplePeakDbfs: -1 };
  // What the encoder is said to add, and does not, makes the first encode too quiet.
  const outputs = shippedProfiles("loudspeaker-mp3", "podcast-mp3").flatMap((profile): SoundOutput[] =>
    profile.type === "sound"
      ? [{ ...profile, audio: { ...profile.audio, codecGainDb: 3 }, tagging: null, work }]
      : [],
  );

  const seen: number[] = [];
  const atEncode: number[] = [];
  const { probe, run } = createFfmpeg({ ffmpegPath: "ffmpeg", ffprobePath: "ffprobe" });
  const context = {
    ffmpeg: {
      probe,
      run: (job: Parameters<typeof run>[0]) => {
        if (job.outputs.some((output) => output.path !== null)) atEncode.push(Math.max(0, ...seen));
        return run(job);
      },
    },
    clips: [],
    durationMs: work.durationMs,
    scratch,
    timeLimitMs: 60_000,
    signal: new AbortController().signal,
  };
  await encodeSound(context, outputs, (fraction) => void seen.push(fraction));

  expect(atEncode.length).toBeGreaterThan(1);
  expect(atEncode[1]).toBeGreaterThan(0.5);
  expect(atEncode[1]).toBeLessThanOrEqual(0.75);
  // Each round is seen to move on, although all before it had ended.
  expect(atEncode).toEqual([...new Set(atEncode)].toSorted((a, b) => a - b));
  expect(Math.max(...seen)).toBeLessThanOrEqual(1);
  await rm(scratch, { recursive: true });
});
