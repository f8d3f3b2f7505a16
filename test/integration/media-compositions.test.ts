import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Composition, Rendition } from "../../src/media/media-service.ts";
import { loadProfiles } from "../../src/media/profile-files.ts";
import type { Profile } from "../../src/media/profiles.ts";
import { namedIn, stretchesOf } from "../../src/protocol/stream-playlist.ts";
import {
  ABILITIES,
  createMediaLab,
  ffmpeg,
  ffprobe,
  type MediaLab,
  measureLoudness,
  PROFILES_DIR,
  settled,
  shippedProfiles,
  speak,
  wholeOf,
} from "../support/media-lab.ts";

let lab: MediaLab;
let speech: { sha256: string; durationMs: number };
let quiet: { sha256: string; durationMs: number };
let tune: { sha256: string; durationMs: number };

beforeAll(async () => {
  lab = await createMediaLab({
    profiles: shippedProfiles("loudspeaker-mp3", "podcast-mp3", "podcast-aac", "waveform-json"),
  });
  const take = async (name: string, ...options: string[]) => {
    await ffmpeg(...options, lab.file(name));
    return lab.media.receiveUpload({ path: lab.file(name), originalName: name }, () => {});
  };
  await speak(lab.file("source.wav"));
  speech = await take("speech.wav", "-i", lab.file("source.wav"));
  quiet = await take("quiet.wav", "-i", lab.file("source.wav"), "-t", "6", "-af", "volume=-20dB");
  tune = await take("tune.wav", "-f", "lavfi", "-i", "sine=f=880:d=2", "-af", "volume=-3dB");
});
afterAll(() => lab.close());

const clip = (of: { sha256: string }, more: Partial<Composition["clips"][number]> = {}) => ({
  assetSha256: of.sha256,
  fromMs: null,
  toMs: null,
  gapBeforeMs: 0,
  chapter: null,
  ...more,
});

async function render(composition: Composition): Promise<{ id: string; file: (profile: string) => string }> {
  const id = lab.media.compose(composition);
  const renditions = await settled(lab.media, id);
  expect(renditions.filter(({ state }) => state !== "ready")).toEqual([]);
  return { id, file: (profile) => lab.library.pathOf(shaOf(renditions, profile)) };
}

const shaOf = (renditions: Rendition[], profile: string): string =>
  renditions.find((rendition) => rendition.profile === profile)?.sha256 ?? "";

const durationOf = async (path: string): Promise<number> => Number((await ffprobe(path)).format["duration"]);

