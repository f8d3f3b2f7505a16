import { execFileSync } from "node:child_process";

const RATE = 8_000;
const WINDOW = 8_192;

/** The loudest frequency of a file from its first second on, in hertz, to about one. */
export async function loudestHz(file: string): Promise<number> {
  const raw = execFileSync(
    "ffmpeg",
    ["-v", "error", "-ss", "1", "-i", file, "-ac", "1", "-ar", String(RATE), "-f", "f32le", "-"],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const samples = new Float32Array(raw.buffer, raw.byteOffset, Math.min(WINDOW, Math.floor(raw.length / 4)));
  const powerAt = (hz: number): number => {
    let [real, imaginary] = [0, 0];
    samples.forEach((sample, index) => {
      const angle = (2 * Math.PI * hz * index) / RATE;
      real += sample * Math.cos(angle);
      imaginary += sample * Math.sin(angle);
    });
    return real ** 2 + imaginary ** 2;
  };
  const all = Array.from({ length: 1_950 }, (_, index) => 50 + index).map((hz) => ({
    hz,
    power: powerAt(hz),
  }));
  return all.reduce((best, each) => (each.power > best.power ? each : best)).hz;
}
