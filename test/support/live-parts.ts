import { execFileSync } from "node:child_process";
import { createPartCutter, type Mp3Part } from "../../src/media/live/mp3-parts.ts";

/** A tone as a live voice is sent: MP3 whose frames need none before them, in parts. */
export function toneParts(seconds: number, hz = 440): Mp3Part[] {
  const source = `sine=frequency=${hz}:sample_rate=44100:duration=${seconds}`;
  const tone = ["-v", "error", "-f", "lavfi", "-i", source, "-af", "volume=0.5"];
  const encoding = ["-c:a", "libmp3lame", "-b:a", "64k", "-reservoir", "0"];
  const bare = ["-write_xing", "0", "-id3v2_version", "0", "-f", "mp3", "-"];
  const mp3 = execFileSync("ffmpeg", [...tone, ...encoding, ...bare]);
  const parts: Mp3Part[] = [];
  const cutter = createPartCutter((part) => parts.push(part));
  cutter.write(mp3);
  cutter.end();
  return parts;
}