describe("a continuous programme", () => {
  const programme = (): Composition => ({
    clips: [
      clip(tune),
      clip(speech, { gapBeforeMs: 500, chapter: "党建聚焦" }),
      clip(tune, { gapBeforeMs: 500 }),
      clip(quiet, { gapBeforeMs: 500, chapter: "身边榜样; #1 = \\ one" }),
    ],
    bypass: [],
    labels: { title: "第41期", album: "党建之声", track: 41, cover: null },
  });

  test("has its parts in order, at one loudness, with their gaps", async () => {
    const { file } = await render(programme());
    const path = file("loudspeaker-mp3");
    const expectedSeconds = (2 * tune.durationMs + speech.durationMs + quiet.durationMs) / 1_000 + 1.5;
    expect(await durationOf(path)).toBeCloseTo(expectedSeconds, 0);
    expect((await measureLoudness(path)).lufs).toBeCloseTo(-16, 0);

    // The quiet segment is as loud as the other.
    const wav = lab.file("last.wav");
    await ffmpeg("-sseof", String(-quiet.durationMs / 1_000), "-i", path, wav);
    expect((await measureLoudness(wav)).lufs).toBeGreaterThan(-18.5);
    // The first gap lies between the tune and the speech.
    const said = await ffmpeg(
      "-t",
      "4",
      "-i",
      path,
      "-af",
      "silencedetect=noise=-45dB:d=0.4",
      "-f",
      "null",
      "-",
    );
    expect(Number(/silence_start: (\S+)/.exec(said)?.[1])).toBeCloseTo(2, 0);
  });

  test("carries its chapters, title, programme, number and cover in both podcasts", async () => {
    const { file } = await render(programme());
    for (const profile of ["podcast-mp3", "podcast-aac"]) {
      const args = [
        "-v",
        "error",
        "-of",
        "json",
        "-show_chapters",
        "-show_format",
        "-show_streams",
        file(profile),
      ];
      const { chapters, format, streams } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8" }));
      expect(chapters.map(({ tags }: { tags: { title: string } }) => tags.title)).toEqual([
        "党建聚焦",
        "身边榜样; #1 = \\ one",
      ]);
      // The tune belongs to the first chapter: a player shows one from the beginning on.
      expect(Number(chapters[0].start_time)).toBe(0);
      expect(Number(chapters[1].start_time)).toBeCloseTo(2.5 + speech.durationMs / 1_000 + 0.5 + 2 + 0.5, 0);
      expect(format.tags).toMatchObject({ title: "第41期", album: "党建之声", track: "41" });
      const kinds = streams.map(({ codec_type }: { codec_type: string }) => codec_type);
      // MP4 has a track of chapters too.
      expect(new Set(kinds.filter((kind: string) => kind !== "data"))).toEqual(new Set(["audio", "video"]));
    }
  });

  test("is made again for another segment, and the other segments are not", async () => {
    const single = await render(wholeOf(speech.sha256, "党建聚焦"));
    const before = await render(programme());
    const jobs = lab.media.jobs.page(null, "z", 500).length;
    const changed = programme();
    changed.clips[3] = clip(speech, { gapBeforeMs: 500, chapter: "红色记忆" });
    const after = await render(changed);
    expect(after.file("loudspeaker-mp3")).not.toBe(before.file("loudspeaker-mp3"));
    const again = await render(wholeOf(speech.sha256, "党建聚焦"));
    expect(again.file("loudspeaker-mp3")).toBe(single.file("loudspeaker-mp3"));
    expect(lab.media.jobs.page(null, "z", 500).length).toBe(jobs + 1);
  });
});

describe("a single recording", () => {
  test("may be used in part; the recording itself stays as it is", async () => {
    const before = readFileSync(lab.library.pathOf(speech.sha256));
    const { file } = await render({
      ...wholeOf(speech.sha256),
      clips: [clip(speech, { fromMs: 1_000, toMs: 4_500 })],
    });
    expect(await durationOf(file("loudspeaker-mp3"))).toBeCloseTo(3.5, 1);
    expect((await measureLoudness(file("loudspeaker-mp3"))).lufs).toBeCloseTo(-16, 0);
    expect(readFileSync(lab.library.pathOf(speech.sha256)).equals(before)).toBe(true);
  });

  test("goes through the loudspeaker's filters, but not through one that is switched off", async () => {
    await ffmpeg(
      "-i",
      lab.file("source.wav"),
      "-f",
      "lavfi",
      "-i",
      "sine=f=90:d=11",
      "-filter_complex",
      "amix=normalize=0",
      lab.file("boomy.wav"),
    );
    const { sha256 } = await lab.media.receiveUpload(
      { path: lab.file("boomy.wav"), originalName: "b" },
      () => {},
    );
    const belowDb = async (path: string) => {
      const said = await ffmpeg(
        "-i",
        path,
        "-af",
        "lowpass=f=120:p=2,lowpass=f=120:p=2,volumedetect",
        "-f",
        "null",
        "-",
      );
      return Number(/mean_volume: (\S+) dB/.exec(said)?.[1]);
    };
    const filtered = await render(wholeOf(sha256));
    const whole = await render({ ...wholeOf(sha256), bypass: ["highPass"] });
    const difference =
      (await belowDb(whole.file("loudspeaker-mp3"))) - (await belowDb(filtered.file("loudspeaker-mp3")));
    expect(difference).toBeGreaterThan(8);
    // A podcast is not for a horn.
    expect(whole.file("podcast-mp3")).toBe(filtered.file("podcast-mp3"));
  });

  test("is drawn as audiowaveform does", async () => {
    const { file } = await render(wholeOf(speech.sha256));
    const waveform = JSON.parse(readFileSync(file("waveform-json"), "utf8"));
    expect(waveform).toMatchObject({ version: 2, channels: 1, bits: 8 });
    const seconds = (waveform.length * waveform.samples_per_pixel) / waveform.sample_rate;
    expect(seconds).toBeCloseTo(speech.durationMs / 1_000, 0);
    expect(waveform.data).toHaveLength(2 * waveform.length);
    expect(Math.max(...waveform.data)).toBeGreaterThan(30);
    expect(Math.min(...waveform.data)).toBeLessThan(-30);
  });
});

