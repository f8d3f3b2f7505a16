import { type ChildProcess, execFileSync } from "node:child_process";
import ffmpeg, { type FfmpegCommand } from "fluent-ffmpeg";
import { delay, SECOND_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { once } from "../once.ts";
import { type FfmpegOptions, toArguments } from "./ffmpeg-options.ts";
import { type ProbeAnswer, type ProbeLimits, type ProbeWatch, runProbe } from "./ffprobe.ts";

/** How long a process may take to end by itself after SIGTERM. */
const GRACE_MS = 5 * SECOND_MS;
const VERSION_LIMIT_MS = 60 * SECOND_MS;
const KEPT_LINES = 200;
/** How much longer it may take than it computes: it has a low priority, and a disk may be slow. */
const WAITING_FACTOR = 10;
/** What ffmpeg says as its computing time is used up (SIGXCPU). */
const OUT_OF_TIME = /received signal 24/;
const LOCAL_ONLY: FfmpegOptions = { protocol_whitelist: "file" };
const GENERAL: FfmpegOptions = { nostdin: true, hide_banner: true, nostats: true, progress: "pipe:2" };

export interface FfmpegJob {
  inputs: { path: string; options: FfmpegOptions }[];
  complexFilter?: string;
  /** `path: null` decodes and filters without writing. */
  outputs: { path: string | null; options: FfmpegOptions }[];
  /** How much media will be processed, for progress. */
  durationMs: number;
  /** Of computing time, which other load does not use up. */
  timeLimitMs: number;
  signal: AbortSignal;
  /** Called about twice a second with 0…1. */
  onProgress?: (fraction: number) => void;
}

export interface Ffmpeg {
  /**
   * Runs ffprobe on a local file.
   * @throws {AppError} `unavailable` when it gave up, which is no refusal of the file; or the signal's reason
   */
  probe(path: string, options: FfmpegOptions, watch?: ProbeWatch): Promise<ProbeAnswer>;
  /** Runs ffmpeg to its end and returns what it said. @throws {FfmpegError}, or the signal's reason */
  run(job: FfmpegJob): Promise<string[]>;
}

/** ffmpeg ended without success; `lines` are its last words. */
export class FfmpegError extends Error {
  readonly lines: string[];
  constructor(message: string, lines: string[]) {
    super(message);
    this.name = "FfmpegError";
    this.lines = lines;
  }
}

/**
 * The two programs, by explicit paths, or through the scripts that confine them. They see local files only: no network,
 * no input that names other inputs.
 */
export function createFfmpeg(paths: {
  ffmpegPath: string;
  ffprobePath: string;
  /** Replaces what ffprobe may take. */
  limits?: ProbeLimits;
}): Ffmpeg {
  return {
    probe: (path, options, watch) => runProbe(paths, path, { ...LOCAL_ONLY, ...options }, watch),
    run: (job) => runCommand(buildCommand(paths.ffmpegPath, job), job),
  };
}

const found = new Map<string, unknown>();

/** Whether both programs can be run at all, which is tried once. @throws {AppError} `unavailable`, naming the setting */
export function requireFfmpeg(paths: { ffmpegPath: string; ffprobePath: string }): void {
  for (const [setting, path] of [
    ["FFMPEG_PATH", paths.ffmpegPath],
    ["FFPROBE_PATH", paths.ffprobePath],
  ] as const) {
    try {
      once(found, path, () =>
        execFileSync(path, ["-version"], { stdio: "ignore", timeout: VERSION_LIMIT_MS }),
      );
    } catch (cause) {
      throw new AppError("unavailable", `The server cannot run what ${setting} names.`, {
        cause,
        hint: `Install it (on Debian: sudo apt-get install -y ffmpeg), or correct ${setting}.`,
      });
    }
  }
}

/** Options are passed as several arguments: fluent-ffmpeg splits a lone one, or an array, at spaces. */
function buildCommand(
  ffmpegPath: string,
  { inputs, complexFilter, outputs, timeLimitMs }: FfmpegJob,
): FfmpegCommand {
  const timelimit = Math.max(1, Math.ceil(timeLimitMs / SECOND_MS));
  const command = ffmpeg().setFfmpegPath(ffmpegPath);
  for (const [index, { path, options }] of inputs.entries()) {
    const general = index === 0 ? { ...GENERAL, timelimit } : {};
    command.input(path).inputOptions(...toArguments({ ...general, ...LOCAL_ONLY, ...options }));
  }
  if (complexFilter !== undefined) command.complexFilter(complexFilter);
  for (const { path, options } of outputs) {
    command
      .output(path ?? "-")
      .outputOptions(...toArguments(path === null ? { ...options, f: "null" } : options));
  }
  return command;
}

async function runCommand(command: FfmpegCommand, job: FfmpegJob): Promise<string[]> {
  job.signal.throwIfAborted();
  const ended = new AbortController();
  let started = false;
  let stopped = false;
  let timedOut = false;

  /** SIGTERM, then SIGKILL. A process that is only about to start is ended when it has. */
  function stop(): void {
    stopped = true;
    if (!started) return;
    killGroup(command, "SIGTERM");
    delay(GRACE_MS, ended.signal).then(
      () => killGroup(command, "SIGKILL"),
      () => undefined,
    );
  }
  job.signal.addEventListener("abort", stop, { once: true });
  const waitMs = job.timeLimitMs * WAITING_FACTOR;
  delay(waitMs, ended.signal).then(
    () => {
      timedOut = true;
      stop();
    },
    () => undefined,
  );
  command.on("start", () => {
    started = true;
    if (stopped) stop();
  });
  const lines = collectLines(command, job);
  try {
    await new Promise<void>((resolve, reject) => {
      command.on("end", () => resolve());
      command.on("error", (error: Error) => reject(new FfmpegError(error.message, lines)));
      command.run();
    });
    job.signal.throwIfAborted();
    return lines;
  } catch (error) {
    job.signal.throwIfAborted();
    const seconds = (ms: number) => `${Math.round(ms / SECOND_MS)} s`;
    if (timedOut) throw new FfmpegError(`ffmpeg did not finish within ${seconds(waitMs)}.`, lines);
    if (lines.some((line) => OUT_OF_TIME.test(line)))
      throw new FfmpegError(`ffmpeg took more than ${seconds(job.timeLimitMs)} of computing time.`, lines);
    throw error;
  } finally {
    job.signal.removeEventListener("abort", stop);
    ended.abort();
  }
}

/** The whole process group, where the launcher made it one; else the process. */
function killGroup(command: FfmpegCommand, signal: NodeJS.Signals): void {
  const { ffmpegProc } = command as FfmpegCommand & { ffmpegProc?: ChildProcess };
  try {
    process.kill(-(ffmpegProc?.pid ?? Number.NaN), signal);
  } catch {
    command.kill(signal);
  }
}

/** Keeps the last lines, apart from the `key=value` lines of `-progress`, which become calls of `onProgress`. */
function collectLines(command: FfmpegCommand, { durationMs, onProgress }: FfmpegJob): string[] {
  const lines: string[] = [];
  command.on("stderr", (line: string) => {
    const [, key, value] = /^([a-z0-9_]+)=\s*(\S+)\s*$/.exec(line) ?? [];
    if (key === undefined) {
      if (line.trim() !== "" && lines.push(line) > KEPT_LINES) lines.shift();
    } else if (key === "out_time_us" && durationMs > 0) {
      const fraction = Number(value) / 1_000 / durationMs;
      if (Number.isFinite(fraction)) onProgress?.(Math.min(1, Math.max(0, fraction)));
    }
  });
  return lines;
}
