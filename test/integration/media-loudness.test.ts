import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEVICE_KINDS } from "../../src/protocol/messages.ts";
import { recordingFfmpeg } from "../bench/recorded-passes.ts";
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

beforeAll(async () => {
  lab = await createMediaLab();
  speech = lab.file("speech.wav");
  await speak(speech);
});
afterAll(() => lab.close());

const OPPOSITE =
  "aformat=channel_layouts=mono,asplit[a][b];[b]volume=-1[c];[a][c]join=inputs=2:channel_layout=stereo";
const QUIET_THEN_LOUD = "asplit[a][b];[a]volume=-38dB[q];[q][b]concat=n=2:v=0:a=1";
const SURROUND = "pan=5.1|FL=0.3*c0|FR=0.3*c0|FC=c0|LFE=0.1*c0|BL=0.1*c0|BR=0.1*c0";
const CLICKS = "aevalsrc=if(lt(mod(t\\,2)\\,0.002)\\,0.9\\,0.0001*random(0)):d=10";
const TEN_CHANNELS = `aevalsrc=${Array.from({ length: 10 }, () => "0.1*sin(2000*t)").join("|")}:d=3`;

/** What it is, and how ffmpeg makes it from the speech or from nothing. */
const SOURCES: [string, (path: string) => string[]][] = [
  ["mono", (path) => ["-i", speech, path]],
  ["stereo", (path) => ["-i", speech, "-ac", "2", path]],
  ["stereo in opposite phase", (path) => ["-i", speech, "-filter_complex", OPPOSITE, path]],
  ["the left channel alone", (path) => ["-i", speech, "-af", "pan=stereo|c0=c0", path]],
  ["5.1", (path) => ["-i", speech, "-af", SURROUND, path]],
  ["ten channels", (path) => ["-f", "lavfi", "-i", TEN_CHANNELS, path]],
  ["quiet", (path) => ["-i", speech, "-af", "volume=-35dB", "-c:a", "pcm_s24le", path]],
  ["clipped", (path) => ["-i", speech, "-af", "volume=25dB", "-c:a", "pcm_s16le", path]],
  ["very dynamic", (path) => ["-i", speech, "-filter_complex", QUIET_THEN_LOUD, "-c:a", "pcm_s24le", path]],
  ["clicks", (path) => ["-f", "lavfi", "-i", CLICKS, path]],
  ["the shortest that is taken in", (path) => ["-i", speech, "-t", "0.4", path]],
  ["one second", (path) => ["-i", speech, "-t", "1", path]],
  ["8 kHz", (path) => ["-i", speech, "-ar", "8000", path]],
  ["96 kHz, 24 bit", (path) => ["-i", speech, "-ar", "96000", "-c:a", "pcm_s24le", path]],
];

const SOUND_PROFILES = ["loudspeaker-mp3", "loudspeaker-opus", "podcast-aac", "podcast-mp3", "preview-aac"];

