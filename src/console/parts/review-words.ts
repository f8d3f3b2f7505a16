import i18next from "i18next";
import type { Content, Review, ReviewQueue } from "../api-types.ts";
import { momentText } from "../format.js";

/** What a review says of itself, as sentences. */

export const isEpisode = (content: Content): content is Extract<Content, { segments: unknown }> =>
  "segments" in content;

const NUMBERED = { episode: "content.episode", session: "content.session" } as const;

/** `第 3 期 春耕`. */
export const nameOf = (content: { kind: "episode" | "session"; number: number; title: string }): string =>
  `${i18next.t(NUMBERED[content.kind], { number: content.number })} ${content.title}`;

export const contentName = (content: Content): string =>
  isEpisode(content)
    ? nameOf({ kind: "episode", number: content.number, title: content.title })
    : nameOf({ kind: "session", number: content.number, title: content.topic });

/** Whether an edit would end it. */
export const isOpen = ({ state }: Review): boolean => state !== "draft" && state !== "returned";

/** Who did it, and in whose place. */
export const personText = ({ by, inPlaceOf }: { by: string | null; inPlaceOf: string | null }): string => {
  const name = by ?? i18next.t("review.server");
  return inPlaceOf === null ? name : i18next.t("review.inPlaceOf", { by: name, of: inPlaceOf });
};

export const owedText = ({ steps, until, isOverdue }: NonNullable<Review["owed"]>): string =>
  i18next.t(isOverdue ? "review.overdue" : "review.owed", {
    until: momentText(until),
    steps: steps.map((step) => i18next.t(`step.${step}`)).join(i18next.t("list.comma")),
  });

const GAPS = {
  missing: "consent.missing",
  expired: "consent.expired",
  erased: "consent.erasedGap",
} as const;

/** A consent that keeps it off the air. */
export const gapText = ({ segment, problem }: ReviewQueue["silenced"][number]["gaps"][number]): string =>
  i18next.t(GAPS[problem], { segment: segment ?? i18next.t("consent.session") });
