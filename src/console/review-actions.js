import { may } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { isOpen, submitContent, withdrawApproval } from "./reviews.js";

/** @typedef {import("./resources.js").Episode | import("./resources.js").Session} Content */

/**
 * What can be done about the review of an episode or a session where it is listed: submitting it, going to listen to it,
 * taking the approval back.
 * @param {Content} content
 * @param {object} options
 * @param {import("./reviews.js").Collection} options.kind
 * @param {string} options.what its name
 * @param {boolean} options.isWhole whether all of it can be heard
 * @param {(content: Content) => void} options.onChanged
 * @returns {import("./dom.js").Child[]}
 */
export function reviewActions({ id, review }, { kind, what, isWhole, onChanged }) {
  const open = el("a", { class: "button", href: `#/review/${kind}/${id}` }, () => t("review.open"));
  const submit = () =>
    confirmDialog({
      title: () => t("review.submitTitle"),
      body: [el("p", {}, () => t("review.submitText", { what }))],
      confirm: () => t("review.submit"),
      run: () => submitContent(kind, id),
      done: finish("review.submitDone"),
    });
  const submitButton = () =>
    el("button", { type: "button", class: "primary", disabled: !isWhole, onclick: submit }, () =>
      t(review.again ? "review.submitAgain" : "review.submit"),
    );
  if (review.state === "approved") {
    const reason = el("input", { id: "withdraw-reason", maxlength: 1000 });
    const withdraw = () =>
      confirmDialog({
        title: () => t("content.withdrawTitle"),
        body: [
          el("p", {}, () => t("content.withdrawText", { what })),
          el(
            "p",
            { class: "field" },
            el("label", { for: "withdraw-reason" }, () => t("review.reason")),
            reason,
          ),
        ],
        confirm: () => t("content.withdraw"),
        grave: true,
        run: () => withdrawApproval(kind, id, reason.value.trim()),
        done: finish("content.withdrawDone"),
      });
    return [
      open,
      review.again && may("content:edit") && submitButton(),
      may("content:withdraw") &&
        el("button", { type: "button", onclick: withdraw }, () => t("content.withdraw")),
    ];
  }
  if (isOpen(review)) return [open];
  return [
    may("content:edit") && submitButton(),
    isWhole ? open : el("span", { class: "hint" }, () => t("review.submitNotYet")),
  ];

  /** @param {string} key */
  function finish(key) {
    return (/** @type {Content} */ changed) => {
      onChanged(changed);
      announce(() => t(key, { what }));
      return null;
    };
  }
}