describe("every rendition for listening is −16 ± 0.5 LUFS with true peaks of −1.5 dBTP at most", () => {
  test.each(SOURCES)("%s", async (name, options) => {
    const path = lab.file(`${name}.wav`);
    await ffmpeg(...options(path));
    const asset = await lab.upload(path);
    const renditions = await settled(lab.media, asset.compositionId);
    expect(renditions.map(({ profile }) => profile)).toEqual([...SOUND_PROFILES, "waveform-json"]);
    for (const rendition of renditions.slice(0, SOUND_PROFILES.length)) {
      expect(rendition).toMatchObject({ state: "ready", error: null });
      const measured = await measureLoudness(lab.library.pathOf(rendition.sha256 ?? ""));
      expect(Math.abs(measured.lufs + 16)).toBeLessThanOrEqual(0.5);
      expect(measured.truePeakDbtp).toBeLessThanOrEqual(-1.5);
      // What is stored is what was measured on the file, not what was planned.
      expect(rendition).toMatchObject({ loudnessLufs: measured.lufs, truePeakDbtp: measured.truePeakDbtp });
      expect(Math.abs((rendition.durationMs ?? 0) - asset.durationMs)).toBeLessThanOrEqual(30);
    }
    const [loudspeaker] = renditions;
    const { format, streams } = await ffprobe(lab.library.pathOf(loudspeaker?.sha256 ?? ""));
    expect(streams).toMatchObject([
      { codec_name: "mp3", sample_rate: "44100", channels: 1, bit_rate: "64000" },
    ]);
    expect(Number(format["size"])).toBe(loudspeaker?.bytes);
  });

  test("and each says how its loudness was reached", async () => {
    const ways = async (file: string, ...from: string[]) => {
      await ffmpeg(...from, lab.file(file));
      const renditions = await settled(lab.media, (await lab.upload(lab.file(file))).compositionId);
      return renditions.find(({ profile }) => profile === "podcast-mp3")?.loudnessBy;
    };
    // A tone has no peaks above its loudness, speech has.
    expect(await ways("tone.wav", "-f", "lavfi", "-i", "sine=f=997:d=5")).toBe("gain");
    const faint = ["-f", "lavfi", "-i", "sine=f=997:d=5", "-af", "volume=-22dB", "-c:a", "pcm_s24le"];
    expect(await ways("faint.wav", ...faint)).toBe("gain");
    // Quieter by far than one step of the limiter's is large, and no reason for a compressor.
    for (const db of [-10, -14, -20, -35]) {
      const quiet = ["-i", speech, "-af", `volume=${db}dB`, "-c:a", "pcm_s24le"];
      expect(await ways(`quiet${db}.wav`, ...quiet)).toBe("limiter");
    }
    expect(await ways("plain.wav", "-i", speech, "-af", "volume=-12dB")).toBe("limiter");
  });

  test("and all of them come of one decode and one encode", async () => {
    const recorded = recordingFfmpeg(lab.dir);
    const counted = lab.create(undefined, recorded.path);
    const path = lab.file("counted.wav");
    await ffmpeg("-i", speech, "-af", "volume=-9dB", path);
    const { sha256 } = await counted.receiveUpload({ path, originalName: "counted" }, () => {});
    const id = counted.compose(wholeOf(sha256));
    counted.start([]);
    const made = await settled(counted, id);
    await counted.stop();
    expect(made.map(({ state }) => state)).toEqual(made.map(() => "ready"));
    const isEncode = (args: string[]) => args.some((arg, at) => arg === "-c:a" && args[at + 1] !== "copy");
    const [sound, ...others] = recorded.chains().filter((chain) => chain.some(isEncode));
    expect(others).toEqual([]);
    const original = lab.library.pathOf(sha256);
    expect(sound?.filter((args) => args.includes(original))).toHaveLength(1);
    expect(sound?.filter(isEncode)).toHaveLength(1);
  });
});

describe("on a slow line", () => {
  test("a device gets the smallest that its profiles have for it, or the next best when that cannot be made", async () => {
    const profiles = shippedProfiles("loudspeaker-mp3", "loudspeaker-opus");
    const slow = await createMediaLab({ profiles, deviceLink: "slow" });
    const { compositionId } = await slow.upload(speech);
    const renditions = await settled(slow.media, compositionId);
    const [mp3, opus] = renditions;
    for (const kind of DEVICE_KINDS) {
      expect(slow.media.playableFor(compositionId, kind)).toMatchObject({
        sha256: opus?.sha256,
        mime: "audio/ogg",
      });
    }
    expect(opus?.bytes ?? 0).toBeLessThan((mp3?.bytes ?? 0) / 2);

    const unmade = { bitrateKbps: 24, options: { application: "nothing" } };
    const broken = slow.create(
      profiles.map((profile) =>
        profile.name === "loudspeaker-opus" && profile.type === "sound"
          ? { ...profile, audio: { ...profile.audio, ...unmade } }
          : profile,
      ),
    );
    await slow.media.stop();
    broken.start([]);
    const other = slow.file("other.wav");
    await ffmpeg("-i", speech, "-t", "3", other);
    const { sha256 } = await broken.receiveUpload({ path: other, originalName: "other" }, () => {});
    const id = broken.compose(wholeOf(sha256));
    // While it may yet be made it is waited for.
    expect(broken.playableFor(id, "loudspeaker")).toBeNull();
    expect((await settled(broken, id)).map(({ state }) => state)).toEqual(["ready", "failed"]);
    expect(broken.playableFor(id, "loudspeaker")?.profile).toBe("loudspeaker-mp3");
    await broken.stop();
    await slow.close();
  });
});

