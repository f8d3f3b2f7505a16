import { badge } from "./badges.js";
import { el } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";

/** Where a review stands, and who did what in it. */

/** @typedef {import("./reviews.js").Review} Review */
/** @typedef {import("./reviews.js").ReviewAct} ReviewAct */

/** @type {Record<Review["state"], [tone: string, sign: string]>} */
const LOOKS = {
  draft: ["warn", "○"],
  submitted: ["plain", "…"],
  in_review: ["plain", "…"],
  approved: ["good", "✓"],
  returned: ["bad", "↩"],
};

/** @param {Review} review */
export function reviewBadge({ state, next }) {
  const [tone, sign] = LOOKS[state];
  return badge(tone, sign, () =>
    next === null || state === "approved"
      ? t(`review.state.${state}`)
      : t("review.waitsFor", { step: t(`step.${next}`) }),
  );
}

/** @param {{ by: string, inPlaceOf: string | null }} act */
const personText = ({ by, inPlaceOf }) =>
  inPlaceOf === null ? by : t("review.inPlaceOf", { by, of: inPlaceOf });

/** One line of what was done, as a sentence without an end. @param {ReviewAct} act */
export const actText = ({ act, step, change, reason, ...who }) =>
  [
    act === "signed" && step !== null
      ? t("review.act.signed", { by: personText(who), step: t(`step.${step}`) })
      : t(`review.act.${act}`, {
          by: personText(who),
          change: change === null ? "" : t(`review.change.${change}`),
        }),
    reason,
  ]
    .filter(Boolean)
    .join(t("list.colon"));

/** Each step with who signed it, and what ended the round before. @param {Review} review @returns {import("./dom.js").Child[]} */
export function reviewLines({ steps, signatures, ended, owed, submittedBy, openComments, again }) {
  return [
    owed.length > 0 &&
      el("p", { class: "warning" }, () =>
        t("review.owed", { steps: owed.map((step) => t(`step.${step}`)).join(t("list.comma")) }),
      ),
    again && el("p", { class: "warning" }, () => t("review.again")),
    ended !== null &&
      el(
        "p",
        { class: "problem" },
        () => `${actText(ended.by)} (${momentText(ended.by.at)})`,
        ended.lost.length > 0 &&
          el("span", { class: "hint" }, () => ` ${t("review.lost", { count: ended.lost.length })}`),
      ),
    ended === null &&
      submittedBy !== null &&
      el(
        "ol",
        { class: "plain-list steps" },
        el("li", {}, () => t("review.act.submitted", { by: submittedBy })),
        ...steps.map((step) => {
          const signature = signatures.find((each) => each.step === step);
          return el(
            "li",
            {},
            badge(signature ? "good" : "plain", signature ? "✓" : "○", () => term("step", step)),
            " ",
            signature
              ? () => `${personText(signature)} ${momentText(signature.at)}`
              : el("span", { class: "quiet-text" }, () => t("review.notSigned")),
            signature?.urgent &&
              el("span", { class: "hint" }, () =>
                t("review.urgentBecause", { reason: signature.urgent ?? "" }),
              ),
            signature &&
              !signature.playedThrough &&
              el("span", { class: "hint" }, () => t("review.notAllHeard")),
          );
        }),
      ),
    openComments > 0 && el("p", { class: "fact" }, () => t("review.openComments", { count: openComments })),
  ];
}
