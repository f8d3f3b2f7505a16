import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type Listening, trimOf } from "../../src/media/ear/findings.ts";
import { listenTo } from "../../src/media/ear/listen.ts";
import { createFfmpeg } from "../../src/media/ffmpeg.ts";
import { inputOptionsFor, probeMedia } from "../../src/media/inspect.ts";
import { viewRecording } from "../../src/media/recording.ts";
import { checkTrim } from "../../src/programmes/programme-sound.ts";
import {
  createMediaLab,
  ffmpeg,
  ffprobe,
  type MediaLab,
  measureLoudness,
  settled,
  shippedProfiles,
  speak,
  wholeOf,
} from "../support/media-lab.ts";

let lab: MediaLab;
let speech: string;
const programs = createFfmpeg({ ffmpegPath: "ffmpeg", ffprobePath: "ffprobe" });

beforeAll(async () => {
  lab = await createMediaLab({ profiles: shippedProfiles("loudspeaker-mp3") });
  speech = lab.file("speech.wav");
  await speak(speech);
});
afterAll(() => lab.close());

async function listen(path: string): Promise<Listening> {
  const probe = await probeMedia(programs, path);
  const { durationMs } = probe;
  return lab.library.withScratch((scratch) =>
    listenTo({
      ffmpeg: programs,
      path,
      inputOptions: inputOptionsFor(probe, durationMs ?? 0),
      probe,
      durationMs: durationMs ?? 0,
      scratch,
      signal: new AbortController().signal,
    }),
  );
}

/** Makes a recording of the speech by these options and listens to it. */
async function heard(name: string, ...options: string[]): Promise<Listening> {
  const path = lab.file(name);
  await ffmpeg("-i", speech, ...options, path);
  return listen(path);
}

const kinds = ({ findings }: Listening): string[] => findings.map(({ kind }) => kind);
const STEREO = "aformat=channel_layouts=mono,asplit[a][b]";
const join = (right: string): string => `${STEREO};[b]${right}[c];[a][c]join=inputs=2:channel_layout=stereo`;

describe("good speech has nothing to be said against it", () => {
  test.each([
    ["mono.wav", []],
    ["stereo.wav", ["-ac", "2"]],
    ["stereo.opus", ["-ac", "2", "-ar", "48000", "-c:a", "libopus"]],
    ["speech.mp3", ["-b:a", "128k"]],
    ["speech.m4a", ["-c:a", "aac"]],
    ["surround.flac", ["-af", "pan=5.1|FL=0.3*c0|FR=0.3*c0|FC=c0|LFE=0.1*c0|BL=0.1*c0|BR=0.1*c0"]],
    ["fine.wav", ["-ar", "96000", "-c:a", "pcm_s24le"]],
    ["limited.wav", ["-af", "volume=14dB,alimiter=limit=0.84:level=disabled"]],
    ["limited.mp3", ["-af", "volume=14dB,alimiter=limit=0.84:level=disabled", "-b:a", "128k"]],
    ["hot.mp3", ["-ar", "44100", "-af", "volume=20dB,alimiter=limit=0.97:level=disabled", "-b:a", "64k"]],
    ["hot.m4a", ["-ar", "44100", "-af", "volume=20dB,alimiter=limit=0.97:level=disabled", "-b:a", "128k"]],
    ["loud.m4a", ["-ar", "44100", "-af", "volume=0.7dB", "-c:a", "aac", "-b:a", "64k"]],
  ])("%s", async (name, options) => {
    const listening = await heard(name, ...options);
    expect(listening.findings).toEqual([]);
    expect(listening.durationMs / 1_000).toBeCloseTo(11.56, 0);
    expect(listening.integratedLufs).toBeLessThan(-8);
    expect(trimOf(listening)).toBeNull();
  });
});

