import { spawn } from "node:child_process";
import { once } from "node:events";
import { SECOND_MS } from "../clock.ts";
import { FfmpegError } from "./ffmpeg.ts";
import { type FfmpegOptions, toArguments } from "./ffmpeg-options.ts";

export interface StreamJob {
  /** Of the one whose `path` is `null` the bytes are written while it runs. */
  inputs: { path: string | null; options: FfmpegOptions }[];
  complexFilter: string;
  output: FfmpegOptions;
  /** Of computing time. */
  timeLimitMs: number;
  onOutput: (chunk: Buffer) => void;
}

/** An ffmpeg that is fed while it runs. */
export interface FfmpegStream {
  write(chunk: Uint8Array): void;
  /** It has not taken what was written: nothing more is to be written until it is `drained`. */
  isFull(): boolean;
  /** Resolves once it has taken what was written, or has ended. */
  drained(): Promise<void>;
  /** There is no more; what is still inside comes out. */
  end(): void;
  kill(): void;
  /** Resolves once everything came out, or it was killed. @throws {FfmpegError} */
  ended: Promise<void>;
}

const KEPT_BYTES = 10_000;

/** Runs ffmpeg, by its path or the script that confines it, from standard input to standard output. */
export function streamFfmpeg(program: string, job: StreamJob): FfmpegStream {
  const timelimit = Math.ceil(job.timeLimitMs / SECOND_MS);
  const args = [
    ...toArguments({ nostdin: true, hide_banner: true, nostats: true, v: "warning", timelimit }),
    ...job.inputs.flatMap(({ path, options }) => [
      ...toArguments({ protocol_whitelist: path === null ? "pipe" : "file", ...options }),
      "-i",
      path ?? "pipe:0",
    ]),
    ...toArguments({ filter_complex: job.complexFilter, ...job.output }),
    "pipe:1",
  ];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let isKilled = false;
  let complaints = "";
  let broken: Error | null = null;
  child.stdin.on("error", () => {}); // it says itself how it ended
  child.stderr.on("data", (chunk: Buffer) => (complaints = (complaints + chunk).slice(-KEPT_BYTES)));
  child.stdout.on("data", (chunk: Buffer) => {
    if (broken !== null) return;
    try {
      job.onOutput(chunk);
    } catch (error) {
      broken = error instanceof Error ? error : new Error("its output is of no use", { cause: error });
      kill();
    }
  });

  /** The whole process group, where the launcher made it one; else the process. */
  function kill(): void {
    isKilled = true;
    try {
      process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  }

  async function run(): Promise<void> {
    const [code, signal] = await once(child, "close");
    if (broken !== null) throw broken;
    if (code === 0 || isKilled) return;
    throw new FfmpegError(`ffmpeg ended with ${code ?? signal}`, complaints.trim().split("\n"));
  }
  const ended = run();
  ended.catch(() => {}); // also when nobody waits for it yet
  const { stdin } = child;
  const isFull = () => stdin.writableNeedDrain && !stdin.destroyed;

  return {
    write: (chunk) => void stdin.write(chunk),
    isFull,
    drained: () =>
      new Promise((resolve) => {
        if (!isFull()) return resolve();
        const done = () => {
          stdin.off("drain", done).off("close", done);
          resolve();
        };
        stdin.once("drain", done).once("close", done);
      }),
    end: () => void stdin.end(),
    kill,
    ended,
  };
}
