import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { abilitiesOf } from "../../src/media/ffmpeg-abilities.ts";
import type { Mp3Part } from "../../src/media/live/mp3-parts.ts";
import { createVoiceEncoder } from "../../src/media/live/voice-encoder.ts";
import { loadProfiles } from "../../src/media/profile-files.ts";
import { lufsOf } from "../support/loudness.ts";
import { PROFILES_DIR, speak } from "../support/media-lab.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-live-encoder-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said, as a browser's microphone sends it. */
async function said(name: string, args: string[]): Promise<string> {
  const [wav, file] = [join(folder, "said.wav"), join(folder, name)];
  await speak(wav);
  execFileSync("ffmpeg", ["-v", "error", "-y", "-i", wav, ...args, file]);
  return file;
}

async function encode(file: string, mime: string): Promise<Mp3Part[]> {
  const parts: Mp3Part[] = [];
  const encoder = createVoiceEncoder({
    ffmpegPath: "ffmpeg",
    profiles: loadProfiles(PROFILES_DIR, abilitiesOf("ffmpeg")),
    pathOf: () => "",
    assetOf: () => null,
  });
  const voice = encoder.open({ mime, marks: [], longestMs: 60_000, onPart: (part) => void parts.push(part) });
  voice.write(readFileSync(file));
  voice.end();
  await voice.ended;
  return parts;
}

function written(parts: readonly Mp3Part[]): string {
  const file = join(folder, "parts.mp3");
  writeFileSync(file, Buffer.concat(parts.map(({ bytes }) => bytes)));
  return file;
}

describe("a live voice is brought to the loudness of the loudspeakers in one pass", () => {
  test.each([-30, -14, 0])("from %d dB", async (gainDb) => {
    const file = await said("voice.webm", ["-af", `volume=${gainDb}dB`, "-c:a", "libopus", "-b:a", "48k"]);
    const parts = await encode(file, "audio/webm;codecs=opus");
    expect(Math.abs(lufsOf(written(parts)) + 16)).toBeLessThan(2);
  });
});

describe("what browsers record in", () => {
  test.each([
    ["audio/webm", ["-c:a", "libopus"], "voice.webm"],
    ["audio/ogg;codecs=opus", ["-c:a", "libopus"], "voice.ogg"],
    ["audio/mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+default_base_moof"], "voice.mp4"],
  ])("%s comes out in parts of 1.28 s that need each other for nothing", async (mime, args, name) => {
    const parts = await encode(await said(name, args), mime);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.slice(0, -1).every(({ durationMs }) => durationMs === 1_280)).toBe(true);
    const alone = written(parts.slice(2, 3));
    const { stderr } = spawnSync("ffmpeg", ["-v", "error", "-f", "mp3", "-i", alone, "-f", "null", "-"]);
    expect(stderr.toString()).toBe("");
  });
});
