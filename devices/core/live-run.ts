import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type LiveSound, MediaError } from "./output.ts";
import { frameBytes, type PcmFormat } from "./pcm-sink.ts";

/** Parts that follow each other without a hole, decoded as one stream. Positions are samples since the start of the whole. */
export interface LiveRun {
  /** Of the next sample. */
  readonly at: number;
  /** Adds the part if it follows on the last one. */
  add(part: LiveSound): boolean;
  /** There will be no further part. */
  finish(): void;
  /** Passes over what lies before a position, as far as it is decoded. */
  passTo(position: number): void;
  /** At most so many samples, or `null` while none is decoded. */
  read(samples: number): Buffer | null;
  /** Everything was read. @throws when the decoder failed */
  isOver(): boolean;
  kill(): void;
}

interface Options {
  format: PcmFormat;
  /** Per cent. */
  volume: number;
  ffmpegPath: string;
}

/** Parts are told with their exact length; less than a sample is rounding. */
const SAME_MS = 0.02;

export function openLiveRun(first: LiveSound, { format, volume, ffmpegPath }: Options): LiveRun {
  const args = ["-nostdin", "-v", "error", "-protocol_whitelist", "pipe"];
  // Nothing to be found out, as frames begin at once and are all alike: the first samples come out with the first bytes.
  args.push("-probesize", "32", "-analyzeduration", "0", "-f", "mp3", "-i", "pipe:0", "-map", "0:a:0");
  if (volume < 100) args.push("-af", `volume=${(volume / 100).toFixed(2)}`);
  args.push("-ar", `${format.sampleRate}`, "-ac", `${format.channels}`, "-f", "s16le");
  args.push("-flush_packets", "1", "pipe:1");
  const decoder: ChildProcessByStdio<Writable, Readable, null> = spawn(ffmpegPath, args, {
    stdio: ["pipe", "pipe", "ignore"],
  });
  // Without a listener Node.js drains the pipe when the process ends, and what was not read yet is lost.
  decoder.stdout.on("readable", () => {});
  let failure: Error | null = null;
  decoder.on("error", (error) => (failure = error));
  decoder.stdin.on("error", () => {}); // it says itself how it ended
  let endMs = first.atMs + first.durationMs;
  let at = Math.round((first.atMs * format.sampleRate) / 1000);
  decoder.stdin.write(first.bytes);

  function read(samples: number): Buffer | null {
    const { stdout } = decoder;
    const whole = Math.min(samples, Math.floor(stdout.readableLength / frameBytes(format)));
    if (whole === 0 && stdout.readableLength > 0) return null;
    // `read()` at the end makes the stream emit its end.
    const pcm = stdout.read(whole > 0 ? whole * frameBytes(format) : undefined) as Buffer | null;
    if (pcm) at += pcm.length / frameBytes(format);
    return pcm;
  }

  return {
    get at() {
      return at;
    },
    add({ atMs, durationMs, bytes }) {
      if (Math.abs(atMs - endMs) > SAME_MS) return false;
      endMs = atMs + durationMs;
      decoder.stdin.write(bytes);
      return true;
    },
    finish: () => void decoder.stdin.end(),
    passTo(position) {
      while (at < position && read(position - at) !== null);
    },
    read,
    isOver() {
      if (failure) throw failure;
      const { exitCode, signalCode } = decoder;
      if (exitCode === null && signalCode === null) return false;
      if (exitCode !== 0) throw new MediaError(`the decoder ended with ${exitCode ?? signalCode}`);
      return decoder.stdout.readableEnded;
    },
    kill: () => void decoder.kill("SIGKILL"),
  };
}
