import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { createFfmpeg } from "../../src/media/ffmpeg.ts";
import { inspectUpload } from "../../src/media/inspect.ts";
import { explainMachine } from "../../src/media/refusal.ts";
import { wavHeader } from "../../src/media/wav-header.ts";
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
  lab = await createMediaLab({ profiles: shippedProfiles("loudspeaker-mp3"), start: false });
  speech = lab.file("speech.wav");
  await speak(speech);
});
afterAll(() => lab.close());

const paths = { ffmpegPath: "ffmpeg", ffprobePath: "ffprobe" };
const unavailable = (message: RegExp) => ({
  code: "unavailable",
  message: expect.stringMatching(message),
  hint: expect.stringMatching(/./),
});

/** A program of one line in ffprobe's place, as what happens to ffprobe on a starved machine. */
function instead(name: string, line: string): string {
  const path = lab.file(name);
  writeFileSync(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return path;
}

describe("an ffprobe that gives up says nothing about the file", () => {
  const whole = () => {
    const path = lab.file("whole.wav");
    writeFileSync(path, readFileSync(speech));
    return { path, originalName: "whole.wav" };
  };

  test.each([
    ["killed", "kill -KILL $$", /ended \(SIGKILL\)/],
    ["not started by its launcher", "exec /nowhere/ffprobe", /cannot run/],
  ])(
    "%s: a whole file stays and is taken the next time; of a stream nothing is left",
    async (name, line, said) => {
      const starved = lab.create(undefined, "ffmpeg", instead(name, line));
      const stream = createReadStream(speech);
      await expect(starved.receiveUpload({ stream, originalName: "a" }, () => {})).rejects.toMatchObject(
        unavailable(said),
      );
      await expect(starved.receiveUpload(whole(), () => {})).rejects.toMatchObject(unavailable(said));
      expect(lab.leftovers()).toEqual([]);
      const { sha256 } = await lab.media.receiveUpload({ ...whole() }, () => {});
      expect(existsSync(lab.file("whole.wav"))).toBe(false);
      lab.db.exec("DELETE FROM assets");
      lab.library.retract(sha256, lab.file("taken-back.wav"));
    },
  );

  test("out of time, which grows with the file", async () => {
    // Nobody ever writes into it.
    const silent = lab.file("pipe");
    execFileSync("mkfifo", [silent]);
    const hurried = createFfmpeg({ ...paths, limits: { leastMs: 300, maxBytes: 1e6 } });
    await expect(hurried.probe(silent, {})).rejects.toMatchObject(unavailable(/did not finish within 0 s/));
    const large = lab.file("large");
    writeFileSync(large, "");
    truncateSync(large, 80_000_000);
    const slow = instead("slow", "echo waiting; exec sleep 0.5");
    const patient = createFfmpeg({ ...paths, ffprobePath: slow, limits: { leastMs: 1, maxBytes: 1e6 } });
    expect(await patient.probe(large, {})).toMatchObject({ ok: true, stdout: "waiting\n" });
  });

  test("but one that dies of the file refuses it, and one that complains without end is heard out", async () => {
    const crashing = createFfmpeg({ ...paths, ffprobePath: instead("crash", "kill -SEGV $$") });
    expect(await crashing.probe(speech, {})).toMatchObject({ ok: false });
    const complaining = instead("complain", "yes complaint | head -c 40000000 >&2; echo answer");
    const { ok, stdout, stderr } = await createFfmpeg({ ...paths, ffprobePath: complaining }).probe(
      speech,
      {},
    );
    expect({ ok, stdout }).toEqual({ ok: true, stdout: "answer\n" });
    expect(stderr.length).toBeLessThan(1e6);
  });
});

describe("an ffprobe that takes its time", () => {
  /** Writes down its process id, then waits for ever; exec keeps the id. */
  const endless = (name: string) => {
    const pidFile = lab.file(`${name}.pid`);
    const program = instead(
      name,
      `echo $$ > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; exec sleep 3600`,
    );
    const pid = async () => {
      await until(() => existsSync(pidFile), { what: name });
      return Number(readFileSync(pidFile, "utf8"));
    };
    return { program, pid };
  };
  const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

  test("ends at once with whoever asked", async () => {
    const { program, pid } = endless("asked");
    const asking = new AbortController();
    const answer = createFfmpeg({ ...paths, ffprobePath: program }).probe(
      speech,
      {},
      { signal: asking.signal },
    );
    const seen = await pid();
    const reason = new Error("enough");
    asking.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(isAlive(seen)).toBe(false);
  });

  test("ends with the job that it is part of, and with the server", async () => {
    // Of a film its finished rendition is probed.
    const other = await createMediaLab({ profiles: shippedProfiles("terminal-mp4"), start: false });
    const film = other.file("film.mkv");
    const picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=2"];
    await ffmpeg(...picture, "-i", speech, "-t", "2", "-c:a", "flac", film);
    await other.upload(film);
    const pictures = ({ jobs }: MediaLab["media"]) => jobs.open().filter(({ kind }) => kind === "picture");
    const cancel = (media: MediaLab["media"]) => {
      for (const { id } of pictures(media)) media.jobs.cancel(id);
    };
    for (const [name, end, left] of [
      ["stopped", () => {}, ["queued"]],
      ["cancelled", cancel, []],
    ] as const) {
      const { program, pid } = endless(name);
      const media = other.create(undefined, "ffmpeg", program);
      media.start([]);
      const seen = await pid();
      end(media);
      await media.stop();
      expect(isAlive(seen)).toBe(false);
      expect(pictures(media).map(({ state }) => state)).toEqual(left);
    }
    await other.close();
  });
});

describe("a file that does not state its length", () => {
  const SECONDS = 60;
  const tone = ["-f", "lavfi", "-i", `sine=d=${SECONDS}`];
  const picture = ["-f", "lavfi", "-i", `testsrc=s=64x64:r=10:d=${SECONDS}`];

  /** As written into a pipe, by a recorder that cannot go back to the header. */
  const record = (name: string, ...args: string[]) => {
    const path = lab.file(name);
    const bytes = execFileSync("ffmpeg", ["-v", "error", ...args, "-"], { maxBuffer: 1e9 });
    writeFileSync(path, bytes);
    return path;
  };
  const inspect = (path: string, maxBytes = 32 * 1024 * 1024) =>
    inspectUpload(createFfmpeg({ ...paths, limits: { leastMs: 60_000, maxBytes } }), path);

  test("is measured by its sound, though its packets are more than could be kept", async () => {
    const path = record(
      "browser.webm",
      ...picture,
      ...tone,
      "-c:v",
      "libvpx",
      "-deadline",
      "realtime",
      "-cpu-used",
      "8",
      "-c:a",
      "libopus",
      "-f",
      "webm",
    );
    const { durationMs } = await inspect(path, 40_000);
    expect(durationMs / 1_000).toBeCloseTo(SECONDS, 0);
  });

  test("as a recorder's crash left it: what is there counts", async () => {
    const path = record("crashed.mkv", ...tone, "-c:a", "pcm_s16le", "-f", "matroska");
    truncateSync(path, Math.floor(statSync(path).size / 2));
    expect((await inspect(path)).durationMs / 1_000).toBeCloseTo(SECONDS / 2, 0);
  });

  test("is not called empty when ffprobe gives up on it", async () => {
    const path = record("long.webm", ...tone, "-c:a", "libopus", "-f", "webm");
    // Only the second look reads it to its end.
    const starved = instead(
      "second",
      'case "$*" in *read_intervals*) exec ffprobe "$@" ;; esac; kill -KILL $$',
    );
    await expect(inspectUpload(createFfmpeg({ ...paths, ffprobePath: starved }), path)).rejects.toMatchObject(
      unavailable(/could not be examined/),
    );
  });
});

describe("a file that states too little", () => {
  const inspect = (path: string) => inspectUpload(createFfmpeg(paths), path);
  const seconds = async (path: string) => (await inspect(path)).durationMs / 1_000;
  const from = (name: string, ...args: string[]) => {
    const path = lab.file(name);
    execFileSync("ffmpeg", ["-v", "error", "-y", ...args, path]);
    return path;
  };
  const long = () => from("long.wav", "-stream_loop", "3", "-i", speech, "-t", "46");

  test("an MP3 whose header counts a sixth of its frames is as long as it is", async () => {
    const path = from("lying.mp3", "-i", long(), "-q:a", "4");
    const bytes = readFileSync(path);
    const at = bytes.indexOf(bytes.includes("Xing") ? "Xing" : "Info") + 8;
    bytes.writeUInt32BE(Math.round(bytes.readUInt32BE(at) / 6), at);
    writeFileSync(path, bytes);
    expect(await seconds(path)).toBeCloseTo(46, 0);
    const { compositionId } = await lab.upload(path);
    lab.media.start([compositionId]);
    const [rendition] = await settled(lab.media, compositionId);
    expect((rendition?.durationMs ?? 0) / 1_000).toBeCloseTo(46, 0);
    await lab.media.stop();
  });

  test("what is only guessed from the bit rate is measured", async () => {
    const aac = from("raw.aac", "-i", speech, "-c:a", "aac");
    expect(await seconds(aac)).toBeCloseTo(11.6, 0);
    const quiet = "aevalsrc=0:d=15:s=44100[s];[0:a]aresample=44100[a];[s][a]concat=n=2:v=0:a=1";
    const vbr = from("vbr.mp3", "-i", speech, "-filter_complex", quiet, "-q:a", "2", "-write_xing", "0");
    expect(await seconds(vbr)).toBeCloseTo(26.6, 0);
  });

  test("a chain of Ogg recordings is as long as all of them", async () => {
    const one = from("one.opus", "-i", speech, "-c:a", "libopus");
    const two = from("two.opus", "-i", speech, "-c:a", "libopus", "-serial_offset", "7");
    const path = lab.file("chained.ogg");
    writeFileSync(path, Buffer.concat([readFileSync(one), readFileSync(two)]));
    expect(await seconds(path)).toBeCloseTo(23.1, 0);
  });

  test("a FLAC that says a second and holds thirteen hours is refused", async () => {
    const path = from("bomb.flac", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "46800");
    const bytes = readFileSync(path);
    // STREAMINFO's number of samples: the last 36 bits before the MD5.
    bytes.writeUInt32BE(8_000, 22);
    bytes.writeUInt8(bytes.readUInt8(21) & 0xf0, 21);
    writeFileSync(path, bytes);
    await expect(inspect(path)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/longer than 12 hours/),
    });
  });

  test.each([1, 3_999])("%i samples a second are no recording", async (rateHz) => {
    const path = lab.file(`${rateHz}.wav`);
    const samples = Buffer.alloc(10_000);
    const header = wavHeader(44 + samples.length, { rate: rateHz, channels: 1, bits: 16 });
    writeFileSync(path, Buffer.concat([header, samples]));
    await expect(inspect(path)).rejects.toMatchObject({
      code: "invalid",
      message: `The sound has ${rateHz} samples a second.`,
    });
  });
});

