import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { MINUTE_MS, SECOND_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type FfmpegOptions, toArguments } from "./ffmpeg-options.ts";

export interface ProbeAnswer {
  /** False when ffprobe refused the file, or died of it. */
  ok: boolean;
  /** Empty when each line was taken as it came. */
  stdout: string;
  /** How its complaints began. */
  stderr: string;
}

export interface ProbeLimits {
  /** For the smallest file; larger ones get more, as some have to be read to their end. */
  leastMs: number;
  maxBytes: number;
}

const LIMITS: ProbeLimits = { leastMs: MINUTE_MS, maxBytes: 32 * 1024 * 1024 };
/** What a busy disk still gives to a process of the lowest priority. */
const BYTES_PER_MS = 8_000;
/** A damaged file may be complained of for every packet; what is asked of the complaints stands in the first. */
const KEPT_COMPLAINTS = 256 * 1024;
/** Signals that a program brings upon itself: here, by what it read. */
const OWN_FAULTS = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"]);
/** What a shell and Debian's launchers say of a program that they could not start. */
const NOT_STARTED = new Set([125, 126, 127]);

export interface ProbeWatch {
  /** Takes the answer line by line, however long it gets, instead of its being kept. */
  onLine?: (line: string) => void;
  /** Ends it at once. */
  signal?: AbortSignal;
}

/**
 * Runs ffprobe on a local file.
 * @throws {AppError} `unavailable` when it could not come to an answer: that says nothing about the file; or the signal's
 *   reason, once the process is gone
 */
export async function runProbe(
  program: { ffprobePath: string; limits?: ProbeLimits },
  path: string,
  options: FfmpegOptions,
  { onLine, signal: ending }: ProbeWatch = {},
): Promise<ProbeAnswer> {
  const { ffprobePath, limits = LIMITS } = program;
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const limitMs = Math.round(limits.leastMs + size / BYTES_PER_MS);
  ending?.throwIfAborted();
  const args = toArguments({ hide_banner: true, v: "warning", ...options, i: path });
  const child = spawn(ffprobePath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const complaints = headOf(child.stderr, KEPT_COMPLAINTS);
  const answer = onLine ? null : headOf(child.stdout, limits.maxBytes, () => child.kill("SIGKILL"));
  if (onLine) createInterface({ input: child.stdout }).on("line", onLine);

  const stop = () => void child.kill("SIGKILL");
  ending?.addEventListener("abort", stop, { once: true });
  const [code, signal] = await ended(child).finally(() => ending?.removeEventListener("abort", stop));
  ending?.throwIfAborted();
  if (code !== null && NOT_STARTED.has(code)) throw notRun(complaints.text());
  if (answer?.isCut()) throw gaveUp("ffprobe has too much to say about it");
  if (signal !== null && !OWN_FAULTS.has(signal)) {
    const limit = `${Math.round(limitMs / SECOND_MS)} s`;
    throw gaveUp(child.killed ? `ffprobe did not finish within ${limit}` : `ffprobe was ended (${signal})`);
  }
  return { ok: code === 0, stdout: answer?.text() ?? "", stderr: complaints.text() };
}

async function ended(
  child: ReturnType<typeof spawn>,
): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
  try {
    const [code, signal] = await once(child, "close");
    return [code, signal];
  } catch (error) {
    throw notRun(error);
  }
}

/** Reads a stream to its end and keeps the first bytes of it. */
function headOf(stream: Readable, maxBytes: number, onCut = () => {}) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  stream.on("data", (chunk: Buffer) => {
    if (isCut) return;
    chunks.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
    isCut = bytes > maxBytes;
    if (isCut) onCut();
  });
  return { isCut: () => isCut, text: () => Buffer.concat(chunks).toString("utf8") };
}

const gaveUp = (why: string) =>
  new AppError("unavailable", `The file could not be examined: ${why}.`, {
    hint: "The server is busy or short of memory: try again when it is quiet, then tell the administrator.",
  });

/** The path is in the cause, for the log: whoever uploads need not know it. */
const notRun = (cause: unknown) =>
  new AppError("unavailable", "The server cannot run what FFPROBE_PATH names.", {
    cause,
    hint: "Install ffmpeg, or correct FFPROBE_PATH.",
  });
