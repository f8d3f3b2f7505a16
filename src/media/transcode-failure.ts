import { AppError, messageOf } from "../errors.ts";
import { FfmpegError } from "./ffmpeg.ts";

const LAST_LINES = 8;
const MAX_CHARACTERS = 2_000;

const ADVICE: [RegExp, string][] = [
  [/No space left on device|ENOSPC|disk is full/i, "The server's disk is full: free some space, then retry."],
  [
    /not finish within/i,
    "It takes far longer than it lasts: export the recording anew as WAV or MP4; or the server is overloaded: retry when it is quiet.",
  ],
  [
    /Unknown encoder|not available|Cannot find ffmpeg/i,
    "The server's ffmpeg lacks a codec: install Debian's ffmpeg.",
  ],
  [
    /Invalid data|corrupt|Error while decoding/i,
    "The file is damaged: export the recording anew and upload it again.",
  ],
];
const DEFAULT_ADVICE = "Retry; if it fails again, export the recording anew as WAV or MP4 and upload it.";

const EXHAUSTED = new Set(["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "ENOENT"]);

const STARVED_DATABASE = /^SQLITE_(FULL|IOERR|BUSY|NOMEM)/;

/** Signals that a program brings upon itself by what it read. */
const OWN_FAULT = /SIG(SEGV|ABRT|BUS|FPE|ILL)/;

/**
 * Whether trying again later may help: the disk was full, the process was killed or starved. A bad recording stays bad,
 * also one that took all its time: a limit of more than it lasts is met on any machine that works.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.code === "unavailable";
  if (error instanceof FfmpegError) {
    if (OWN_FAULT.test(error.message) || /not finish within/.test(error.message)) return false;
    return /killed|signal|No space left|Cannot allocate/i.test(
      `${error.message}\n${error.lines.slice(-LAST_LINES).join("\n")}`,
    );
  }
  if (!(error instanceof Error && "code" in error)) return false;
  return EXHAUSTED.has(String(error.code)) || STARVED_DATABASE.test(String(error.code));
}

/** What an editor reads on a failed job or rendition: the reason, what to do, and ffmpeg's last words. */
export function describeFailure(error: unknown): string {
  if (error instanceof AppError) return cut([error.message, error.hint ?? ""].filter(Boolean).join(" "));
  const words = error instanceof FfmpegError ? error.lines.slice(-LAST_LINES).join("\n") : "";
  const message = messageOf(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(`${message}\n${words}`))?.[1] ?? DEFAULT_ADVICE;
  return cut([`${message.split("\n")[0]} ${advice}`, words].filter(Boolean).join("\n"));
}

const cut = (text: string) => (text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text);
