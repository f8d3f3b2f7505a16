import { stat } from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Job } from "../../src/media/jobs/job.ts";
import { createMediaLab, ffmpeg, type MediaLab, settled, shippedProfiles } from "../support/media-lab.ts";

const GB = 1024 ** 3;

let lab: MediaLab;
afterEach(() => lab.close());

/** Silence packs to nothing, and unpacks to what its length says. */
async function smallButLong(hours: number): Promise<string> {
  const path = lab.file("long.flac");
  const silence = ["-f", "lavfi", "-i", `anullsrc=r=8000:cl=mono:d=${hours * 3_600}`];
  await ffmpeg(...silence, "-c:a", "flac", "-compression_level", "0", path);
  expect((await stat(path)).size).toBeLessThan(0.01 * GB);
  return path;
}

function seenOf(kind: Job["kind"]): Job[] {
  const seen: Job[] = [];
  lab.media.jobs.watch((job) => void (job.kind === kind && seen.push(job)));
  return seen;
}

test("a small file that is hours of sound waits for room, is no failure, and keeps nobody else waiting", async () => {
  lab = await createMediaLab({ profiles: shippedProfiles("podcast-mp3"), freeBytes: () => GB });
  const seen = seenOf("sound");
  const long = await lab.upload(await smallButLong(3));
  await until(() => seen.some(({ state, error }) => state === "queued" && error !== null), {
    what: "the job that waits",
    timeoutMs: 60_000,
  });
  const waiting = seen.at(-1);
  // Three hours of 44.1 kHz in 32-bit floats, and the MP3.
  expect(waiting?.error).toMatch(
    /waits for room: 1\.9 GB are needed .* 1\.0 GB may be used.*Free some space/,
  );
  expect(waiting).toMatchObject({ state: "queued", failures: 0 });
  expect((waiting?.notBefore ?? 0) - (waiting?.updatedAt ?? 0)).toBe(60_000);
  expect(lab.media.renditionsOf(long.compositionId)).toMatchObject([{ state: "queued", error: null }]);

  const short = lab.file("short.wav");
  await ffmpeg("-f", "lavfi", "-i", "sine=d=3", short);
  const { compositionId } = await lab.upload(short);
  expect(await settled(lab.media, compositionId)).toMatchObject([{ state: "ready" }]);
});

test("two that run at once have room for both, or the second waits", async () => {
  // Two minutes are 21 MB, and 2 MB of MP3.
  lab = await createMediaLab({
    profiles: shippedProfiles("podcast-mp3"),
    freeBytes: () => 40_000_000,
    start: false,
  });
  const seen = seenOf("sound");
  for (const frequency of [300, 400]) {
    const path = lab.file(`${frequency}.wav`);
    await ffmpeg("-f", "lavfi", "-i", `sine=f=${frequency}:d=120`, path);
    await lab.upload(path);
  }
  lab.media.start([]);
  await until(() => seen.some(({ error }) => error !== null), {
    what: "the second waits",
    timeoutMs: 60_000,
  });
  await until(() => seen.some(({ state }) => state === "done"), {
    what: "the first ends",
    timeoutMs: 60_000,
  });
  expect(seen.some(({ state }) => state === "failed")).toBe(false);
});