describe("a changed profile", () => {
  const louder = (profile: Profile): Profile =>
    profile.type === "sound" ? { ...profile, loudness: { ...profile.loudness, targetLufs: -18 } } : profile;

  test("is rendered anew at the next start; until then, and beside it, the one before is there", async () => {
    const { id, file } = await render(wholeOf(tune.sha256, "tune"));
    const before = file("loudspeaker-mp3");
    const changed = lab.create(shippedProfiles("loudspeaker-mp3").map(louder));
    // Known, but not made: what is there is still played, and approved.
    const queued = changed.playableFor(id, "loudspeaker");
    expect(queued).toBeNull();
    changed.start([id]);
    expect(lab.library.pathOf(changed.playableFor(id, "loudspeaker")?.sha256 ?? "")).toBe(before);
    expect(changed.whyNotAirable(id)).toBeNull();
    const [made] = await settled(changed, id);
    expect(made).toMatchObject({ state: "ready" });
    expect(made?.loudnessLufs).toBeCloseTo(-18, 0);
    expect(changed.playableFor(id, "loudspeaker")?.sha256).toBe(made?.sha256);
    // What a frozen broadcast names is still served.
    expect(changed.servedAs(before.slice(-64))).toMatchObject({ mime: "audio/mpeg" });

    // Damaged, the current one is made again; of the one before nothing makes another, so it is left as it is.
    expect(changed.makeAnew(before.slice(-64))).toBe(false);
    expect(changed.servedAs(before.slice(-64))).not.toBeNull();
    expect(changed.makeAnew(made?.sha256 ?? "")).toBe(true);
    expect(await settled(changed, id)).toMatchObject([{ state: "ready", sha256: made?.sha256 }]);
    expect(lab.db.prepare("SELECT 1 FROM renditions WHERE state <> 'ready'").all()).toEqual([]);
    await changed.stop();

    // Changed back, the older of the two is the right one.
    const back = lab.create(shippedProfiles("loudspeaker-mp3"));
    back.start([id]);
    expect(lab.library.pathOf(back.playableFor(id, "loudspeaker")?.sha256 ?? "")).toBe(before);
    await back.stop();
  });
});

