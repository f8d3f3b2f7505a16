import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Work } from "./work.ts";

const FLOAT_BYTES = 4;
const CHUNK_BYTES = 256 * 1024;
const FULL_SCALE = 127;

/**
 * Writes the peaks of a work file in audiowaveform's JSON format, version 2: pairs of lowest and highest sample in 8
 * bits, which wavesurfer.js and peaks.js draw.
 */
export async function drawWaveform(work: Work, pointsPerSecond: number, path: string): Promise<void> {
  const { rateHz, channels } = work.format;
  const samplesPerPoint = Math.round(rateHz / pointsPerSecond);
  const floatsPerPoint = samplesPerPoint * channels;
  const data: number[] = [];
  let low = 0;
  let high = 0;
  let count = 0;
  const close = () => {
    data.push(toByte(low), toByte(high));
    low = high = count = 0;
  };
  for await (const chunk of wholeFloats(work.path)) {
    for (const value of chunk) {
      if (value < low) low = value;
      if (value > high) high = value;
      count += 1;
      if (count === floatsPerPoint) close();
    }
  }
  if (count > 0) close();
  const waveform = {
    version: 2,
    channels: 1,
    sample_rate: rateHz,
    samples_per_pixel: samplesPerPoint,
    bits: 8,
    length: data.length / 2,
    data,
  };
  await writeFile(path, JSON.stringify(waveform));
}

const toByte = (value: number): number =>
  Math.max(-FULL_SCALE - 1, Math.min(FULL_SCALE, Math.round(value * FULL_SCALE)));

/** The file's floats in small pieces, so that other work of the process comes between. */
async function* wholeFloats(path: string): AsyncGenerator<Float32Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const usable = bytes.length - (bytes.length % FLOAT_BYTES);
    rest = Buffer.from(bytes.subarray(usable));
    // A copy begins at a multiple of four, as a view of floats must.
    const aligned = new Uint8Array(bytes.subarray(0, usable));
    yield new Float32Array(aligned.buffer, 0, usable / FLOAT_BYTES);
  }
}
