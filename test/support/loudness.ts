import { execFileSync, spawnSync } from "node:child_process";

/** Integrated, of a mono file as it sounds from two loudspeakers (EBU R 128). */
export function lufsOf(file: string): number {
  const filter = "ebur128=dualmono=true";
  const { stderr } = spawnSync("ffmpeg", ["-nostats", "-i", file, "-af", filter, "-f", "null", "-"]);
  return Number(/I:\s+(-?[\d.]+) LUFS\s+Threshold/.exec(stderr.toString("utf8"))?.[1] ?? Number.NaN);
}

/** The mean power of each stretch of so many ms, dB of full scale. */
export function levelsOf(file: string, everyMs: number): number[] {
  const raw = execFileSync(
    "ffmpeg",
    ["-v", "error", "-i", file, "-ac", "1", "-ar", "8000", "-f", "f32le", "-"],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const samples = new Float32Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 4));
  const length = everyMs * 8;
  return Array.from({ length: Math.floor(samples.length / length) }, (_, at) => {
    const stretch = samples.subarray(at * length, (at + 1) * length);
    const power = stretch.reduce((sum, sample) => sum + sample * sample, 0) / length;
    return 10 * Math.log10(Math.max(power, 1e-12));
  });
}
