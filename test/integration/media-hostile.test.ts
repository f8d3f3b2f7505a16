import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import {
  createMediaLab,
  ffmpeg,
  type MediaLab,
  settled,
  shippedProfiles,
  speak,
} from "../support/media-lab.ts";

let lab: MediaLab;
/** A server on the machine itself, as an attacker would like to reach; it must never be called. */
let inside: ReturnType<typeof createServer>;
let calls = 0;
let address: string;

beforeAll(async () => {
  lab = await createMediaLab({ profiles: shippedProfiles("loudspeaker-mp3", "terminal-mp4") });
  await speak(lab.file("speech.wav"));
  inside = createServer((socket) => {
    calls += 1;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(inside, "listening");
  address = `127.0.0.1:${(inside.address() as AddressInfo).port}`;
});
afterAll(async () => {
  inside.close();
  await lab.close();
});

const playlists = (): [name: string, content: string][] => [
  ["list.m3u8", `#EXTM3U\n#EXTINF:10,\nhttp://${address}/a.ts\n#EXT-X-ENDLIST\n`],
  ["list.mp3", `#EXTM3U\n#EXTINF:10,\nhttp://${address}/a.mp3\n#EXT-X-ENDLIST\n`],
  ["passwords.m3u8", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"],
  ["joined.mp3", `ffconcat version 1.0\nfile http://${address}/a.mp3\n`],
  ["joined.wav", "ffconcat version 1.0\nfile /etc/passwd\n"],
  [
    "session.sdp",
    `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio ${address.split(":")[1]} RTP/AVP 0\n`,
  ],
  [
    "manifest.mpd",
    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="a" bandwidth="1"><BaseURL>http://${address}/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  ],
  [
    "picture.svg",
    `<svg xmlns="http://www.w3.org/2000/svg"><image href="http://${address}/x.png" width="9" height="9"/></svg>`,
  ],
  ["redirect.asx", `<asx version="3.0"><entry><ref href="http://${address}/a.wma"/></entry></asx>`],
  ["list.mp4", `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://${address}/a.ts\n#EXT-X-ENDLIST\n`],
  ["list.pls", `[playlist]\nFile1=http://${address}/a.mp3\nNumberOfEntries=1\n`],
  ["subtitles.srt", "1\n00:00:00,000 --> 00:00:01,000\nfile:///etc/passwd\n"],
];

describe("what only points elsewhere is refused, and nobody is called", () => {
  test("whatever it is called", async () => {
    for (const [name, content] of playlists()) {
      writeFileSync(lab.file(name), content);
      const refusal = await lab.upload(lab.file(name)).then(
        () => `${name} was taken`,
        (error: { code?: string }) => error.code,
      );
      expect([name, refusal]).toEqual([name, "invalid"]);
    }
    expect(calls).toBe(0);
    expect(lab.leftovers()).toEqual([]);
  });
});

test("as a cover, too, what only points elsewhere is refused", async () => {
  for (const [name, content] of playlists()) {
    const path = lab.file(`${name}.jpg`);
    writeFileSync(path, content);
    const refusal = await lab.media
      .receiveCover({ path, originalName: "cover.jpg" }, () => {})
      .then(
        () => `${name} was taken`,
        (error: { code?: string }) => error.code,
      );
    expect([name, refusal]).toEqual([name, "invalid"]);
  }
  expect(calls).toBe(0);
  expect(lab.leftovers()).toEqual([]);
});

describe("what is made to exhaust the machine is refused, or stopped", () => {
  test.each([
    [
      "thirty hours in few bytes",
      ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "108000", "-c:a", "flac"],
      "bomb.flac",
      /longer than 12 hours/,
    ],
    [
      "a picture of a gigapixel",
      [
        "-f",
        "lavfi",
        "-i",
        "color=s=16000x16000:r=1:d=1",
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
        "-c:v",
        "mjpeg",
        "-c:a",
        "pcm_s16le",
      ],
      "huge.mkv",
      /picture has 16000 × 16000 pixels/,
    ],
    [
      "forty tracks",
      [
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
        ...Array.from({ length: 40 }, () => ["-map", "0:a"]).flat(),
        "-c:a",
        "pcm_s16le",
      ],
      "tracks.mkv",
      /40 tracks; at most 32/,
    ],
  ])("%s", async (_what, options, name, message) => {
    await ffmpeg(...options, lab.file(name));
    await expect(lab.upload(lab.file(name))).rejects.toThrow(message);
    expect(lab.leftovers()).toEqual([]);
  });

  test.each([
    ["thirty hours in an Ogg file", 30, "libopus", "bomb.ogg", /promises 108000\.6 s but ends after/],
    ["thirty hours in a Matroska file", 30, "pcm_s16le", "bomb.mkv", /longer than 12 hours/],
    [
      "as many hours as are allowed",
      11,
      "pcm_s16le",
      "hollow.mkv",
      /lasts 39600\.6 s but holds only 0\.6 s of sound/,
    ],
  ])("ten kilobytes whose time stamps claim %s", async (_what, hours, codec, name, message) => {
    const leap = `asetpts='if(lt(T,0.3),PTS,PTS+${hours * 3_600}/TB)'`;
    const rate = codec === "libopus" ? 48_000 : 8_000;
    await ffmpeg("-f", "lavfi", "-i", `sine=r=${rate}:d=0.6`, "-af", leap, "-c:a", codec, lab.file(name));
    expect(statSync(lab.file(name)).size).toBeLessThan(12_000);
    await expect(lab.upload(lab.file(name))).rejects.toThrow(message);
    expect(lab.leftovers()).toEqual([]);
  });

  test("a lean recording whose pauses were not sent is none of these", async () => {
    const path = lab.file("pauses.mkv");
    const spoken = "sine=r=8000:d=60,aselect='lt(mod(t,1),0.3)'";
    await ffmpeg("-f", "lavfi", "-i", spoken, "-c:a", "libopus", "-b:a", "6k", path);
    // Less than the leanest codec, and far more than half a minute of it was not sent.
    expect(statSync(path).size).toBeLessThan(60 * 500);
    const { durationMs } = await lab.upload(path);
    expect(durationMs / 1_000).toBeCloseTo(60, -1);
  });

  test("a header that promises thirty hours, in ten kilobytes, counts for what is there", async () => {
    const path = lab.file("promise.wav");
    await ffmpeg("-f", "lavfi", "-i", "sine=d=0.6:r=8000", path);
    const wav = execFileSync("cat", [path]);
    const rate = 8_000;
    // The data chunk is said to be as long as thirty hours; the RIFF size is left unknown, as recorders do.
    wav.writeUInt32LE(0xffff_ffff, 4);
    wav.writeUInt32LE(30 * 3_600 * rate * 2, wav.indexOf("data") + 4);
    writeFileSync(path, wav);
    const { durationMs, compositionId } = await lab.upload(path);
    expect(durationMs).toBe(600);
    expect(await settled(lab.media, compositionId)).toMatchObject([{ state: "ready", durationMs: 600 }]);
  });

  test("a duration that is only a guess is cut at what is allowed, and takes little time", async () => {
    // A lowest bit rate in the first frame makes a guess of many hours; what is there is what counts.
    const path = lab.file("guess.mp3");
    await ffmpeg("-i", lab.file("speech.wav"), "-b:a", "64k", "-write_xing", "0", path);
    const { compositionId } = await lab.upload(path);
    const [rendition] = await settled(lab.media, compositionId);
    expect(rendition).toMatchObject({ state: "ready" });
    expect((rendition?.durationMs ?? 0) / 1_000).toBeCloseTo(11.6, 0);
  });
});

test("a film whose sound lies in another file is refused, and that file is not read", async () => {
  const speech = lab.file("speech.wav");
  const own = lab.file("own.mov");
  await ffmpeg("-i", speech, "-t", "2", "-c:a", "pcm_s16le", own);
  writeFileSync(lab.file("elsewhere.mov"), withExternalSound(readFileSync(own), speech));
  // The crafted file differs only in where its sound lies, and works for whoever lets ffmpeg follow it.
  await lab.upload(own);
  const followed = lab.file("followed.wav");
  await ffmpeg("-enable_drefs", "1", "-use_absolute_path", "1", "-i", lab.file("elsewhere.mov"), followed);
  expect(statSync(followed).size).toBeGreaterThan(50_000);
  await until(() => lab.media.jobs.open().length === 0, {
    timeoutMs: 60_000,
    what: "the end of what was taken in before",
  });
  const before = lab.leftovers();
  await expect(lab.upload(lab.file("elsewhere.mov"))).rejects.toMatchObject({ code: "invalid" });
  expect(lab.leftovers()).toEqual(before);
});

/** Replaces a film's data reference (QuickTime File Format, "dref") by an alias of another file. */
function withExternalSound(film: Buffer, path: string): Buffer {
  const fixed = Buffer.alloc(162);
  fixed.write("alis", 4, "latin1");
  fixed.writeUInt8(basename(path).length, 62);
  fixed.write(basename(path), 63, "latin1");
  // How many folders to go up, and down again.
  fixed.writeUInt16BE(1, 142);
  fixed.writeUInt16BE(1, 144);
  const absolutePath = Buffer.from([0, 2, 0, path.length]);
  const evenPath = path.length % 2 === 0 ? path : `${path}\0`;
  const entry = Buffer.concat([fixed, absolutePath, Buffer.from(evenPath), Buffer.from([0xff, 0xff, 0, 0])]);
  entry.writeUInt32BE(entry.length, 0);

  const at = film.indexOf("url ", film.indexOf("dref")) - 4;
  const grown = entry.length - film.readUInt32BE(at);
  const made = Buffer.concat([film.subarray(0, at), entry, film.subarray(at + film.readUInt32BE(at))]);
  for (const name of ["moov", "trak", "mdia", "minf", "dinf", "dref"]) {
    const size = film.lastIndexOf(name, at) - 4;
    made.writeUInt32BE(film.readUInt32BE(size) + grown, size);
  }
  return made;
}

describe("an odd name is only a name", () => {
  test.each([
    "-i /etc/passwd.wav",
    "$(touch /tmp/ccx-owned).wav",
    "`id`.wav; rm -rf .wav",
    "a'b\"c\\d,e:f[g];h=i%s.wav",
    "党建之声 🔊 第41期.wav",
    "x".repeat(300),
    "CON.wav",
    "http://example.invalid/a.wav",
  ])("%s", async (originalName) => {
    const path = lab.file("named.wav");
    await ffmpeg("-i", lab.file("speech.wav"), "-t", "1", path);
    const asset = await lab.media.receiveUpload({ path, originalName }, () => {});
    expect(lab.library.has(asset.sha256)).toBe(true);
    expect(execFileSync("ls", ["/tmp"], { encoding: "utf8" })).not.toContain("ccx-owned");
  });
});
