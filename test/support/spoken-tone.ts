import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A pitch that no room has. */
export const PITCH_HZ = 613;

/** Writes quiet syllables of a tone, as a lasting one would be no speech. @returns the file */
export function spokenTone(folder: string, seconds: number): string {
  const file = join(folder, `spoken-${seconds}.wav`);
  const source = `aevalsrc=0.05*sin(2*PI*${PITCH_HZ}*t)*lt(mod(t\\,0.4)\\,0.25):sample_rate=48000:duration=${seconds}`;
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, file]);
  return file;
}
