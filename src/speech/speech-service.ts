import { join } from "node:path";
import { AppError, invalid } from "../errors.ts";
import type { MediaLibrary } from "../media/media-library.ts";
import type { Asset, MediaService } from "../media/media-service.ts";
import type { SpeechEngine } from "./speech-engine.ts";
import { toSpokenText } from "./spoken-text.ts";

export interface Spoken {
  asset: Asset;
  /** What is heard, in words. */
  spokenText: string;
}

export interface SpeechService {
  engine: string;
  /**
   * Speaks a text into a recording of the library, marked as synthetic; the same text is the same recording.
   * @param userId whose work it is
   * @throws {AppError} `invalid` when there is nothing to be said, `too_many`, `unavailable`, `timeout`
   */
  speak(text: string, userId: string): Promise<Spoken>;
  stop(): Promise<void>;
}

interface Dependencies {
  engine: SpeechEngine;
  library: Pick<MediaLibrary, "withScratch">;
  media: Pick<MediaService, "receiveUpload">;
  /** Throws when the library is full. */
  mayUpload: (bytes: number) => void;
}

const MAX_WAITING = 8;

/** One text after the other: a voice takes a core while it speaks. */
export function createSpeechService({ engine, library, media, mayUpload }: Dependencies): SpeechService {
  const stopping = new AbortController();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function record(text: string, spokenText: string, makerId: string): Promise<Asset> {
    stopping.signal.throwIfAborted();
    mayUpload(0);
    return library.withScratch(async (scratch) => {
      const path = join(scratch, "speech");
      await engine.speak(spokenText, path, stopping.signal);
      const synthetic = { engine: engine.name, text };
      return media.receiveUpload({ path, originalName: "合成语音.wav", synthetic, makerId }, () => {});
    });
  }

  return {
    engine: engine.name,

    async speak(text, userId) {
      const spokenText = toSpokenText(text);
      if (!/[\p{Script=Han}A-Za-z]/u.test(spokenText)) {
        throw invalid("/text", "There is nothing in the text that could be said.", "Write words or numbers.");
      }
      if (waiting >= MAX_WAITING) {
        throw new AppError("too_many", "Several texts are being spoken already.", {
          hint: "Try again in a minute.",
        });
      }
      waiting += 1;
      const work = last.then(() => record(text, spokenText, userId));
      last = work.catch(() => undefined);
      try {
        return { asset: await work, spokenText };
      } finally {
        waiting -= 1;
      }
    },

    async stop() {
      stopping.abort(new AppError("unavailable", "The server is stopping."));
      await last;
    },
  };
}