describe("silence", () => {
  test("at both ends is measured and can be trimmed, with a breath left before and after", async () => {
    const listening = await heard("edges.wav", "-af", "adelay=4000:all=1,apad=pad_dur=6");
    expect(kinds(listening).sort()).toEqual(["leading-silence", "trailing-silence"]);
    expect(listening.leadingSilenceMs / 1_000).toBeCloseTo(4, 0);
    expect(listening.trailingSilenceMs).toBeGreaterThan(5_900);
    const trim = trimOf(listening);
    expect(trim?.fromMs).toBeGreaterThan(3_500);
    expect(trim?.fromMs).toBeLessThan(4_000);
    expect((trim?.toMs ?? 0) / 1_000).toBeCloseTo(4 + 11.5 + 0.5, 0);
  });

  const pause = (seconds: number) =>
    `aevalsrc=0:d=${seconds}:s=22050[s];[0:a]asplit[a][b];[a][s][b]concat=n=3:v=0:a=1`;

  test("of ten seconds inside is a warning, of 35 a fault, with its time", async () => {
    const short = await heard("pause.wav", "-filter_complex", pause(10));
    expect(short.findings).toMatchObject([{ kind: "inner-silence", severity: "warning" }]);
    const long = await heard("dead-air.wav", "-filter_complex", pause(35));
    expect(long.findings).toMatchObject([
      {
        kind: "inner-silence",
        severity: "fault",
        message: expect.stringMatching(/silent for 3[56]\.\d s from 0:1[12] on/),
      },
    ]);
    expect((long.findings[0]?.fromMs ?? 0) / 1_000).toBeCloseTo(11.4, 0);
    expect((long.findings[0]?.toMs ?? 0) / 1_000).toBeCloseTo(11.56 + 35, 0);
  });

  test("alone is a fault, digital or not", async () => {
    for (const [name, source] of [
      ["nothing.wav", "anullsrc=d=5"],
      ["whisper.wav", "anoisesrc=a=0.0003:d=5"],
    ] as const) {
      await ffmpeg("-f", "lavfi", "-i", source, lab.file(name));
      const listening = await listen(lab.file(name));
      expect(listening).toMatchObject({
        integratedLufs: null,
        findings: [{ kind: "no-audio", severity: "fault" }],
      });
      expect(trimOf(listening)).toBeNull();
    }
  });
});

