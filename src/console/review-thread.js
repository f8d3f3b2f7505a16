import { asProblem, may } from "./api.js";
import { drawn, el, fill } from "./dom.js";
import { durationText, momentText } from "./format.js";
import { t } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { actText } from "./review-status.js";
import { addComment, settleComment } from "./reviews.js";
import { sentence } from "./server-words.js";

/** What was said about moments of it, and all that was done. */

/** @typedef {import("./reviews.js").ReviewCase} ReviewCase */
/** @typedef {import("./reviews.js").ReviewComment} ReviewComment */

/**
 * @param {object} options
 * @param {import("./reviews.js").Collection} options.kind
 * @param {string} options.id
 * @param {{ place(): { part: number, atMs: number }, goTo(part: number, atMs: number): void }} options.player
 * @param {(seen: ReviewCase) => void} options.onChanged
 */
export function reviewThread({ kind, id, player, onChanged }) {
  const outcome = el("div", { "aria-live": "assertive" });
  const text = el("input", { id: "review-comment", maxlength: 1000, required: true, onfocus: pin });
  const label = el("label", { for: "review-comment" });
  let at = { part: 1, atMs: 0 };
  const form = el(
    "form",
    { class: "comment-form", onsubmit: add, hidden: !may("content:comment") },
    el("p", { class: "field" }, label, text),
    outcome,
    el(
      "div",
      { class: "buttons" },
      el("button", { type: "submit" }, () => t("review.comment")),
    ),
  );
  /** A comment is about the moment at which somebody begins to write it. */
  function pin() {
    at = player.place();
    fill(label, () => t("review.commentAt", { part: at.part, time: durationText(at.atMs) }));
  }
  pin();

  /** @param {SubmitEvent} event */
  async function add(event) {
    event.preventDefault();
    try {
      onChanged(await addComment(kind, id, { ...at, text: text.value.trim() }));
      text.value = "";
      fill(outcome);
    } catch (error) {
      fill(outcome, problemNotice(error));
    }
  }
  /** @param {ReviewComment} comment */
  async function settle({ id: comment, resolved }) {
    try {
      onChanged(await settleComment(kind, id, comment, resolved === null));
    } catch (error) {
      announce(() => sentence(asProblem(error).detail));
    }
  }
  /** @param {ReviewComment} comment */
  const line = (comment) => {
    const { part, partTitle, atMs, text: said, by, createdAt, resolved } = comment;
    const place = `${part}. ${partTitle} ${durationText(atMs)}`;
    return el(
      "li",
      { class: resolved === null ? "comment" : "comment resolved" },
      el("button", { type: "button", onclick: () => player.goTo(part, atMs) }, place),
      el("span", {}, said),
      el("span", { class: "hint" }, () => `${by} ${momentText(createdAt)}`),
      resolved !== null && el("span", { class: "fact" }, () => t("review.resolvedBy", { by: resolved.by })),
      may("content:comment") &&
        el("button", { type: "button", class: "quiet", onclick: () => settle(comment) }, () =>
          t(resolved === null ? "review.resolve" : "review.reopen"),
        ),
    );
  };
  const comments = drawn(el("ul", { class: "plain-list" }), (/** @type {ReviewComment[]} */ items) =>
    items.map(line),
  );
  const acts = drawn(el("ol", { class: "plain-list" }), (/** @type {ReviewCase["acts"]} */ items) =>
    items.toReversed().map((act) =>
      el(
        "li",
        {},
        el("span", { class: "hint" }, () => momentText(act.at)),
        " ",
        () => actText(act),
      ),
    ),
  );
  return {
    element: el(
      "div",
      {},
      el("h2", {}, () => t("review.comments")),
      comments.element,
      form,
      el("h2", {}, () => t("review.history")),
      acts.element,
    ),
    /** @param {ReviewCase} seen */
    update(seen) {
      comments.update(seen.comments);
      acts.update(seen.acts);
    },
  };
}