describe("a new profile", () => {
  let dir: string;
  beforeAll(() => {
    dir = lab.file("profiles");
    mkdirSync(dir);
    add("loudspeaker-mp3", {});
  });

  /** A profile's file, and nothing else: the shipped one of that name with changes, under another name. */
  function add(from: string, changes: Record<string, unknown>): void {
    const shipped = JSON.parse(readFileSync(join(PROFILES_DIR, `${from}.json`), "utf8"));
    const { name } = { ...shipped, ...changes };
    writeFileSync(join(dir, `${name}.json`), JSON.stringify({ ...shipped, ...changes }));
  }

  const chaptered = (): Composition => ({
    clips: [clip(speech, { chapter: "党建聚焦" }), clip(quiet, { chapter: "身边榜样" })],
    bypass: [],
    labels: { title: "第42期", album: "党建之声", track: 42, cover: null },
  });

  const audioOf = (codec: string, more = {}) => ({
    codec,
    bitrateKbps: 1_600,
    sampleRateHz: 48_000,
    channels: 2,
    workRateHz: 48_000,
    limiterRateHz: 96_000,
    codecGainDb: 0,
    ...more,
  });

  test("is a JSON file: FLAC for an archive, Ogg Opus for a podcast, both with chapters and cover", async () => {
    add("podcast-mp3", { name: "archive-flac", mime: "audio/flac", muxer: "flac", audio: audioOf("flac") });
    const opus = audioOf("libopus", { bitrateKbps: 64 });
    add("podcast-mp3", { name: "podcast-opus", mime: "audio/ogg", muxer: "opus", audio: opus });
    const media = lab.create(loadProfiles(dir, ABILITIES));
    media.start([]);
    const renditions = await settled(media, media.compose(chaptered()));
    expect(renditions.map(({ profile, state, error }) => [profile, state, error])).toEqual([
      ["archive-flac", "ready", null],
      ["loudspeaker-mp3", "ready", null],
      ["podcast-opus", "ready", null],
    ]);
    for (const [profile, codec] of [
      ["archive-flac", "flac"],
      ["podcast-opus", "opus"],
    ] as const) {
      const path = lab.library.pathOf(shaOf(renditions, profile));
      const { lufs, truePeakDbtp } = await measureLoudness(path);
      expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
      expect(truePeakDbtp).toBeLessThanOrEqual(-1.5);
      const args = ["-v", "error", "-of", "json", "-show_chapters", "-show_format", "-show_streams", path];
      const { chapters, format, streams } = JSON.parse(execFileSync("ffprobe", args, { encoding: "utf8" }));
      expect(streams).toMatchObject([{ codec_name: codec }, { codec_name: "mjpeg", width: 1_400 }]);
      expect(chapters.map(({ tags }: { tags: { title: string } }) => tags.title)).toEqual([
        "党建聚焦",
        "身边榜样",
      ]);
      expect(Number(chapters[1].start_time)).toBeCloseTo(speech.durationMs / 1_000, 1);
      // FLAC's names of tags are in capitals.
      const tags = { ...format.tags, ...streams[0].tags };
      const lower = Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]),
      );
      expect(lower).toMatchObject({ title: "第42期", album: "党建之声", track: "42" });
    }
    await media.stop();
  });

  test("that cannot be encoded, tagged or held in its bit rate fails alone: the loudspeaker's is there", async () => {
    add("podcast-aac", {
      name: "bad-option",
      audio: audioOf("aac", { bitrateKbps: 96, options: { aac_coder: "none" } }),
    });
    // A file of MP3 holds nothing else.
    add("podcast-mp3", { name: "bad-pair", audio: audioOf("flac") });
    add("podcast-mp3", {
      name: "too-large",
      muxer: "flac",
      tagged: false,
      audio: audioOf("flac", { bitrateKbps: 8 }),
    });
    const media = lab.create(loadProfiles(dir, ABILITIES));
    media.start([]);
    await ffmpeg("-stream_loop", "5", "-i", lab.file("source.wav"), lab.file("long.wav"));
    const { sha256 } = await media.receiveUpload({ path: lab.file("long.wav"), originalName: "l" }, () => {});
    const renditions = await settled(media, media.compose(wholeOf(sha256)));
    expect(renditions.map(({ profile, state }) => [profile, state])).toEqual([
      ["archive-flac", "ready"],
      ["bad-option", "failed"],
      ["bad-pair", "failed"],
      ["loudspeaker-mp3", "ready"],
      ["podcast-opus", "ready"],
      ["too-large", "failed"],
    ]);
    expect(renditions.find(({ profile }) => profile === "too-large")?.error).toMatch(
      /larger than 8 kbit\/s allow/,
    );
    expect(media.whyNotAirable(media.compose(wholeOf(sha256)))).toBeNull();
    await media.stop();
  });
});

