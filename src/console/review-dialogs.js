import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { returnContent, signContent } from "./reviews.js";

/** @typedef {import("./reviews.js").ReviewCase} ReviewCase */

/** @param {{ kind: "episode" | "session", number: number, title: string }} content */
export const nameOf = ({ kind, number, title }) => `${t(`content.${kind}`, { number })} ${title}`;

let serial = 0;
/** @param {string} key of its label */
function reasonField(key) {
  const id = `review-reason-${(serial += 1)}`;
  const input = el("textarea", { id, rows: 4, maxlength: 1000, required: true });
  return {
    input,
    element: el(
      "p",
      { class: "field" },
      el("label", { for: id }, () => t(key)),
      input,
    ),
  };
}

/**
 * Signing, letting air at once, and returning: what each means is said before it is done.
 * @param {{ kind: import("./reviews.js").Collection, isHeard: () => boolean }} options
 */
export function reviewDialogs({ kind, isHeard }) {
  /** What a signature will say. @param {ReviewCase} seen */
  const whatIsSigned = ({ review, digest }) => [
    el("p", {}, () => t(isHeard() ? "review.signHeard" : "review.signUnheard")),
    review.openComments > 0 &&
      el("p", { class: "warning" }, () => t("review.openComments", { count: review.openComments })),
    el("p", { class: "hint" }, () => t("review.signDigest"), " ", el("code", {}, digest?.slice(0, 12) ?? "")),
  ];
  /** @param {string} key @param {ReviewCase} seen */
  function finish(key, seen) {
    announce(() => t(key, { what: nameOf(seen) }));
    location.hash = "#/review";
    return null;
  }

  return {
    /** @param {ReviewCase} seen */
    sign(seen) {
      const { next } = seen.review;
      confirmDialog({
        title: () => t("review.signTitle", { step: t(`step.${next}`) }),
        body: [
          el("p", {}, () =>
            t(next === "final" ? "review.signLast" : "review.signNext", { what: nameOf(seen) }),
          ),
          ...whatIsSigned(seen),
        ],
        confirm: () => t("review.signNow"),
        run: () => signContent(kind, seen, isHeard(), null),
        done: () => finish("review.signed", seen),
      });
    },
    /** @param {ReviewCase} seen */
    urge(seen) {
      const reason = reasonField("review.urgeReason");
      confirmDialog({
        title: () => t("review.urgeTitle"),
        body: [
          el("p", {}, () => t("review.urgeText", { what: nameOf(seen) })),
          reason.element,
          ...whatIsSigned(seen),
        ],
        confirm: () => t("review.urge"),
        grave: true,
        run: () => signContent(kind, seen, isHeard(), reason.input.value.trim()),
        done: () => finish("review.signed", seen),
      });
      reason.input.focus();
    },
    /** @param {ReviewCase} seen */
    giveBack(seen) {
      const reason = reasonField("review.reason");
      confirmDialog({
        title: () => t("review.returnTitle"),
        body: [el("p", {}, () => t("review.returnText", { what: nameOf(seen) })), reason.element],
        confirm: () => t("review.return"),
        run: () => returnContent(kind, seen, reason.input.value.trim()),
        done: () => finish("review.returned", seen),
      });
      reason.input.focus();
    },
  };
}
