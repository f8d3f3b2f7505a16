import { NAME_OF_CLASS } from "../broadcasts/unscheduled.ts";
import { AppError } from "../errors.ts";
import type { Clip, Composition } from "../media/composition.ts";
import type { MediaService } from "../media/media-service.ts";
import type { SpeechService } from "../speech/speech-service.ts";
import type { Interrupt } from "./interrupt-store.ts";

/** What is to be heard: a text, a recording that is there, one that is still to be sent, or somebody who is to speak. */
export type Source =
  | { text: string }
  | { assetSha256: string }
  | { upload: true }
  | { live: { longestMinutes: number } };

/** The sound of an interrupt, before anything of it is written. */
export type Sound = Pick<Interrupt, "text" | "assetSha256" | "marks">;

export interface InterruptContent {
  /**
   * Speaks what is to be spoken. A recording that was spoken for a preview is used as it was heard.
   * @throws {AppError} `not_found`, and whatever the voice has to say
   */
  prepare(source: Source, of: Pick<Interrupt, "class" | "silent">): Promise<Sound>;
  /** Queues the rendering; call it in the transaction that refers to it. @param airAt epoch ms, `null` when nobody waits for it */
  compose(
    of: Pick<Interrupt, "class" | "title">,
    asset: string,
    marks: string[],
    airAt: number | null,
  ): string;
}

interface Dependencies {
  speech: Pick<SpeechService, "speak">;
  media: Pick<MediaService, "assetOf" | "compose" | "expectOnAir">;
}

const DRILL_MARKS = ["以下是演练。", "演练结束。"];
const GAP_MS = 600;

export function createInterruptContent({ speech, media }: Dependencies): InterruptContent {
  const speak = async (text: string) => (await speech.speak(text)).asset.sha256;

  async function soundOf(source: Source): Promise<Omit<Sound, "marks">> {
    if ("upload" in source || "live" in source) return { text: null, assetSha256: null };
    if ("text" in source) return { text: source.text, assetSha256: await speak(source.text) };
    const asset = media.assetOf(source.assetSha256);
    if (!asset) {
      throw new AppError("not_found", `There is no recording ${source.assetSha256}.`, {
        hint: "Upload it, or let POST /speech speak it; what nobody uses is removed after a while.",
      });
    }
    return { text: asset.synthetic?.text ?? null, assetSha256: asset.sha256 };
  }

  return {
    async prepare(source, { class: of, silent }) {
      const sound = await soundOf(source);
      const marks: string[] = [];
      if (of === "drill" && !silent) for (const text of DRILL_MARKS) marks.push(await speak(text));
      return { ...sound, marks };
    },

    compose({ class: of, title }, asset, [before, after], airAt) {
      const parts = [before, asset, after].filter((sha256) => sha256 !== undefined);
      const clips = parts.map(
        (assetSha256, index): Clip => ({
          assetSha256,
          fromMs: null,
          toMs: null,
          gapBeforeMs: index === 0 ? 0 : GAP_MS,
          chapter: null,
        }),
      );
      const labels = { title, album: NAME_OF_CLASS[of], track: null, cover: null };
      const composition: Composition = { clips, bypass: [], labels };
      const id = media.compose(composition);
      for (const subject of [id, ...parts]) media.expectOnAir(subject, airAt);
      return id;
    },
  };
}