describe("damage", () => {
  test("clipping is told for the part that is clipped", async () => {
    const half = "volume=20dB:enable='between(t,4,7)'";
    const listening = await heard("clipped.wav", "-af", half, "-c:a", "pcm_s16le");
    expect(kinds(listening)).toEqual(["clipping"]);
    expect(listening.findings[0]?.fromMs).toBe(4_000);
    expect(listening.findings[0]?.toMs).toBeGreaterThanOrEqual(7_000);
    expect(listening.findings[0]?.toMs).toBeLessThanOrEqual(8_000);
  });

  describe("clipping that was coded lossily afterwards is found all the same", () => {
    /** Cut off by 12 dB or so; `quieter` brings it down afterwards, as an editor's master fader does. */
    const cut = async (name: string, quieter = "anull"): Promise<string> => {
      const path = lab.file(name);
      await ffmpeg(
        "-i",
        speech,
        "-ar",
        "44100",
        "-af",
        `volume=12dB,aformat=sample_fmts=s16,${quieter}`,
        path,
      );
      return path;
    };

    test.each([
      ["mp3", "64k"],
      ["mp3", "128k"],
      ["mp3", "192k"],
      ["m4a", "64k"],
      ["m4a", "128k"],
      ["m4a", "192k"],
    ])("%s at %s", async (ending, rate) => {
      const path = lab.file(`cut-${rate}.${ending}`);
      const codec = ending === "mp3" ? "libmp3lame" : "aac";
      await ffmpeg("-i", await cut("cut.wav"), "-c:a", codec, "-b:a", rate, path);
      const { findings } = await listen(path);
      expect(findings.map(({ kind }) => kind)).toContain("clipping");
      const clipped = findings.filter(({ kind }) => kind === "clipping");
      expect(clipped.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBeGreaterThanOrEqual(2);
    });

    test("in one of two channels, made quieter before it was coded, and decoded again", async () => {
      const mp3 = lab.file("one-side.mp3");
      const sides = "[0:a]asplit[a][b];[b]volume=-16dB[c];[a][c]join=inputs=2:channel_layout=stereo";
      await ffmpeg(
        "-i",
        await cut("quieter.wav", "volume=-4dB"),
        "-filter_complex",
        sides,
        "-b:a",
        "128k",
        mp3,
      );
      const path = lab.file("decoded.wav");
      await ffmpeg("-i", mp3, path);
      expect(kinds(await listen(path))).toContain("clipping");
    });
  });

  test.each([
    ["dc-offset", ["-af", "volume=-6dB,dcshift=0.05"]],
    ["missing-channel", ["-filter_complex", join("volume=0")]],
    ["channel-imbalance", ["-filter_complex", join("volume=-12dB")]],
    ["out-of-phase", ["-filter_complex", join("volume=-1")]],
    ["low-level", ["-af", "volume=-28dB", "-c:a", "pcm_s24le"]],
    ["sample-rate", ["-ar", "8000"]],
    ["narrow-band", ["-af", "aresample=8000,aresample=44100", "-ar", "44100"]],
    [
      "hum",
      [
        "-filter_complex",
        "sine=f=50:d=12,volume=-16dB[h];[0:a]volume=-3dB,adelay=1500:all=1[v];[v][h]amix=normalize=0",
      ],
    ],
  ])("%s is found, and nothing else", async (kind, options) => {
    const listening = await heard(`${kind}.wav`, ...options);
    expect(listening.findings).toMatchObject([
      { kind, severity: "warning", message: expect.stringMatching(/\w{3}/) },
    ]);
    expect(listening.findings[0]?.value).not.toBeNull();
  });

  test("a tail that cannot be read is a fault with the time from which on it is so", async () => {
    const path = lab.file("torn.flac");
    await ffmpeg("-i", speech, path);
    truncateSync(path, Math.round((await stat(path)).size * 0.6));
    const listening = await listen(path);
    expect(listening.findings).toMatchObject([{ kind: "unreadable-tail", severity: "fault" }]);
    expect(listening.findings[0]?.fromMs).toBeGreaterThan(5_000);
    expect(listening.findings[0]?.fromMs).toBeLessThan(9_000);
  });
});

describe("one timeline for the ear and for the renditions", () => {
  const PICTURE = (seconds: number) => ["-f", "lavfi", "-i", `testsrc=s=64x64:r=5:d=${seconds}`];
  const CODECS = ["-c:v", "mpeg4", "-c:a", "flac"];

  /** Where the sound of a rendition begins and how long it lasts, in seconds, by ffmpeg's own silencedetect. */
  async function loudPart(sha256: string): Promise<{ begin: number; seconds: number }> {
    const path = lab.library.pathOf(sha256);
    const said = await ffmpeg("-i", path, "-af", "silencedetect=n=-45dB:d=0.2", "-f", "null", "-");
    const begin = /silence_start: 0\b[^]*?silence_end: (\S+)/.exec(said)?.[1] ?? 0;
    return { begin: Number(begin), seconds: Number((await ffprobe(path)).format["duration"]) };
  }

  test("what the ear suggests to trim is what is cut, though the sound begins later than the picture", async () => {
    const path = lab.file("late.mkv");
    await ffmpeg(...PICTURE(16), "-itsoffset", "1.95", "-i", speech, ...CODECS, path);
    const { sha256 } = await lab.upload(path);
    const view = () => viewRecording(lab.media, { assetSha256: sha256, compositionId: null, trim: null });
    await until(() => view()?.listening !== null, { what: "the ear" });
    const trim = view()?.listening?.suggestedTrim;
    expect(trim?.fromMs).toBeGreaterThan(1_500);
    expect(trim?.fromMs).toBeLessThan(1_800);
    expect((trim?.toMs ?? 0) / 1_000).toBeCloseTo(13.6, 0);
    const [clip] = wholeOf(sha256).clips;
    if (!clip || !trim) throw new Error("no trim");
    const id = lab.media.compose({ ...wholeOf(sha256), clips: [{ ...clip, ...trim }] });
    const [rendition] = await settled(lab.media, id);
    const { begin, seconds } = await loudPart(rendition?.sha256 ?? "");
    expect(begin).toBeGreaterThan(0.2);
    expect(begin).toBeLessThan(0.5);
    expect(seconds).toBeCloseTo((trim.toMs - trim.fromMs) / 1_000, 0);
  });

  test("a hole in the packets is silence, for the ear as on air", async () => {
    const parts = lab.file("hole.mkv");
    const whole = lab.file("long-sound.wav");
    await ffmpeg("-stream_loop", "4", "-i", speech, "-t", "52", whole);
    const hole = ["-af", "aselect=not(between(t\\,5\\,45))", "-c:a", "pcm_s16le"];
    await ffmpeg(...PICTURE(52), "-i", whole, "-c:v", "mpeg4", ...hole, parts);
    const listening = await listen(parts);
    expect(listening.findings).toMatchObject([{ kind: "inner-silence", severity: "fault" }]);
    expect((listening.findings[0]?.fromMs ?? 0) / 1_000).toBeCloseTo(5, 0);
    expect((listening.findings[0]?.toMs ?? 0) / 1_000).toBeCloseTo(45, 0);
  });

  test("a picture that goes on without sound is dead air, until it is trimmed", async () => {
    const path = lab.file("mute-end.mkv");
    await ffmpeg(...PICTURE(64), "-i", speech, ...CODECS, path);
    const { sha256, compositionId } = await lab.upload(path);
    await until(() => lab.media.assetOf(sha256)?.listening !== null, { what: "the ear" });
    const { listening, durationMs } = lab.media.assetOf(sha256) ?? {};
    expect(listening?.findings).toMatchObject([
      {
        kind: "trailing-silence",
        severity: "fault",
        message: expect.stringMatching(/without sound from 0:12/),
      },
    ]);
    expect((durationMs ?? 0) / 1_000).toBeCloseTo(64, 0);
    expect(lab.media.whyNotAirable(compositionId)).toMatch(/goes on for 52/);
    const [clip] = wholeOf(sha256).clips;
    const trim = listening && trimOf(listening);
    if (!clip || !trim) throw new Error("no trim");
    const trimmed = lab.media.compose({ ...wholeOf(sha256), clips: [{ ...clip, ...trim }] });
    expect(lab.media.whyNotAirable(trimmed)).not.toMatch(/without sound/);
    await settled(lab.media, trimmed);
    await settled(lab.media, compositionId);
  });

  test("a recording of a receiver that changes from mono to stereo is heard from begin to end", async () => {
    const first = lab.file("first.ts");
    const second = lab.file("second.ts");
    const path = lab.file("change.ts");
    const graph = "[0:a]aresample=48000,asplit[a][b];aevalsrc=0:d=40:s=48000[s];[a][s][b]concat=n=3:v=0:a=1";
    const mp2 = ["-c:a", "mp2", "-ar", "48000", "-f", "mpegts"];
    await ffmpeg("-i", speech, "-filter_complex", graph, "-ac", "1", "-b:a", "64k", ...mp2, first);
    await ffmpeg("-i", speech, "-ac", "2", "-b:a", "128k", "-output_ts_offset", "63.2", ...mp2, second);
    writeFileSync(path, Buffer.concat([readFileSync(first), readFileSync(second)]));
    const { sha256, compositionId } = await lab.upload(path);
    await until(() => lab.media.assetOf(sha256)?.listening !== null, { what: "the ear", timeoutMs: 30_000 });
    const listening = lab.media.assetOf(sha256)?.listening;
    expect((listening?.durationMs ?? 0) / 1_000).toBeCloseTo(74.7, 0);
    expect(listening?.findings).toMatchObject([{ kind: "inner-silence", severity: "fault" }]);
    expect((listening?.findings[0]?.fromMs ?? 0) / 1_000).toBeCloseTo(11.5, 0);
    const [rendition] = await settled(lab.media, compositionId);
    expect((rendition?.durationMs ?? 0) / 1_000).toBeCloseTo(74.7, 0);
    const { lufs } = await measureLoudness(lab.library.pathOf(rendition?.sha256 ?? ""));
    expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
  });
});

describe("the trim that is suggested is one that may be made, as what was heard is the duration", () => {
  test.each([
    ["edges.m4a", ["-c:a", "aac"]],
    ["edges.ts", ["-ar", "48000", "-c:a", "mp2", "-f", "mpegts"]],
    ["edges.aac", ["-c:a", "aac"]],
    ["edges.mp3", ["-q:a", "2", "-write_xing", "0"]],
  ])("%s", async (name, options) => {
    const path = lab.file(name);
    const atBegin = ["-af", "adelay=3000:all=1"];
    await ffmpeg("-i", speech, ...atBegin, ...options, path);
    const { sha256, compositionId } = await lab.upload(path);
    const asset = () => lab.media.assetOf(sha256);
    await until(() => asset()?.listening !== null, { what: "the ear", timeoutMs: 20_000 });
    const { listening, durationMs = 0 } = asset() ?? {};
    expect(durationMs / 1_000).toBeCloseTo(14.6, 0);
    const trim = listening ? trimOf(listening) : null;
    expect(trim?.toMs).toBeGreaterThan(14_000);
    expect(() => checkTrim(trim, durationMs)).not.toThrow();
    expect(lab.media.lengthOf(compositionId)).toBe(durationMs);
  });
});

describe("dead air that is not digitally silent", () => {
  const between = (filling: string, seconds: number) =>
    `${filling}:d=${seconds}[s];[0:a]asplit[a][b];[a][s][b]concat=n=3:v=0:a=1`;

  test.each([
    ["a room", "anoisesrc=r=22050:a=0.0022", 40],
    ["a shifted zero line", "aevalsrc=0.004:s=22050", 40],
    ["mains hum", "aevalsrc=0.01*sin(2*PI*50*t):s=22050", 40],
    ["a click", "aevalsrc=if(between(t\\,24\\,24.02)\\,0.5*random(0)\\,0):s=22050", 50],
  ])("%s is a fault all the same", async (name, filling, length) => {
    const listening = await heard(`dead ${name}.wav`, "-filter_complex", between(filling, length));
    const dead = listening.findings.filter(({ kind }) => kind === "inner-silence");
    expect(dead).toMatchObject([{ severity: "fault" }]);
    expect((dead[0]?.fromMs ?? 0) / 1_000).toBeCloseTo(11.4, 0);
    expect((dead[0]?.toMs ?? 0) / 1_000).toBeCloseTo(11.5 + length, 0);
  });

  test("speech at the very edge of hearing is not trimmed to less than nothing", async () => {
    const listening = await heard("faint.wav", "-af", "volume=-50dB", "-c:a", "pcm_s24le");
    const trim = trimOf(listening);
    expect(trim === null || trim.toMs > trim.fromMs).toBe(true);
    expect(kinds(listening)).toSatisfy(
      (found: string[]) => found.includes("no-audio") || found.includes("low-level"),
    );
  });
});

describe("what is wrong with a part of a recording is told with its time", () => {
  const later = (right: string) =>
    `${STEREO};[b]${right}:enable='gte(t,4)'[c];[a][c]join=inputs=2:channel_layout=stereo`;

  test.each([
    ["out-of-phase", "volume=-1"],
    ["missing-channel", "volume=0"],
  ])("%s from the middle on", async (kind, right) => {
    const listening = await heard(`half ${kind}.wav`, "-filter_complex", later(right));
    expect(listening.findings).toMatchObject([{ kind, severity: "warning" }]);
    expect(listening.findings[0]?.fromMs).toBeGreaterThanOrEqual(3_000);
    expect(listening.findings[0]?.fromMs).toBeLessThanOrEqual(5_000);
    expect(listening.findings[0]?.toMs).toBeGreaterThan(10_000);
  });

  test("a loudspeaker loses nothing of it: one channel is used when both cancel each other anywhere", async () => {
    const path = lab.file("half-inverted.wav");
    await ffmpeg("-i", speech, "-filter_complex", later("volume=-1"), path);
    const { compositionId } = await lab.upload(path);
    const [rendition] = await settled(lab.media, compositionId);
    const second = lab.file("second-half.wav");
    await ffmpeg("-ss", "4.5", "-i", lab.library.pathOf(rendition?.sha256 ?? ""), second);
    expect((await measureLoudness(second)).lufs).toBeGreaterThan(-20);
  });
});

test("a fault keeps what has it off the air, until the part that is used has none", async () => {
  const path = lab.file("with-dead-air.wav");
  const graph = "aevalsrc=0:d=32:s=22050[s];[0:a]asplit[a][b];[a][s][b]concat=n=3:v=0:a=1";
  await ffmpeg("-i", speech, "-filter_complex", graph, path);
  const { sha256, compositionId } = await lab.upload(path);
  await until(() => lab.media.assetOf(sha256)?.listening !== null, { what: "the ear" });
  expect(lab.media.whyNotAirable(compositionId)).toMatch(/It is silent for 32/);
  const [clip] = wholeOf(sha256).clips;
  if (!clip) throw new Error("no clip");
  const first = lab.media.compose({ ...wholeOf(sha256), clips: [{ ...clip, fromMs: 0, toMs: 9_000 }] });
  await until(() => lab.media.whyNotAirable(first) === null, { what: "the first part", timeoutMs: 20_000 });
  expect(lab.media.whyNotAirable(compositionId)).toMatch(/It is silent for 32/);
});
