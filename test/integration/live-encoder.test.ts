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

const PROFILES = new URL("../../media/profiles", import.meta.url).pathname;
const SAYING =
  "ming2 tian1 shang4 wu3 jiu3 dian3 quan2 cun1 ting2 shui3 liang3 xiao3 shi2, qing3 da4 jia1 ti2 qian2 chu3 shui3";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-live-encoder-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A sentence as a browser's microphone sends it. */
function sentence(name: string, args: string[]): string {
  const [wav, file] = [join(folder, "sentence.wav"), join(folder, name)];
  execFileSync("espeak-ng", ["-v", "cmn-latn-pinyin", "-w", wav, SAYING]);
  execFileSync("ffmpeg", ["-v", "error", "-y", "-i", wav, ...args, file]);
  return file;
}

async function encode(file: string, mime: string): Promise<Mp3Part[]> {
  const parts: Mp3Part[] = [];
  const encoder = createVoiceEncoder({
    ffmpegPath: "ffmpeg",
    profiles: loadProfiles(PROFILES, abilitiesOf("ffmpeg")),
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
    const file = sentence("voice.webm", ["-af", `volume=${gainDb}dB`, "-c:a", "libopus", "-b:a", "48k"]);
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
    const parts = await encode(sentence(name, args), mime);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.slice(0, -1).every(({ durationMs }) => durationMs === 1_280)).toBe(true);
    const alone = written(parts.slice(2, 3));
    const { stderr } = spawnSync("ffmpeg", ["-v", "error", "-f", "mp3", "-i", alone, "-f", "null", "-"]);
    expect(stderr.toString()).toBe("");
  });
});
