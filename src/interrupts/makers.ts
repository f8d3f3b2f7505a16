import { DAY_MS } from "../clock.ts";
import type { Maker } from "../media/media.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Interrupt } from "./interrupt-store.ts";

/** The server's voice speaks a standing text the same each time: whoever had it spoken longer ago has no part in this. */
const SPOKEN_FOR_MS = DAY_MS;

export type MakersOf = (of: Pick<Interrupt, "assetSha256" | "createdAt">) => Maker[];

/** Who sent or spoke what an interrupt airs: none of them is its second person. */
export const createMakersOf =
  (media: Pick<MediaService, "assetOf" | "makersOfRecording">): MakersOf =>
  ({ assetSha256, createdAt }) => {
    if (assetSha256 === null) return [];
    const makers = media.makersOfRecording(assetSha256);
    if (!media.assetOf(assetSha256)?.synthetic) return makers;
    return makers.filter(({ at }) => at > createdAt - SPOKEN_FOR_MS);
  };
