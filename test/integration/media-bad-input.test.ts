import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createMediaLab,
  ffmpeg,
  type MediaLab,
  settled,
  shippedProfiles,
  speak,
} from "../support/media-lab.ts";

let lab: MediaLab;
let speech: string;

beforeAll(async () => {
  lab = await createMediaLab({ profiles: shippedProfiles("loudspeaker-mp3"), maxUploadBytes: 4_000_000 });
  speech = lab.file("speech.wav");
  await speak(speech);
});
afterAll(() => lab.close());

/** Writes the first part of a file under another name. */
async function cutFile(from: string, to: string, share: number): Promise<void> {
  const bytes = await readFile(from);
  await writeFile(to, bytes.subarray(0, Math.floor(bytes.length * share)));
}

const KEY = "76a6c65c5ea762046bd749a2e632ccbb";
const CENC = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", KEY, "-encryption_kid", KEY];
const PICTURE = ["-f", "lavfi", "-i", "testsrc=s=160x120:d=6"];
const HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n";
const SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n";
const DASH = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period/></MPD>';

/** What the upload is, how it is made, and what the uploader must read. */
const CORPUS: [string, (path: string) => Promise<unknown>, RegExp, RegExp?][] = [
  ["nothing at all", (path) => writeFile(path, ""), /empty/],
  [
    "text",
    (path) => writeFile(path, "Dear colleagues, the recording follows."),
    /not audio or video/,
    /WAV, MP3/,
  ],
  ["noise", (path) => writeFile(path, createHash("sha512").update("x").digest()), /not audio or video/],
  [
    "a picture",
    (path) => ffmpeg(...PICTURE, "-frames:v", "1", "-f", "image2", "-c:v", "png", path),
    /no recording/,
  ],
  ["subtitles", (path) => writeFile(path, "1\n00:00:01,000 --> 00:00:02,000\nhello\n"), /no recording.*srt/],
  [
    "an SVG",
    (path) => writeFile(path, '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    /not audio or video|no recording/,
  ],
  ["an HLS playlist", (path) => writeFile(path, HLS), /playlist \(hls\)/, /recording itself/],
  [
    "a concat list",
    (path) => writeFile(path, "ffconcat version 1.0\nfile /etc/passwd\n"),
    /playlist \(concat\)/,
  ],
  ["a session description", (path) => writeFile(path, SDP), /playlist \(sdp\)/],
  ["a DASH manifest", (path) => writeFile(path, DASH), /playlist|not audio or video/],
  ["a film without sound", (path) => ffmpeg(...PICTURE, "-f", "mp4", path), /no sound/, /audio track/],
  [
    "an encrypted MP4",
    (path) => ffmpeg("-i", speech, "-c:a", "aac", ...CENC, "-f", "mp4", path),
    /encrypted \(DRM\)/,
    /unprotected original/,
  ],
  [
    "a WAV without samples",
    (path) => ffmpeg("-f", "lavfi", "-i", "anullsrc", "-t", "0", "-f", "wav", path),
    /zero/,
  ],
  ["a tenth of a second", (path) => ffmpeg("-i", speech, "-t", "0.1", "-f", "wav", path), /at least 400 ms/],
  [
    "a WAV cut short",
    (path) => cutFile(speech, path, 0.6),
    /truncated: it holds \d+ of \d+ bytes/,
    /end is missing/,
  ],
];

/** The container, what it is made with, and what is left of it. */
const TRUNCATED: [string, string[], RegExp][] = [
  [
    "MP4 with its index in front",
    ["-c:a", "aac", "-movflags", "+faststart", "-f", "mp4"],
    /promises .* ends after/,
  ],
  ["MP4 with its index at the end", ["-c:a", "aac", "-f", "mp4"], /truncated: its index is missing/],
  ["FLAC", ["-f", "flac"], /promises .* ends after/],
  ["MP3", ["-f", "mp3"], /promises .* ends after/],
  ["AIFF", ["-f", "aiff"], /truncated/],
];

/** An error with that message and hint. */
const refusal = (message: RegExp, hint = /./) => ({
  code: "invalid",
  message: expect.stringMatching(message),
  hint: expect.stringMatching(hint),
  details: [{ at: "body", message: expect.stringMatching(message) }],
});

describe("an upload that cannot be aired is refused, saying why", () => {
  test.each(CORPUS)("%s", async (name, make, message, hint) => {
    const path = lab.file(`bad ${name}`);
    await make(path);
    await expect(lab.upload(path)).rejects.toMatchObject(refusal(message, hint));
    expect(lab.leftovers()).toEqual([]);
  });

  test.each(TRUNCATED)("half of an %s", async (name, options, message) => {
    const whole = lab.file(`whole ${name}`);
    await ffmpeg("-i", speech, ...options, whole);
    const path = lab.file(`half ${name}`);
    await cutFile(whole, path, 0.5);
    await expect(lab.upload(path)).rejects.toMatchObject(refusal(message));
    expect(lab.leftovers()).toEqual([]);
  });

  test("half of a film", async () => {
    const whole = lab.file("whole.mkv");
    await ffmpeg(
      ...PICTURE,
      "-i",
      speech,
      "-shortest",
      "-c:v",
      "libx264",
      "-c:a",
      "aac",
      "-f",
      "matroska",
      whole,
    );
    const path = lab.file("half.mkv");
    await cutFile(whole, path, 0.5);
    await expect(lab.upload(path)).rejects.toMatchObject(refusal(/truncated/));
    expect(lab.leftovers()).toEqual([]);
  });
});

describe("an upload that is not what was declared is refused", () => {
  const attach = () => {
    throw new Error("must not be reached");
  };

  test("another digest: the message names both", async () => {
    const stream = createReadStream(speech);
    const declaredSha256 = "0".repeat(64);
    await expect(
      lab.media.receiveUpload({ stream, originalName: "a", declaredSha256 }, attach),
    ).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/SHA-256 is [0-9a-f]{64}, but 0{64} was declared/),
    });
  });

  test("another length", async () => {
    const stream = createReadStream(speech, { end: 99_999 });
    await expect(
      lab.media.receiveUpload({ stream, originalName: "a", declaredBytes: 200_000 }, attach),
    ).rejects.toMatchObject({
      code: "invalid",
      message: "The upload has 100000 bytes, but 200000 were declared.",
    });
  });

  test("more than is allowed: at once when declared, else as soon as it is seen", async () => {
    const never = new Readable({ read: () => expect.fail("nothing may be read") });
    const declared = lab.media.receiveUpload(
      { stream: never, originalName: "a", declaredBytes: 4_000_001 },
      attach,
    );
    await expect(declared).rejects.toMatchObject({
      code: "too_large",
      message: expect.stringMatching(/4000000 bytes/),
    });

    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    await expect(
      lab.media.receiveUpload({ stream: endless, originalName: "a" }, attach),
    ).rejects.toMatchObject({
      code: "too_large",
    });
    expect(sent).toBeLessThan(5_000_000);
  });

  test("one that is given up", async () => {
    const giveUp = new AbortController();
    const stream = new Readable({ read() {} });
    stream.push(Buffer.alloc(1_000));
    const upload = lab.media.receiveUpload({ stream, originalName: "a", signal: giveUp.signal }, attach);
    giveUp.abort();
    await expect(upload).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/cut off after \d+ bytes/),
    });
  });

  test("a full disk is not the uploader's fault", async () => {
    const full = Object.assign(new Error("write"), { code: "ENOSPC" });
    const stream = new Readable({ read: () => stream.destroy(full) });
    await expect(lab.media.receiveUpload({ stream, originalName: "a" }, attach)).rejects.toMatchObject({
      code: "no_space",
      message: expect.stringMatching(/disk is full/),
    });
  });

  test("nothing of all that is left", () => {
    expect(lab.leftovers()).toEqual([]);
  });
});

describe("an upload that only sounds wrong", () => {
  test("silence is stored, and its rendition says what is the matter", async () => {
    const path = lab.file("silence.wav");
    await ffmpeg("-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo", "-t", "3", path);
    const { compositionId } = await lab.upload(path);
    expect(await settled(lab.media, compositionId)).toMatchObject([
      { state: "failed", error: expect.stringMatching(/no audible sound.*Listen to the file/) },
    ]);
  });

  test("a cover picture does not make it a film", async () => {
    const cover = lab.file("cover.png");
    const path = lab.file("cover.mp3");
    await ffmpeg(...PICTURE, "-frames:v", "1", cover);
    await ffmpeg("-i", speech, "-i", cover, "-map", "0", "-map", "1", "-disposition:v", "attached_pic", path);
    const asset = await lab.upload(path);
    expect(asset.probe).toMatchObject({
      kind: "audio",
      container: "mp3",
      audio: { codec: "mp3" },
      video: null,
    });
    expect(lab.media.renditionsOf(asset.compositionId)).toHaveLength(1);
    await settled(lab.media, asset.compositionId);
  });
});
