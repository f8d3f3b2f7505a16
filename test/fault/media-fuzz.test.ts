import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomOf } from "../../devices/simulator/random.ts";
import { until } from "../../scripts/until.ts";
import { AppError } from "../../src/errors.ts";
import { listenTo } from "../../src/media/ear/listen.ts";
import { FfmpegError } from "../../src/media/ffmpeg.ts";
import { inputOptionsFor, inspectUpload } from "../../src/media/inspect.ts";
import type { Rendition } from "../../src/media/media-service.ts";
import { makeCorpus, type Sample } from "../support/media-corpus.ts";
import { createMediaLab, type MediaLab, settled, shippedProfiles, speak } from "../support/media-lab.ts";

const CASES = Number(process.env["MEDIA_FUZZ_CASES"] ?? 48);
const UPLOADS = 12;
const SEED = 20261123;
/** A crash or a hang is no refusal. */
const ENDED_BADLY = /not finish within|killed|SIG[A-Z]+/;

let lab: MediaLab;
let samples: Sample[];

beforeAll(async () => {
  lab = await createMediaLab({ start: false, confined: true });
  await speak(lab.file("speech.wav"));
  samples = await makeCorpus(lab.dir, lab.file("speech.wav"));
}, 120_000);
afterAll(() => lab.close());

/** Whole numbers that are the same each time. */
function randoms(seed: number): (below: number) => number {
  const random = randomOf("damage", seed);
  return (below) => Math.floor(random() * below);
}

/** A copy with flipped bits, a missing end, or a piece from elsewhere in it. */
function damage(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const way = random(4);
  if (way === 0) return copy.subarray(0, random(copy.length));
  if (way === 1) {
    const from = random(copy.length);
    copy.copy(copy, random(copy.length), from, from + random(20_000));
    return copy;
  }
  // The first kilobytes hold what a parser believes.
  const reach = way === 2 ? Math.min(4_096, copy.length) : copy.length;
  for (let flips = 1 + random(200); flips > 0; flips -= 1) {
    const at = random(reach);
    copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
  }
  return copy;
}

/** Writes the damaged copy of one of the samples. */
function damaged(random: (below: number) => number, path: string): Sample {
  const sample = samples[random(samples.length)];
  if (!sample) throw new Error("the corpus is empty");
  writeFileSync(path, damage(readFileSync(lab.file(sample.name)), random));
  return sample;
}

const leftProcesses = (dir = lab.dir): string =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(dir) && /^\S*(ffmpeg|ffprobe)/.test(line))
    .join("\n");

test(
  `${CASES} damaged recordings are taken or refused, and nothing else happens`,
  async () => {
    const random = randoms(SEED);
    const outcomes = { taken: 0, refused: 0, failed: 0 };
    for (let number = 0; number < CASES; number += 1) {
      const path = lab.file(`damaged-${number}`);
      const sample = damaged(random, path);
      const outcome = await meet(path).catch((error: unknown) => error);
      if (outcome === "taken") outcomes.taken += 1;
      else if (outcome instanceof AppError && outcome.code === "invalid") outcomes.refused += 1;
      // The door is passed, but the decoder gives up: a failed job, with ffmpeg's own words.
      else if (outcome instanceof FfmpegError && !ENDED_BADLY.test(outcome.message)) outcomes.failed += 1;
      else throw new Error(`case ${number} (${sample.name}, seed ${SEED})`, { cause: outcome });
    }
    expect(outcomes.taken).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
    expect(leftProcesses()).toBe("");
    expect(lab.temporary()).toEqual([]);
  },
  200_000 + CASES * 1_250,
);

test(`of ${UPLOADS} damaged uploads there is left what rows name, and nothing else`, async () => {
  const whole = await createMediaLab({
    profiles: shippedProfiles("loudspeaker-mp3", "terminal-mp4"),
    confined: true,
  });
  try {
    const random = randoms(SEED + 1);
    const made: Rendition[] = [];
    let refused = 0;
    for (let number = 0; number < UPLOADS; number += 1) {
      const path = whole.file(`damaged-${number}`);
      const sample = damaged(random, path);
      const asset = await whole.upload(path).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "invalid") return null;
        throw new Error(`case ${number} (${sample.name}, seed ${SEED + 1})`, { cause: error });
      });
      if (asset === null) refused += 1;
      else made.push(...(await settled(whole.media, asset.compositionId)));
    }
    const failed = made.filter(({ state }) => state !== "ready");
    expect(failed).toEqual(failed.map((one) => ({ ...one, state: "failed", error: expect.any(String) })));
    expect(made.length - failed.length).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(2);
    const open = whole.db.prepare("SELECT 1 FROM jobs WHERE state IN ('queued', 'running')");
    await until(() => open.all().length === 0, { timeoutMs: 120_000, what: "the end of all jobs" });
    expect(leftProcesses(whole.dir)).toBe("");
    expect(whole.temporary()).toEqual([]);
    expect(whole.leftovers().toSorted()).toEqual(namedIn(whole));
  } finally {
    await whole.close();
  }
}, 400_000);

const namedIn = ({ db }: MediaLab): string[] =>
  db
    .prepare<[], { sha256: string }>(
      `SELECT sha256 FROM assets UNION SELECT sha256 FROM renditions WHERE state = 'ready'
       UNION SELECT sha256 FROM rendition_parts ORDER BY 1`,
    )
    .all()
    .map(({ sha256 }) => sha256);

/** What an upload goes through: the door, and the ear that decodes all of it. */
async function meet(path: string): Promise<"taken"> {
  const { probe, durationMs } = await inspectUpload(lab.ffmpeg, path);
  await lab.library.withScratch((scratch) =>
    listenTo({
      ffmpeg: lab.ffmpeg,
      path,
      inputOptions: { ...inputOptionsFor(probe, durationMs), t: 60 },
      probe,
      durationMs,
      scratch,
      signal: AbortSignal.timeout(60_000),
    }),
  );
  return "taken";
}
