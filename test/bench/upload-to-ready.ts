import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import Fastify from "fastify";
import type { Asset } from "../../src/media/media-service.ts";
import { acceptRawUploads, uploadFrom } from "../../src/media/upload.ts";
import { createMediaLab, ffmpeg, type MediaLab, settled, speak } from "../support/media-lab.ts";

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const MINUTES = 15;
const MP3 = ["-ac", "1", "-ar", "44100", "-c:a", "libmp3lame", "-b:a", "64k"];
const TARGET = "loudnorm=I=-16:TP=-1.5:LRA=11";

type Report = (row: {
  name: string;
  value: number;
  unit: string;
  baseline: number;
  ratio: number;
  command?: string;
}) => void;

/**
 * From the first byte of an upload to a rendition that may go on air, against the raw way that everyone uses: two
 * passes of `loudnorm` (EBU R 128), the second linear with what the first measured, and the same MP3.
 */
export async function uploadToReady(report: Report): Promise<void> {
  const track = await createMediaLab();
  try {
    const path = track.file("track.wav");
    await makeTrack(track, path);
    const ours: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < RUNS; round += 1) {
      // Alternately, so that a machine that slows down does so for both.
      ours.push(await timeUpload(path));
      raw.push(await timeTwoPasses(path, track.file("raw.mp3")));
    }
    const value = median(ours);
    const baseline = median(raw);
    report({
      name: `upload-to-ready, ${MINUTES} min stereo speech`,
      value,
      unit: "s",
      baseline,
      ratio: value / baseline,
    });
  } finally {
    await track.close();
  }
}

/** Speech at three levels, 48 kHz stereo, repeated to a quarter of an hour. */
async function makeTrack(lab: MediaLab, path: string): Promise<void> {
  const speech = lab.file("speech.wav");
  const loop = lab.file("loop.wav");
  await speak(speech);
  const levels = "[0]volume=-6dB[a];[1]volume=-16dB[b];[2]volume=-1dB[c];[a][b][c]concat=n=3:v=0:a=1";
  const stereo = ",aformat=sample_rates=48000:channel_layouts=stereo";
  await ffmpeg("-i", speech, "-i", speech, "-i", speech, "-filter_complex", `${levels}${stereo}`, loop);
  await ffmpeg("-stream_loop", "-1", "-i", loop, "-t", String(MINUTES * 60), "-c", "copy", path);
}

/** Seconds from sending the request until the rendition is ready, over HTTP and in a fresh library. */
async function timeUpload(path: string): Promise<number> {
  const lab = await createMediaLab({ concurrency: 1 });
  const app = Fastify();
  acceptRawUploads(app);
  app.put("/recording", (request) => lab.media.receiveUpload(uploadFrom(request), () => {}));
  try {
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const beganAt = performance.now();
    const { sha256 } = await put(`${url}/recording`, path);
    const [rendition] = await settled(lab.media, sha256);
    const seconds = (performance.now() - beganAt) / 1000;
    if (rendition?.state !== "ready") throw new Error(`The rendition failed: ${rendition?.error}`);
    return seconds;
  } finally {
    await app.close();
    await lab.close();
  }
}

async function put(url: string, path: string): Promise<Asset> {
  const upload = request(url, { method: "PUT", headers: { "content-length": (await stat(path)).size } });
  const answered: Promise<IncomingMessage[]> = once(upload, "response");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), upload);
  const [response] = await answered;
  const body = response ? await text(response) : "";
  if (response?.statusCode !== 200) throw new Error(`The upload was refused: ${body}`);
  return JSON.parse(body);
}

async function timeTwoPasses(input: string, output: string): Promise<number> {
  const beganAt = performance.now();
  const said = await ffmpeg("-i", input, "-af", `${TARGET}:print_format=json`, "-f", "null", "-");
  const printed = said.slice(said.lastIndexOf("{"), said.lastIndexOf("}") + 1);
  const measured: Record<string, string> = JSON.parse(printed);
  const second = [
    TARGET,
    `measured_I=${measured.input_i}`,
    `measured_TP=${measured.input_tp}`,
    `measured_LRA=${measured.input_lra}`,
    `measured_thresh=${measured.input_thresh}`,
    `offset=${measured.target_offset}`,
    "linear=true",
  ].join(":");
  await ffmpeg("-i", input, "-af", second, ...MP3, output);
  return (performance.now() - beganAt) / 1000;
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
