import { REFUSALS, type Refusal } from "../broadcasts/refusal.ts";
import { NAME_OF_CLASS } from "../broadcasts/unscheduled.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Clip, Composition } from "../media/composition.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Bar } from "../review/review-service.ts";
import type { SpeechService } from "../speech/speech-service.ts";
import type { Interrupt } from "./interrupt-store.ts";

/** What is to be heard: a text, a recording that is there, one that is still to be sent, or somebody who is to speak. */
export type Source =
  | { text: string }
  | { assetSha256: string }
  | { upload: true }
  | { live: { longestMinutes: number } };

/** Programme content that a recording is of and that may not be heard at an instant, epoch ms; `null` when it may. */
export type BarredUseOf = (sha256: string, at: number) => Bar | null;

/** The sound of an interrupt, before anything of it is written. */
export type Sound = Pick<Interrupt, "text" | "assetSha256" | "marks">;

export interface InterruptContent {
  /**
   * Speaks what is to be spoken. A recording that was spoken for a preview is used as it was heard.
   * @throws {AppError} `not_found`, `conflict` as below, and whatever the voice has to say
   */
  prepare(source: Source, of: Pick<Interrupt, "class" | "silent">, userId: string): Promise<Sound>;
  /** A way past the review is none. @throws {AppError} `conflict` for a recording of what may not be heard now */
  requireHearable(sha256: string): void;
  /** The same of another instant, epoch ms, to be told. */
  whyNotHearable(sha256: string, at: number): Refusal | null;
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
  barredUseOf: BarredUseOf;
  clock: Clock;
}

const DRILL_MARKS = ["以下是演练。", "演练结束。"];
const GAP_MS = 600;
const WHY_BARRED: Record<Bar["why"], string> = {
  ...REFUSALS,
  "nothing-approved": "it is not approved",
  trimmed: "only a part of it is approved",
};

export function createInterruptContent({
  speech,
  media,
  barredUseOf,
  clock,
}: Dependencies): InterruptContent {
  const speak = async (text: string, userId: string) => (await speech.speak(text, userId)).asset.sha256;

  async function soundOf(source: Source, userId: string): Promise<Omit<Sound, "marks">> {
    if ("upload" in source || "live" in source) return { text: null, assetSha256: null };
    if ("text" in source) return { text: source.text, assetSha256: await speak(source.text, userId) };
    const asset = media.assetOf(source.assetSha256);
    if (!asset) {
      throw new AppError("not_found", `There is no recording ${source.assetSha256}.`, {
        hint: "Upload it, or let POST /speech speak it; what nobody uses is removed after a while.",
      });
    }
    requireHearable(asset.sha256);
    return { text: asset.synthetic?.text ?? null, assetSha256: asset.sha256 };
  }

  function requireHearable(sha256: string): void {
    const bar = barredUseOf(sha256, clock.now());
    if (bar === null) return;
    if (bar.why === "trimmed") {
      throw new AppError(
        "conflict",
        `Only a part of this recording is in "${bar.title}", and was approved.`,
        {
          hint: "What was cut from it nobody has approved. Send a recording that has no more than what is to be heard.",
        },
      );
    }
    throw new AppError("conflict", `This recording is of "${bar.title}", which may not be heard now.`, {
      hint: "See its review: it takes an approval, where its programme says so a new one for each date, consents that hold, and the signatures that it owes. Or air a recording of your own.",
    });
  }

  function whyNotHearable(sha256: string, at: number): Refusal | null {
    const bar = barredUseOf(sha256, at);
    if (bar === null) return null;
    const { title, why } = bar;
    const code = why === "trimmed" ? "nothing-approved" : why;
    return { code, text: `its recording is of "${title}": ${WHY_BARRED[why]}` };
  }

  return {
    requireHearable,
    whyNotHearable,

    async prepare(source, { class: of, silent }, userId) {
      const sound = await soundOf(source, userId);
      const marks: string[] = [];
      if (of === "drill" && !silent) for (const text of DRILL_MARKS) marks.push(await speak(text, userId));
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
