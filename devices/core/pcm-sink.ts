import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./durable-file.ts";

/** Signed 16-bit little-endian PCM. */
export interface PcmFormat {
  sampleRate: number;
  channels: number;
}
export const frameBytes = ({ channels }: PcmFormat): number => channels * 2;

export interface PcmSink {
  write(pcm: Buffer): void;
  /** Called with the first sample's instant, before it is written. */
  begin(firstSampleAt: number): void;
  close(complete: boolean): Promise<void>;
}

export interface SinkOptions {
  broadcastId: string;
  startAt: number;
  format: PcmFormat;
}
export type OpenSink = (options: SinkOptions) => PcmSink;

const WAV_HEADER_BYTES = 44;

/**
 * Records what a loudspeaker would have sounded and when: `<broadcast>.wav` (RIFF WAVE, PCM) and, beside it,
 * `<broadcast>.json` with the instant of the first sample.
 */
export function wavSink(folder: string): OpenSink {
  return ({ broadcastId, startAt, format }) => {
    mkdirSync(folder, { recursive: true });
    const name = freeName(folder, broadcastId);
    const path = join(folder, `${name}.wav`);
    const file = openSync(path, "wx");
    let bytes = 0;
    let firstSampleAt: number | null = null;
    writeSync(file, wavHeader(format, 0), 0, WAV_HEADER_BYTES, 0);
    return {
      begin: (at) => void (firstSampleAt = at),
      write(pcm) {
        writeSync(file, pcm, 0, pcm.length, WAV_HEADER_BYTES + bytes);
        bytes += pcm.length;
      },
      async close(complete) {
        if (firstSampleAt === null) {
          closeSync(file);
          return rmSync(path);
        }
        writeSync(file, wavHeader(format, bytes), 0, WAV_HEADER_BYTES, 0);
        fsyncSync(file);
        closeSync(file);
        const samples = bytes / frameBytes(format);
        const note = {
          broadcastId,
          startAt,
          firstSampleAt,
          samples,
          sampleRate: format.sampleRate,
          complete,
        };
        writeDurably(join(folder, `${name}.json`), JSON.stringify(note));
      },
    };
  };
}

/** A broadcast that goes on after an interruption gets a recording of its own: `<id>`, `<id>.2`, … */
function freeName(folder: string, broadcastId: string): string {
  const names = (function* () {
    yield broadcastId;
    for (let part = 2; ; part += 1) yield `${broadcastId}.${part}`;
  })();
  for (const name of names) if (!existsSync(join(folder, `${name}.wav`))) return name;
  return broadcastId;
}

function wavHeader(format: PcmFormat, dataBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(format.channels, 22);
  header.writeUInt32LE(format.sampleRate, 24);
  header.writeUInt32LE(format.sampleRate * frameBytes(format), 28);
  header.writeUInt16LE(frameBytes(format), 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** Programs that take raw PCM on standard input and sound it. */
const PLAYERS = {
  ffplay: ({ sampleRate, channels }: PcmFormat) => [
    "-hide_banner",
    "-loglevel",
    "error",
    "-nodisp",
    "-autoexit",
    "-fflags",
    "nobuffer",
    "-probesize",
    "32",
    "-f",
    "s16le",
    "-ar",
    `${sampleRate}`,
    "-ch_layout",
    channels === 1 ? "mono" : "stereo",
    "-i",
    "pipe:0",
  ],
  mpv: ({ sampleRate, channels }: PcmFormat) => [
    "--no-terminal",
    "--no-video",
    "--cache=no",
    "--demuxer=rawaudio",
    `--demuxer-rawaudio-rate=${sampleRate}`,
    `--demuxer-rawaudio-channels=${channels}`,
    "--demuxer-rawaudio-format=s16le",
    "-",
  ],
  aplay: ({ sampleRate, channels }: PcmFormat) => [
    "-q",
    "-t",
    "raw",
    "-f",
    "S16_LE",
    "-r",
    `${sampleRate}`,
    "-c",
    `${channels}`,
    "--buffer-time=200000",
    "-",
  ],
} as const;
/** A player that has not sounded its buffer by then hangs. */
const DRAIN_MS = 5_000;
export type PlayerProgram = keyof typeof PLAYERS;

/** Sounds through a program of the system; it is started when the broadcast is prepared, so that it is warm at air. */
export function playerSink(program: PlayerProgram): OpenSink {
  return ({ format }) => {
    const child: ChildProcess = spawn(program, PLAYERS[program](format), {
      stdio: ["pipe", "ignore", "ignore"],
    });
    let failure: Error | null = null;
    child.on("error", (error) => (failure = error));
    child.stdin?.on("error", (error) => (failure = error));
    const exited = once(child, "exit").catch(() => {}); // a program that cannot be started has failed already
    return {
      begin() {},
      write(pcm) {
        if (failure) throw failure;
        child.stdin?.write(pcm);
      },
      async close(complete) {
        // Whole: let the program's buffer sound to its end. Stopped: silence now.
        if (complete) child.stdin?.end();
        else child.kill("SIGKILL");
        const limit = setTimeout(() => child.kill("SIGKILL"), DRAIN_MS);
        if (child.exitCode === null && child.signalCode === null) await exited;
        clearTimeout(limit);
        if (complete && child.exitCode !== 0)
          throw failure ?? new Error(`${program} ended with ${child.exitCode}`);
      },
    };
  };
}
