import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { availableParallelism } from "node:os";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import Fastify from "fastify";
import { acceptRawUploads, uploadFrom } from "../../src/media/upload.ts";
import {
  createMediaLab,
  ffmpeg,
  type MediaLab,
  settled,
  shippedProfiles,
  wholeOf,
} from "../support/media-lab.ts";
import type { ReportRow } from "./report.ts";
import { makeTrack } from "./tracks.ts";

const MINUTES = 15;
const SHORT_MINUTES = 5;
const TARGET = "loudnorm=I=-16:TP=-1.5:LRA=11";
const SOUND = shippedProfiles().filter((profile) => profile.type === "sound");

/**
 * From the first byte of an upload until it has been listened to and every rendition for listening is ready, against
 * the raw way that everyone uses: for each of them two passes of `loudnorm` (EBU R 128), the second linear with what
 * the first measured, and the same encoder. One rendition after the other, as in a script; and with a shorter recording
 * as many side by side as there are cores, which a script rarely does, but could.
 */
export async function uploadToReady(report: ReportRow): Promise<void> {
  const cores = availableParallelism();
  await compare(report, MINUTES, 1, "one rendition after the other");
  await compare(report, SHORT_MINUTES, cores, `${cores} renditions side by side`);
}

async function compare(report: ReportRow, minutes: number, atOnce: number, rawWay: string): Promise<void> {
  const track = await createMediaLab({ start: false });
  try {
    const path = track.file("track.wav");
    await makeTrack(track, path, minutes);
    const value = await timeUpload(path);
    const baseline = await timeRawWay(track, path, atOnce);
    const name = `upload-to-ready, ${SOUND.length} renditions of ${minutes} min stereo speech, raw: ${rawWay}`;
    report({ name, value, unit: "s", baseline, ratio: value / baseline });
  } finally {
    await track.close();
  }
}

/** Seconds for all renditions, `atOnce` processes at a time. */
async function timeRawWay(track: MediaLab, input: string, atOnce: number): Promise<number> {
  const waiting = [...SOUND];
  const beganAt = performance.now();
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { name, audio, muxer } = next;
      const encoder = ["-ac", String(audio.channels), "-ar", String(audio.sampleRateHz), "-c:a", audio.codec];
      const rate = ["-b:a", `${audio.bitrateKbps}k`, "-f", muxer];
      await twoPasses(input, [...encoder, ...rate, track.file(`raw-${name}`)]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - beganAt) / 1_000;
}

/** Seconds from sending the request until everything is ready, over HTTP and in a fresh library. */
async function timeUpload(path: string): Promise<number> {
  const lab = await createMediaLab({ concurrency: availableParallelism(), profiles: SOUND, confined: true });
  const app = Fastify();
  acceptRawUploads(app);
  app.put("/recording", async (request) => {
    let compositionId = "";
    await lab.media.receiveUpload(uploadFrom(request), ({ sha256 }) => {
      compositionId = lab.media.compose(wholeOf(sha256));
    });
    return { compositionId };
  });
  try {
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const beganAt = performance.now();
    const { compositionId } = await put(`${url}/recording`, path);
    const renditions = await settled(lab.media, compositionId);
    const seconds = (performance.now() - beganAt) / 1000;
    const failed = renditions.find(({ state }) => state !== "ready");
    if (failed) throw new Error(`The rendition ${failed.profile} failed: ${failed.error}`);
    return seconds;
  } finally {
    await app.close();
    await lab.close();
  }
}

async function put(url: string, path: string): Promise<{ compositionId: string }> {
  const upload = request(url, { method: "PUT", headers: { "content-length": (await stat(path)).size } });
  const answered: Promise<IncomingMessage[]> = once(upload, "response");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), upload);
  const [response] = await answered;
  const body = response ? await text(response) : "";
  if (response?.statusCode !== 200) throw new Error(`The upload was refused: ${body}`);
  return JSON.parse(body);
}

async function twoPasses(input: string, output: string[]): Promise<void> {
  const said = await ffmpeg("-i", input, "-af", `${TARGET}:print_format=json`, "-f", "null", "-");
  const printed = said.slice(said.lastIndexOf("{"), said.lastIndexOf("}") + 1);
  const measured: Record<string, string> = JSON.parse(printed);
  const second = [
    TARGET,
    `measured_I=${measured["input_i"]}`,
    `measured_TP=${measured["input_tp"]}`,
    `measured_LRA=${measured["input_lra"]}`,
    `measured_thresh=${measured["input_thresh"]}`,
    `offset=${measured["target_offset"]}`,
    "linear=true",
  ].join(":");
  await ffmpeg("-i", input, "-af", second, ...output);
}
