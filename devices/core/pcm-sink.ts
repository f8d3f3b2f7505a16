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
