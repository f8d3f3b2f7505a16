import { ffmpeg, type MediaLab, speak } from "../support/media-lab.ts";

/** A little noise of its own in each channel, so that no encoder can take the two for one. */
const noise = (seed: number) => ["-f", "lavfi", "-i", `anoisesrc=c=pink:a=0.003:r=48000:seed=${seed}`];

/**
 * Speech at three levels as a pair of microphones hears it, 48 kHz stereo, repeated to the length that is asked for;
 * `tone` makes its bytes its own.
 */
export async function makeTrack(lab: MediaLab, path: string, minutes: number, tone = 0): Promise<void> {
  const speech = lab.file("speech.wav");
  const loop = lab.file("loop.wav");
  await speak(speech);
  const graph = [
    "[0]volume=-6dB[a];[1]volume=-16dB[b];[2]volume=-1dB[c];[a][b][c]concat=n=3:v=0:a=1",
    "aformat=sample_rates=48000:channel_layouts=stereo,adelay=0|2,pan=stereo|c0=c0|c1=0.8*c1",
    `volume=${-tone / 10}dB[voice];[3][4]join=inputs=2:channel_layout=stereo[room]`,
  ].join(",");
  const mixed = `${graph};[voice][room]amix=inputs=2:duration=first:normalize=0`;
  const voices = Array.from({ length: 3 }, () => ["-i", speech]).flat();
  await ffmpeg(...voices, ...noise(1), ...noise(2), "-filter_complex", mixed, loop);
  await ffmpeg("-stream_loop", "-1", "-i", loop, "-t", String(minutes * 60), "-c", "copy", path);
}