describe("a fault of the machine says nothing about the file", () => {
  test.each([
    "Permission denied",
    "Too many open files",
    "Cannot allocate memory",
    "No such file or directory",
  ])("%s: the whole file stays", async (said) => {
    const path = lab.file("kept.wav");
    writeFileSync(path, readFileSync(speech));
    const failing = instead("failing", `for last; do :; done; echo "$last: ${said}" >&2; exit 1`);
    const media = lab.create(undefined, "ffmpeg", failing);
    await expect(media.receiveUpload({ path, originalName: "a" }, () => {})).rejects.toMatchObject(
      unavailable(new RegExp(said)),
    );
    expect(existsSync(path)).toBe(true);
  });

  test("input and output are only a torn file's complaint when the server itself can read it", async () => {
    const whole = lab.file("torn-whole.flac");
    execFileSync("ffmpeg", ["-v", "error", "-y", "-i", speech, whole]);
    const path = lab.file("torn.flac");
    writeFileSync(path, readFileSync(whole).subarray(0, 50));
    await expect(inspectUpload(createFfmpeg(paths), path)).rejects.toMatchObject({ code: "invalid" });
    expect(explainMachine(`${path}: Input/output error\n`, true)).toBeNull();
    expect(explainMachine(`${path}: Input/output error\n`, false)).toMatchObject({ code: "unavailable" });
  });
});
