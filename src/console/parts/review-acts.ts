import i18next from "i18next";
import type { ReviewAct } from "../api-types.ts";
import { sentence } from "../server-words.js";
import { personText } from "./review-words.ts";

/** One line of what was done, as a sentence without an end. */
export function actText({ act, step, change, reason, ...who }: Omit<ReviewAct, "digest" | "files">): string {
  const by = personText(who);
  const done =
    act === "signed" && step !== null
      ? i18next.t("review.act.signed", { by, step: i18next.t(`step.${step}`) })
      : i18next.t(`review.act.${act}`, {
          by,
          change: change === null ? "" : i18next.t(`review.change.${change}`),
          step: "",
        });
  return [done, reason && sentence(reason)].filter(Boolean).join(i18next.t("list.colon"));
}
