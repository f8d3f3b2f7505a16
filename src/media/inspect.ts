import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { SECOND_MS } from "../clock.ts";
import type { AppError } from "../errors.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import type { FfmpegOptions } from "./ffmpeg-options.ts";
import { ALLOWED_DEMUXERS, checkDuration, type Probe, readProbe, toleratedLossMs } from "./media-probe.ts";
import { explainMachine, explainRefusal, refused, SEND_AGAIN, TRUNCATED_HINT } from "./refusal.ts";

const TAIL_SECONDS = 3;
/** Below the leanest codec for speech (AMR at 4.75 kbit/s) there may be holes. */
const LEANEST_BYTES_PER_SECOND = 500;
/** Codecs for speech send nothing in pauses; longer than this is no pause between sentences. */
const LEAST_HOLE_SECONDS = 1;
/** The ear tells of lesser holes, as of any silence. */
const MAX_HOLES_MS = 30 * SECOND_MS;
/** Writers that do not know the length yet put a number near the largest one here. */
const UNKNOWN_RIFF_BYTES = 0x7fff_f000;

/**
 * What a local file truly is, whatever it is called.
 * @throws {AppError} `invalid` when it is nothing that can be aired, `unavailable` when ffprobe gave up; or the signal's
 *   reason
 */
export async function probeMedia(ffmpeg: Ffmpeg, path: string, signal?: AbortSignal): Promise<Probe> {
  const options: FfmpegOptions = {
    format_whitelist: ALLOWED_DEMUXERS,
    of: "json",
    show_format: true,
    show_streams: true,
    // Encryption of single samples shows only on packets.
    show_packets: true,
    read_intervals: "%+#20",
  };
  const { ok, stdout, stderr } = await ffmpeg.probe(path, options, signal ? { signal } : {});
  if (!ok) throw await whyRefused(path, stderr);
  return readProbe(stdout, stderr);
}

/**
 * Probes an upload and looks at its end: a file cut in the copying still has a header that promises everything.
 * @returns what it is, and how long its sound truly is in milliseconds
 * @throws {AppError} `invalid`, or `unavailable` when ffprobe gave up
 */
export async function inspectUpload(
  ffmpeg: Ffmpeg,
  path: string,
): Promise<{ probe: Probe; durationMs: number }> {
  await refuseShortRiff(path);
  const probe = await probeMedia(ffmpeg, path);
  const durationMs = await findDuration(ffmpeg, path, probe);
  checkDuration(durationMs);
  await refuseHollow(ffmpeg, path, probe, durationMs);
  return { probe, durationMs };
}

async function findDuration(ffmpeg: Ffmpeg, path: string, probe: Probe): Promise<number> {
  const { durationMs } = probe;
  // A guess is none, and an Ogg file of several recordings in a row states the length of one of them.
  if (durationMs === null || probe.estimated || probe.container === "ogg") {
    const foundMs = await measureDuration(ffmpeg, path, probe);
    if (durationMs !== null && !probe.estimated) refuseTruncated(durationMs, foundMs);
    return foundMs;
  }
  const fromSeconds = Math.max(0, (durationMs + probe.startMs) / 1_000 - TAIL_SECONDS);
  const end = await readPackets(ffmpeg, path, probe, { read_intervals: `${fromSeconds.toFixed(3)}%` });
  if (!end.ok) return durationMs;
  refuseTruncated(durationMs, end.atMs);
  if (end.atMs <= durationMs + toleratedLossMs(durationMs)) return durationMs;

  // Its header promises too little, and a jump by such a header may land anywhere: what is there counts.
  return Math.max(durationMs, await measureDuration(ffmpeg, path, probe));
}

/** Time stamps cost nothing: a few kilobytes can claim hours, which would be made silence at full cost. */
async function refuseHollow(ffmpeg: Ffmpeg, path: string, probe: Probe, durationMs: number): Promise<void> {
  const { size } = await stat(path);
  if (size >= (durationMs / 1_000) * LEANEST_BYTES_PER_SECOND) return;
  const { ok, holesMs } = await readPackets(ffmpeg, path, probe, { select_streams: probe.audio.index });
  if (!ok || holesMs <= Math.max(MAX_HOLES_MS, durationMs / 2)) return;
  throw refused(
    `The recording lasts ${asSeconds(durationMs)} s but holds only ${asSeconds(durationMs - holesMs)} s of sound.`,
    SEND_AGAIN,
  );
}

