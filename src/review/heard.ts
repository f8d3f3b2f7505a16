import type { ErrorDetail } from "../errors.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Reviewable } from "../programmes/content.ts";
import { digestOf, type SignedFile } from "./digest.ts";

/** One part of what is heard, as devices play it. */
export interface HeardPart {
  title: string;
  sha256: string;
  mime: string;
  bytes: number;
  durationMs: number;
}

/** Of what is signed: whether devices would be given just that. `making`: not now, but that may pass. */
export type Sameness = "same" | "making" | "other";

type Parts = Pick<Reviewable, "parts">;

/** What there is to be heard of something that is reviewed, and what else of it devices may be given. */
export function createHeard(media: Pick<MediaService, "forDevices">) {
  const renditionsOf = ({ parts }: Parts) =>
    parts.flatMap(({ title, compositionId }, index) =>
      compositionId === null
        ? []
        : media.forDevices(compositionId).map((rendition) => ({ part: index + 1, title, ...rendition })),
    );

  /** What could not be made, and need not be, is not among them. */
  const filesOf = (content: Parts): SignedFile[] =>
    renditionsOf(content).flatMap(({ part, profile, ready }) =>
      ready?.sha256 ? [{ part, profile, sha256: ready.sha256 }] : [],
    );

  /** Why it cannot be signed now: what is missing, then what is about to be replaced. */
  function whyNotWhole(content: Reviewable): ErrorDetail[] {
    if (content.lacks.length > 0) return content.lacks;
    return renditionsOf(content)
      .filter(({ isBeingMade }) => isBeingMade)
      .map(({ part, title, profile }) => {
        const problem = `${profile} is being made`;
        return { at: `/parts/${part - 1}`, message: `${title}: ${problem}` };
      });
  }

  return {
    filesOf,
    whyNotWhole,

    /** `null` while something of it is missing or is made anew. */
    digestNow(content: Reviewable): string | null {
      if (whyNotWhole(content).length > 0) return null;
      const files = filesOf(content);
      // Profiles of an operator's own may ask for nothing: then there is nothing to sign.
      return files.length === 0 ? null : digestOf(files);
    },

    /** @param signed what the signatures are for */
    compare(content: Parts, signed: readonly SignedFile[]): Sameness {
      const isSigned = ({ part, sha256 }: SignedFile) =>
        signed.some((file) => file.part === part && file.sha256 === sha256);
      if (filesOf(content).every(isSigned)) return "same";
      return renditionsOf(content).some(({ isBeingMade }) => isBeingMade) ? "making" : "other";
    },

    /** Of each part its picture, where there is one, or the sound that it cannot air without. */
    partsOf: (content: Reviewable): HeardPart[] =>
      content.parts.flatMap(({ title, compositionId }): HeardPart[] => {
        const ready =
          compositionId === null ? [] : media.forDevices(compositionId).flatMap(({ ready }) => ready ?? []);
        const {
          sha256 = null,
          mime = null,
          bytes = null,
          durationMs = null,
        } = ready.find(({ mime }) => mime?.startsWith("video/")) ?? ready[0] ?? {};
        return sha256 === null || mime === null || bytes === null || durationMs === null
          ? []
          : [{ title, sha256, mime, bytes, durationMs }];
      }),
  };
}
export type Heard = ReturnType<typeof createHeard>;
