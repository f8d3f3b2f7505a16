import { confirmDialog } from "./dialogs.js";
import { drawn, el } from "./dom.js";
import { durationText, momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView } from "./live.js";
import { announce, emptyNotice } from "./notices.js";
import { reviewPlayer } from "./review-player.js";
import { reviewBadge, reviewLines } from "./review-status.js";
import { reviewThread } from "./review-thread.js";
import { getCase, listWaiting, returnContent, signContent } from "./reviews.js";
import { sentence } from "./server-words.js";
import { table } from "./tables.js";

/** @typedef {import("./reviews.js").ReviewCase} ReviewCase */
/** @typedef {import("./reviews.js").Waiting} Waiting */

/** @param {{ kind: "episode" | "session", number: number, title: string }} content */
const nameOf = ({ kind, number, title }) => `${t(`content.${kind}`, { number })} ${title}`;

/** What waits for me. */
export function reviewQueueView() {
  const none = emptyNotice("review.none", "review.noneHint");
  const list = table({
    caption: () => t("review.queue"),
    columns: ["review.what", "review.step", "review.length", "review.submitted"],
    keyOf: (/** @type {Waiting} */ { id }) => id,
    cells: (/** @type {Waiting} */ waiting) => [
      el("a", { href: `#/review/${waiting.kind}s/${waiting.id}` }, () => nameOf(waiting)),
      el("span", {}, () => t(`step.${waiting.step}`)),
      durationText(waiting.durationMs),
      el("span", {}, () => `${waiting.submittedBy} ${momentText(waiting.submittedAt)}`),
    ],
  });
  return liveView({
    title: () => t("review.title"),
    body: el("div", {}, none, list.element),
    load: listWaiting,
    show({ items }) {
      none.hidden = items.length > 0;
      list.element.hidden = items.length === 0;
      list.update(items);
    },
  });
}

/**
 * Listening to one, and signing or returning it.
 * @param {import("./reviews.js").Collection} kind
 * @param {string} id
 */
export function reviewDeskView(kind, id) {
  /** @type {ReviewCase | null} */
  let seen = null;
  const head = drawn(el("div"), (/** @type {ReviewCase} */ { programme, review }) => [
    el("p", {}, `${programme} `, reviewBadge(review)),
    ...reviewLines(review),
  ]);
  const player = reviewPlayer({ onHeard: () => showActions() });
  const actions = drawn(
    el("div"),
    (/** @type {{ seen: ReviewCase, isHeard: boolean }} */ { seen, isHeard }) => drawActions(seen, isHeard),
  );
  const thread = reviewThread({ kind, id, player, onChanged: show });

  /** @param {ReviewCase} next */
  function show(next) {
    seen = next;
    head.update(next);
    player.update(next.parts);
    thread.update(next);
    showActions();
  }
  function showActions() {
    if (seen) actions.update({ seen, isHeard: player.isHeard() });
  }

  /** @param {ReviewCase} seen @param {boolean} isHeard @returns {import("./dom.js").Child[]} */
  function drawActions(seen, isHeard) {
    const { review, digest, myTurn, whyNotMe, playThrough } = seen;
    const { next } = review;
    if (next === null) return [];
    if (digest === null) return [el("p", { class: "warning" }, () => t("review.notWhole"))];
    if (!myTurn) {
      const { detail, hint } = whyNotMe ?? { detail: "", hint: null };
      return [el("p", { class: "hint" }, () => `${sentence(detail)} ${hint === null ? "" : sentence(hint)}`)];
    }
    const mustHear = playThrough && !isHeard;
    return [
      el(
        "div",
        { class: "buttons" },
        el(
          "button",
          { type: "button", class: "primary", disabled: mustHear, onclick: () => askToSign(seen) },
          () => t("review.sign", { step: t(`step.${next}`) }),
        ),
        el("button", { type: "button", onclick: () => askToReturn(seen) }, () => t("review.return")),
      ),
      mustHear && el("p", { class: "hint" }, () => t("review.hearFirst")),
    ];
  }

  /** @param {ReviewCase} seen */
  function askToSign(seen) {
    const { review, digest } = seen;
    const isHeard = player.isHeard();
    const isLast = review.next === review.steps.at(-1);
    confirmDialog({
      title: () => t("review.signTitle", { step: t(`step.${review.next}`) }),
      body: [
        el("p", {}, () => t(isLast ? "review.signLast" : "review.signNext", { what: nameOf(seen) })),
        el("p", {}, () => t(isHeard ? "review.signHeard" : "review.signUnheard")),
        review.openComments > 0 &&
          el("p", { class: "warning" }, () => t("review.openComments", { count: review.openComments })),
        el(
          "p",
          { class: "hint" },
          () => t("review.signDigest"),
          " ",
          el("code", {}, digest?.slice(0, 12) ?? ""),
        ),
      ],
      confirm: () => t("review.signNow"),
      run: () => signContent(kind, seen, isHeard),
      done: () => finish("review.signed", seen),
    });
  }

  /** @param {ReviewCase} seen */
  function askToReturn(seen) {
    const reason = el("textarea", { id: "return-reason", rows: 4, maxlength: 1000, required: true });
    confirmDialog({
      title: () => t("review.returnTitle"),
      body: [
        el("p", {}, () => t("review.returnText", { what: nameOf(seen) })),
        el(
          "p",
          { class: "field" },
          el("label", { for: "return-reason" }, () => t("review.reason")),
          reason,
        ),
      ],
      confirm: () => t("review.return"),
      run: () => returnContent(kind, seen, reason.value.trim()),
      done: () => finish("review.returned", seen),
    });
    reason.focus();
  }

  /** @param {string} key @param {ReviewCase} seen */
  function finish(key, seen) {
    announce(() => t(key, { what: nameOf(seen) }));
    location.hash = "#/review";
    return null;
  }

  const view = liveView({
    title: () => (seen === null ? t("review.title") : nameOf(seen)),
    body: el("div", { class: "review-desk" }, head.element, player.element, actions.element, thread.element),
    load: (signal) => getCase(kind, id, signal),
    show,
  });
  return {
    ...view,
    close() {
      player.close();
      view.close();
    },
  };
}
