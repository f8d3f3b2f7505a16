import { AppError } from "../errors.ts";

/** ffmpeg's names for what only points at other files, or at other machines. */
const PLAYLISTS = ["hls", "applehttp", "concat", "dash", "sdp", "rtsp", "rtp", "imf", "webm_dash_manifest"];

/** Refuses an upload, saying which of its faults and what to do. */
export const refused = (message: string, hint: string): AppError =>
  new AppError("invalid", message, { hint, details: [{ at: "body", message }] });

export const SEND_MEDIA = "Upload a recording as WAV, MP3, M4A, FLAC, OGG, MP4, MOV or MKV.";
export const SEND_AGAIN = "Upload the file again; if it fails again, export the recording anew.";
export const TRUNCATED_HINT = `The end is missing, as after a broken copy or recording. ${SEND_AGAIN}`;

/** ffprobe's last words, after the file's name, when the machine kept it from reading. */
const MACHINE =
  /: (Permission denied|No such file or directory|Too many open files.*|Cannot allocate memory)$/i;
const UNREADABLE = /: Input\/output error$/i;

/**
 * The machine's fault in what ffprobe said last: it says nothing about the file, which must not be lost for it.
 * @param canBeRead whether the server itself can read all of the file
 * @returns `unavailable`, or `null` when the file is to blame
 */
export function explainMachine(stderr: string, canBeRead: boolean): AppError | null {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  const why = MACHINE.exec(last)?.[1] ?? (UNREADABLE.test(last) && !canBeRead ? "Input/output error" : null);
  if (why === null) return null;
  return new AppError("unavailable", `The file could not be examined: ${why}.`, {
    hint: "Something is wrong on the server, not with the file: tell the administrator, then try again.",
  });
}

/** Why ffprobe would not read the file at all, as far as its messages tell. */
export function explainRefusal(stderr: string): AppError {
  const demuxer = /\[(\S+) @ [^\]]*\] Format not on whitelist/.exec(stderr)?.[1];
  if (demuxer !== undefined && PLAYLISTS.includes(demuxer)) {
    return refused(
      `The file is a playlist (${demuxer}) that only points at other files.`,
      "Upload the recording itself.",
    );
  }
  if (demuxer !== undefined)
    return refused(`The file is no recording (it looks like ${demuxer}).`, SEND_MEDIA);
  if (/moov atom not found|partial file|ended prematurely/i.test(stderr)) {
    return refused("The file is truncated: its index is missing.", TRUNCATED_HINT);
  }
  return refused("The file is not audio or video.", SEND_MEDIA);
}
