import { ffmpeg, type MediaLab, speak } from "../support/media-lab.ts";

/** Speech at three levels, 48 kHz stereo, repeated to the length that is asked for; `tone` makes its bytes its own. */
export async function makeTrack(lab: MediaLab, path: string, minutes: number, tone = 0): Promise<void> {
  const speech = lab.file("speech.wav");
  const loop = lab.file("loop.wav");
  await speak(speech);
  const levels = "[0]volume=-6dB[a];[1]volume=-16dB[b];[2]volume=-1dB[c];[a][b][c]concat=n=3:v=0:a=1";
  const stereo = `,aformat=sample_rates=48000:channel_layouts=stereo,volume=${-tone / 10}dB`;
  await ffmpeg("-i", speech, "-i", speech, "-i", speech, "-filter_complex", `${levels}${stereo}`, loop);
  await ffmpeg("-stream_loop", "-1", "-i", loop, "-t", String(minutes * 60), "-c", "copy", path);
}