describe("a recording with a picture", () => {
  test("becomes a stream in two qualities, and a poster", async () => {
    const profiles = shippedProfiles("terminal-hls", "terminal-mp4", "poster-jpeg").map((profile) =>
      profile.type === "stream" ? { ...profile, minMinutes: 0 } : profile,
    );
    const media = lab.create(profiles);
    media.start([]);
    const film = lab.file("film.mp4");
    const picture = "testsrc2=size=1920x1080:d=14:r=25";
    await ffmpeg(
      "-f",
      "lavfi",
      "-i",
      picture,
      "-i",
      lab.file("source.wav"),
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      film,
    );
    const { sha256 } = await media.receiveUpload({ path: film, originalName: "film.mp4" }, () => {});
    const renditions = await settled(media, media.compose(wholeOf(sha256)));
    expect(renditions.map(({ profile, state, error }) => [profile, state, error])).toEqual([
      ["poster-jpeg", "ready", null],
      ["terminal-hls", "ready", null],
      ["terminal-mp4", "ready", null],
    ]);

    const poster = await ffprobe(lab.library.pathOf(shaOf(renditions, "poster-jpeg")));
    expect(poster.streams[0]).toMatchObject({ codec_name: "mjpeg", width: 1280, height: 720 });

    // Every name in a playlist is one that is served; a folder of them plays in a player that minds endings.
    const folder = lab.file("stream");
    mkdirSync(folder);
    const names = (sha: string) =>
      new Set(readFileSync(lab.library.pathOf(sha), "utf8").match(/\b[0-9a-f]{64}\.(mp4|m3u8)\b/g));
    const master = shaOf(renditions, "terminal-hls");
    const playlists = [...names(master)];
    expect(playlists).toHaveLength(2);
    const files = playlists.flatMap((name) => [...names(name.slice(0, 64))]);
    for (const name of [`${master}.m3u8`, ...playlists, ...files]) {
      const mime = name.endsWith(".mp4") ? "video/mp4" : "application/vnd.apple.mpegurl";
      expect(media.servedAs(name.slice(0, 64))?.mime).toBe(mime);
      symlinkSync(lab.library.pathOf(name.slice(0, 64)), join(folder, name));
    }
    const args = ["-i", join(folder, `${master}.m3u8`), "-map", "0", "-f", "null", "-"];
    const played = await ffmpeg(...args);
    expect(played).toMatch(/1280x720[^]*640x360/);
    expect(played).toMatch(/time=00:00:1[0-4]/);
    for (const name of playlists) {
      const text = readFileSync(join(folder, name), "utf8");
      const film = readFileSync(lab.library.pathOf(namedIn(text, "mp4")[0] ?? ""));
      const stretches = stretchesOf(text);
      expect(stretches.length).toBe(text.match(/BYTERANGE/g)?.length);
      for (const { offset, bytes, sha256: digest } of stretches)
        expect(
          createHash("sha256")
            .update(film.subarray(offset, offset + bytes))
            .digest("hex"),
        ).toBe(digest);
    }
    // What was measured of its track before it was cut into segments holds for the stream.
    const heard = await measureLoudness(join(folder, `${master}.m3u8`));
    expect(Math.abs(heard.lufs + 16)).toBeLessThanOrEqual(0.5);
    expect(heard.truePeakDbtp).toBeLessThanOrEqual(-1.5);
    for (const profile of ["terminal-hls", "terminal-mp4"])
      expect(renditions.find((rendition) => rendition.profile === profile)).toMatchObject({
        loudnessLufs: heard.lufs,
        truePeakDbtp: heard.truePeakDbtp,
      });
    await media.stop();
  });
});
