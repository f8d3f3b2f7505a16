import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadProfiles, problemsOf } from "../../src/media/profile-files.ts";
import { type Link, ProfileSchema, playedOn } from "../../src/media/profiles.ts";
import type { DeviceKind } from "../../src/protocol/messages.ts";
import { ABILITIES, PROFILES_DIR, shippedProfiles } from "../support/media-lab.ts";

const shipped = (name: string) => JSON.parse(readFileSync(join(PROFILES_DIR, `${name}.json`), "utf8"));

describe("the shipped profiles", () => {
  test("are usable, and the loudspeaker's is the protocol's: mono, 64 kbit/s, 44.1 kHz, −16 ± 0.5 LUFS, −1.5 dBTP", () => {
    const profiles = loadProfiles(PROFILES_DIR, ABILITIES);
    expect(profiles.map(({ name }) => name)).toEqual([
      "loudspeaker-mp3",
      "loudspeaker-opus",
      "podcast-aac",
      "podcast-mp3",
      "poster-jpeg",
      "preview-aac",
      "terminal-hls",
      "terminal-mp4",
      "waveform-json",
    ]);
    expect(profiles[0]).toMatchObject({
      mime: "audio/mpeg",
      audio: { channels: 1, bitrateKbps: 64, sampleRateHz: 44_100 },
      loudness: { targetLufs: -16, toleranceLu: 0.5, maxTruePeakDbtp: -1.5 },
    });
  });

  // media/README.md says how to write it anew after a change.
  test("come with the schema that the program checks them by", () => {
    expect(shipped("profile.schema")).toEqual(JSON.parse(JSON.stringify(ProfileSchema)));
  });
});

describe("a profile with faults", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "ccx-profiles-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test("every fault of every file is told at once", () => {
    const { audio, ...withoutAudio } = shipped("loudspeaker-mp3");
    writeFileSync(join(dir, "one.json"), JSON.stringify({ ...withoutAudio, speed: 2 }));
    writeFileSync(
      join(dir, "two.json"),
      JSON.stringify({ ...withoutAudio, audio: { ...audio, channels: 5 } }),
    );
    writeFileSync(join(dir, "three.json"), "{");
    writeFileSync(join(dir, "four.json"), JSON.stringify({ ...shipped("poster-jpeg"), type: "painting" }));
    const load = () => loadProfiles(dir, ABILITIES);
    expect(load).toThrow(/one\.json .*audio/);
    expect(load).toThrow(/one\.json .*additional/i);
    expect(load).toThrow(/two\.json \/audio\/channels/);
    expect(load).toThrow(/three\.json/);
    expect(load).toThrow(/four\.json \/type: must be one of sound, picture, stream, poster, waveform/);
  });

  test("profiles of which a kind of device plays none are no set of profiles", () => {
    writeFileSync(join(dir, "terminal-mp4.json"), JSON.stringify(shipped("terminal-mp4")));
    expect(() => loadProfiles(dir, ABILITIES)).toThrow(/none is played by .*"loudspeaker"/);
  });

  test("a stream stands in for a profile with a picture alone", () => {
    for (const name of ["terminal-mp4", "loudspeaker-mp3"])
      writeFileSync(join(dir, `${name}.json`), JSON.stringify(shipped(name)));
    const streamFor = (standsInFor: string) =>
      writeFileSync(
        join(dir, "terminal-hls.json"),
        JSON.stringify({ ...shipped("terminal-hls"), standsInFor }),
      );
    streamFor("loudspeaker-mp3");
    expect(() => loadProfiles(dir, ABILITIES)).toThrow(
      'terminal-hls.json /standsInFor: "loudspeaker-mp3" is no profile with a picture; there are terminal-mp4',
    );
    streamFor("terminal-mp4");
    expect(loadProfiles(dir, ABILITIES).map(({ name }) => name)).toContain("terminal-hls");
  });

  test("a device plays what prefers it most, and what is for slow lines only there", () => {
    const played = (kind: DeviceKind, link: Link) =>
      playedOn(shippedProfiles(), kind, link).map(({ name }) => name);
    expect(played("loudspeaker", "normal")).toEqual(["loudspeaker-mp3"]);
    expect(played("loudspeaker", "slow")).toEqual(["loudspeaker-opus", "loudspeaker-mp3"]);
    expect(played("terminal", "normal")).toEqual(["terminal-mp4", "loudspeaker-mp3"]);
    expect(played("terminal", "slow")).toEqual(["terminal-mp4", "loudspeaker-opus", "loudspeaker-mp3"]);
  });

  test("an empty folder is no set of profiles", () => {
    expect(() => loadProfiles(dir, ABILITIES)).toThrow(/no profile/);
  });

  test("what the server's ffmpeg cannot make is told with file and field, before anything is recorded", () => {
    const { audio, ...sound } = shipped("loudspeaker-mp3");
    const made = { ...sound, name: "made-up", muxer: "mp33", audio: { ...audio, codec: "libfraunhofer" } };
    writeFileSync(join(dir, "made-up.json"), JSON.stringify(made));
    const { video, ...picture } = shipped("terminal-mp4");
    // A sound encoder makes no picture.
    const wrong = { ...picture, name: "wrong", video: { ...video, codec: "libmp3lame" } };
    writeFileSync(join(dir, "wrong.json"), JSON.stringify(wrong));
    const load = () => loadProfiles(dir, ABILITIES);
    expect(load).toThrow('made-up.json /muxer: the server\'s ffmpeg has no output format "mp33"');
    expect(load).toThrow(
      'made-up.json /audio/codec: the server\'s ffmpeg has no audio encoder "libfraunhofer"',
    );
    expect(load).toThrow('wrong.json /video/codec: the server\'s ffmpeg has no video encoder "libmp3lame"');
  });

  test("tags are refused of a format that cannot carry them", () => {
    const tagged = (muxer: string) => problemsOf("podcast-mp3", { ...shipped("podcast-mp3"), muxer });
    expect(tagged("wav")).toEqual([expect.stringContaining("/tagged")]);
    expect(["mp3", "mp4", "ogg", "opus", "flac"].flatMap(tagged)).toEqual([]);
  });

  test("what contradicts itself is refused", () => {
    const profile = shipped("loudspeaker-mp3");
    const audio = { ...profile.audio, limiterRateHz: 8_000 };
    const loudness = { ...profile.loudness, limiterCeilingDbfs: -0.5 };
    expect(problemsOf("other-name", { ...profile, audio, loudness })).toEqual([
      expect.stringContaining("/name"),
      expect.stringContaining("/audio/limiterRateHz"),
      expect.stringContaining("/loudness/limiterCeilingDbfs"),
    ]);
  });
});
