import type { MediaService } from "../media/media-service.ts";
import type { Reviewable } from "../programmes/content.ts";
import { digestOf, type HeardFile } from "./digest.ts";

/** One part of what is heard, as devices play it. */
export interface HeardPart {
  title: string;
  sha256: string;
  mime: string;
  durationMs: number;
}

/** What there is to be heard of something that is reviewed. */
export function createHeard(media: Pick<MediaService, "neededToAir">) {
  const filesOf = ({ parts }: Reviewable) =>
    parts.map(({ compositionId }) => (compositionId === null ? [] : media.neededToAir(compositionId)));

  return {
    /** `null` while something of it cannot be heard. */
    digestNow(content: Reviewable): string | null {
      if (content.lacks.length > 0) return null;
      const files = filesOf(content).flatMap((renditions, index) =>
        renditions.flatMap(({ profile, sha256 }): HeardFile[] =>
          sha256 === null ? [] : [{ part: index + 1, profile, sha256 }],
        ),
      );
      // Profiles of an operator's own may ask for nothing: then there is nothing to sign.
      return files.length === 0 ? null : digestOf(files);
    },

    /** Of each part its picture, where there is one, or its sound. */
    partsOf: (content: Reviewable): HeardPart[] =>
      filesOf(content).flatMap((renditions, index): HeardPart[] => {
        const heard = renditions.find(({ mime }) => mime?.startsWith("video/")) ?? renditions[0];
        const { sha256 = null, mime = null, durationMs = null } = heard ?? {};
        if (sha256 === null || mime === null || durationMs === null) return [];
        return [{ title: content.parts[index]?.title ?? "", sha256, mime, durationMs }];
      }),
  };
}