function refuseTruncated(promisedMs: number, foundMs: number): void {
  if (foundMs >= promisedMs - toleratedLossMs(promisedMs)) return;
  throw refused(
    `The file is truncated: it promises ${asSeconds(promisedMs)} s but ends after ${asSeconds(foundMs)} s.`,
    TRUNCATED_HINT,
  );
}

const asSeconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** The length of the sound, of which all is read, whatever a header says. */
async function measureDuration(ffmpeg: Ffmpeg, path: string, probe: Probe): Promise<number> {
  const { ok, atMs, addedMs, stderr } = await readPackets(ffmpeg, path, probe, {
    select_streams: probe.audio.index,
  });
  if (!ok) throw await whyRefused(path, stderr);
  // In a chain of recordings the time begins anew with each.
  return Math.max(atMs, addedMs);
}

/**
 * Where the last of the chosen packets ends, how long they are together, and how long are the holes between them.
 * Twelve hours of them would be too many to keep.
 */
async function readPackets(
  ffmpeg: Ffmpeg,
  path: string,
  { startMs }: Probe,
  which: FfmpegOptions,
): Promise<{ ok: boolean; atMs: number; addedMs: number; holesMs: number; stderr: string }> {
  let lastSeconds = 0;
  let addedSeconds = 0;
  let holesSeconds = 0;
  const { ok, stderr } = await ffmpeg.probe(
    path,
    {
      format_whitelist: ALLOWED_DEMUXERS,
      of: "csv=p=0",
      show_entries: "packet=pts_time,duration_time",
      ...which,
    },
    {
      onLine(line) {
        const [start, length] = line.split(",").map(Number);
        if (start === undefined || !Number.isFinite(start)) return;
        const hole = start - lastSeconds;
        if (lastSeconds > 0 && hole >= LEAST_HOLE_SECONDS) holesSeconds += hole;
        lastSeconds = Math.max(lastSeconds, start + (length || 0));
        addedSeconds += length || 0;
      },
    },
  );
  return {
    ok,
    atMs: Math.max(0, lastSeconds * 1_000 - startMs),
    addedMs: addedSeconds * 1_000,
    holesMs: holesSeconds * 1_000,
    stderr,
  };
}

/** A torn file makes some of ffmpeg's readers complain of input and output as a torn disk does: only the disk stays so. */
const whyRefused = async (path: string, stderr: string): Promise<AppError> =>
  explainMachine(stderr, await canBeRead(path)) ?? explainRefusal(stderr);

async function canBeRead(path: string): Promise<boolean> {
  try {
    for await (const _ of createReadStream(path));
    return true;
  } catch {
    return false;
  }
}

/** A RIFF or AIFF header states the file's size; ffmpeg shortens the duration silently when the file is smaller. */
async function refuseShortRiff(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    const promisedBytes = await readRiffBytes(file);
    const { size } = await file.stat();
    if (promisedBytes === null || promisedBytes <= size) return;
    throw refused(`The file is truncated: it holds ${size} of ${promisedBytes} bytes.`, TRUNCATED_HINT);
  } finally {
    await file.close();
  }
}

async function readRiffBytes(file: FileHandle): Promise<number | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  if (bytesRead < 8) return null;
  const magic = buffer.toString("latin1", 0, 4);
  if (magic !== "RIFF" && magic !== "FORM") return null;
  const bytes = magic === "RIFF" ? buffer.readUInt32LE(4) : buffer.readUInt32BE(4);
  return bytes === 0 || bytes >= UNKNOWN_RIFF_BYTES ? null : bytes + 8;
}

/**
 * How ffmpeg reads what was probed: as that and nothing else, so that a later pass cannot take it for another kind, and
 * little more of it than was found, whatever it decodes to.
 */
export const inputOptionsFor = ({ container }: Probe, durationMs: number): FfmpegOptions => ({
  format_whitelist: ALLOWED_DEMUXERS,
  f: container,
  t: (mostOf(durationMs) / 1_000).toFixed(3),
});

/** What at most is read of so many milliseconds, in milliseconds. */
export const mostOf = (durationMs: number): number => durationMs * 1.02 + 5_000;