describe("the terminal rendition", () => {
  /** A film that a telephone held upright would make: lying pixels and the word that they are to be turned. */
  async function makeFilm(path: string): Promise<void> {
    const lying = lab.file("lying.mp4");
    const picture = ["-f", "lavfi", "-i", "testsrc=s=1921x1081:r=60:d=3"];
    const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "aac"];
    await ffmpeg(...picture, "-i", speech, "-t", "3", ...codecs, lying);
    await ffmpeg("-display_rotation:v:0", "90", "-i", lying, "-c", "copy", path).catch(() =>
      // ffmpeg before 6.0 writes the rotation as a tag.
      ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v:0", "rotate=90", path),
    );
  }

  test("is H.264 and AAC within 1280 × 720, upright, index first, as loud as the loudspeaker's", async () => {
    const path = lab.file("film.mp4");
    await makeFilm(path);
    const asset = await lab.upload(path);
    expect(asset.probe).toMatchObject({
      kind: "video",
      container: "mov",
      audio: { codec: "aac" },
      video: { codec: "h264" },
    });
    expect(lab.media.playableFor(asset.compositionId, "terminal")).toBeNull();

    const renditions = await settled(lab.media, asset.compositionId);
    expect(renditions.map(({ profile, state }) => [profile, state])).toEqual([
      ...SOUND_PROFILES.slice(0, 4).map((profile) => [profile, "ready"]),
      ["poster-jpeg", "ready"],
      ["preview-aac", "ready"],
      ["terminal-mp4", "ready"],
      ["waveform-json", "ready"],
    ]);
    const film = lab.media.playableFor(asset.compositionId, "terminal");
    expect(film).toMatchObject({ profile: "terminal-mp4", mime: "video/mp4" });
    expect(lab.media.playableFor(asset.compositionId, "loudspeaker")?.profile).toBe("loudspeaker-mp3");

    const file = lab.library.pathOf(film?.sha256 ?? "");
    const { streams } = await ffprobe(file);
    expect(streams).toMatchObject([
      { codec_name: "h264", pix_fmt: "yuv420p", height: 720, r_frame_rate: "30/1" },
      { codec_name: "aac", channels: 1, sample_rate: "48000" },
    ]);
    expect(Number(streams[0]?.width)).toBeLessThan(720);
    const { lufs, truePeakDbtp } = await measureLoudness(file);
    expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
    expect(truePeakDbtp).toBeLessThanOrEqual(-1.5);
    expect(film).toMatchObject({ loudnessLufs: lufs, truePeakDbtp });
    const said = await ffmpeg("-v", "trace", "-i", file, "-t", "0.1", "-f", "null", "-");
    expect(said.indexOf("type:'moov'")).toBeLessThan(said.indexOf("type:'mdat'"));
  });

  test("sound alone gives a terminal the loudspeaker's rendition", async () => {
    const { compositionId } = await lab.upload(speech);
    await settled(lab.media, compositionId);
    expect(lab.media.playableFor(compositionId, "terminal")?.profile).toBe("loudspeaker-mp3");
  });
});
