import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { manyOf } from "./form-parts.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { changeReview } from "./reviews.js";

/** @typedef {import("./resources.js").Programme} Programme */

/** How the content of a programme is reviewed. @param {Programme} programme @param {() => void} changed */
export function programmeReviewDialog({ id, title, segments, review }, changed) {
  const steps = el(
    "select",
    { id: "review-steps" },
    ...[1, 2, 3].map((count) =>
      el("option", { value: count, selected: review.steps === count }, t(`review.steps.${count}`)),
    ),
  );
  const playThrough = el("input", { type: "checkbox", checked: review.playThrough });
  const reruns = el("input", { type: "checkbox", checked: review.reruns });
  const consents = manyOf(
    () => t("consent.required"),
    segments,
    (name) => name,
    review.consentSegments,
  );
  return confirmDialog({
    title: () => t("review.settingsTitle", { title }),
    body: [
      el("p", { class: "hint" }, () => t("review.settingsHint")),
      el(
        "p",
        { class: "field" },
        el("label", { for: "review-steps" }, () => t("review.steps")),
        steps,
      ),
      el(
        "p",
        {},
        el("label", {}, playThrough, " ", () => t("review.mustHear")),
      ),
      el(
        "p",
        {},
        el("label", {}, reruns, " ", () => t("review.reruns")),
      ),
      segments.length > 0 && consents.element,
    ],
    confirm: () => t("sound.save"),
    run: () =>
      changeReview(id, {
        steps: Number(steps.value),
        playThrough: playThrough.checked,
        reruns: reruns.checked,
        consentSegments: consents.values(),
      }),
    done() {
      announce(() => t("review.settingsDone", { title }));
      changed();
      return null;
    },
  });
}
