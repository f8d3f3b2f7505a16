import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import type { MediaLibrary } from "../media/media-library.ts";
import type { MediaService } from "../media/media-service.ts";
import { WAV_HEADER_BYTES, wavHeader } from "../media/wav-header.ts";
import type { SpeechService } from "../speech/speech-service.ts";

const RATE = 24_000;
const TONE_S = 4;
const LOUDEST = 10_000;

interface Dependencies {
  speech: Pick<SpeechService, "speak">;
  library: Pick<MediaLibrary, "withScratch">;
  media: Pick<MediaService, "receiveUpload">;
}

/**
 * Makes the sound of a sample: spoken, or a tone on a server that cannot speak.
 * @returns function that takes the text, a pitch in Hz for the tone and whose work it is, and gives the recording's SHA-256
 */
export function createSampleSound({ speech, library, media }: Dependencies) {
  return async (text: string, hz: number, makerId: string): Promise<string> => {
    try {
      const { asset } = await speech.speak(text, makerId);
      return asset.sha256;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
    }
    return library.withScratch(async (scratch) => {
      const path = join(scratch, "tone.wav");
      await writeFile(path, toneWav(hz));
      const { sha256 } = await media.receiveUpload(
        { path, originalName: "样例提示音.wav", makerId },
        () => {},
      );
      return sha256;
    });
  };
}
export type SampleSound = ReturnType<typeof createSampleSound>;

/** A tone that swells once a second, so that it is not taken for a fault. */
function toneWav(hz: number): Buffer {
  const samples = new Int16Array(RATE * TONE_S).map((_, n) => {
    const swell = Math.sin((Math.PI * n) / RATE) ** 2;
    return LOUDEST * swell * Math.sin((2 * Math.PI * hz * n) / RATE);
  });
  const sound = Buffer.from(samples.buffer);
  const header = wavHeader(WAV_HEADER_BYTES + sound.length, { rate: RATE, channels: 1, bits: 16 });
  return Buffer.concat([header, sound]);
}
