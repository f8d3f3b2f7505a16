import { AppError, messageOf } from "../errors.ts";
import { FfmpegError } from "./ffmpeg.ts";
import { NoRoomYet } from "./scratch-space.ts";

const LAST_LINES = 8;
const MAX_CHARACTERS = 2_000;

const ADVICE: [RegExp, string][] = [
  [/No space left on device|ENOSPC|disk is full/i, "The server's disk is full: free some space, then retry."],
  [/of computing time/i, "It takes far longer than it lasts: export the recording anew as WAV or MP4."],
  [/not finish within/i, "The server is overloaded: retry when it is quiet."],
  [/exited with code 12[67]|Cannot find ff/i, "The server cannot run ffmpeg: install Debian's ffmpeg."],
  [/Unknown encoder|not available/i, "The server's ffmpeg lacks a codec: install Debian's ffmpeg."],
  [
    /Invalid data|corrupt|Error while decoding/i,
    "The file is damaged: export the recording anew and upload it again.",
  ],
];
const DEFAULT_ADVICE = "Retry; if it fails again, export the recording anew as WAV or MP4 and upload it.";

/**
 * Whose fault a failure is. Of the `recording`: it stays as bad as it is. Of this `attempt`: it was killed or starved, and
 * may do better. Of the `machine`: a full disk or a missing program says nothing about the work.
 */
export type Fault = "recording" | "attempt" | "machine";

const EXHAUSTED = new Set(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE"]);
const STARVED = new Set(["EIO", "ENOMEM", "EAGAIN", "ENOENT"]);
const STARVED_DATABASE = /^SQLITE_(FULL|IOERR|BUSY|NOMEM)/;

/** Signals that a program brings upon itself by what it read, and a limit that no other load can make it reach. */
const OWN_FAULT = /SIG(SEGV|ABRT|BUS|FPE|ILL)|of computing time/;
/** No room, or what a shell says of a program that it could not start. */
const MACHINE_FAULT = /No space left|exited with code 12[67]|Cannot find ff/i;
const ATTEMPT_FAULT = /killed|signal|Cannot allocate|not finish within/i;

export function faultOf(error: unknown): Fault {
  if (error instanceof NoRoomYet) return "machine";
  if (error instanceof AppError && error.code === "no_space") return "machine";
  if (error instanceof AppError) return error.code === "unavailable" ? "attempt" : "recording";
  if (error instanceof FfmpegError) {
    if (OWN_FAULT.test(error.message)) return "recording";
    const words = `${error.message}\n${error.lines.slice(-LAST_LINES).join("\n")}`;
    if (MACHINE_FAULT.test(words)) return "machine";
    return ATTEMPT_FAULT.test(words) ? "attempt" : "recording";
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (EXHAUSTED.has(code) || STARVED_DATABASE.test(code)) return "machine";
  return STARVED.has(code) ? "attempt" : "recording";
}

/** Whether trying again later may help. */
export const isPassing = (error: unknown): boolean => faultOf(error) !== "recording";

/** What an editor reads on a failed job or rendition: the reason, what to do, and ffmpeg's last words. */
export function describeFailure(error: unknown): string {
  if (error instanceof AppError) return cut([error.message, error.hint ?? ""].filter(Boolean).join(" "));
  const words = error instanceof FfmpegError ? error.lines.slice(-LAST_LINES).join("\n") : "";
  const message = messageOf(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(`${message}\n${words}`))?.[1] ?? DEFAULT_ADVICE;
  return cut([`${message.split("\n")[0]} ${advice}`, words].filter(Boolean).join("\n"));
}

const cut = (text: string) => (text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text);
