import { drawn, el } from "./dom.js";
import { durationText, momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView } from "./live.js";
import { emptyNotice } from "./notices.js";
import { nameOf, reviewDialogs } from "./review-dialogs.js";
import { reviewPlayer } from "./review-player.js";
import { reviewBadge, reviewLines } from "./review-status.js";
import { reviewThread } from "./review-thread.js";
import { getCase, listWaiting } from "./reviews.js";
import { sentence } from "./server-words.js";
import { table } from "./tables.js";

/** @typedef {import("./reviews.js").ReviewCase} ReviewCase */
/** @typedef {import("./reviews.js").Waiting} Waiting */

/** @param {() => string} caption */
const waitingTable = (caption) =>
  table({
    caption,
    columns: ["review.what", "review.step", "review.length", "review.submitted"],
    keyOf: (/** @type {Waiting} */ { id }) => id,
    cells: (/** @type {Waiting} */ waiting) => [
      el("a", { href: `#/review/${waiting.kind}s/${waiting.id}` }, () => nameOf(waiting)),
      el("span", {}, () =>
        (waiting.owed.length > 0 ? waiting.owed : [waiting.step])
          .map((step) => t(`step.${step}`))
          .join(t("list.comma")),
      ),
      durationText(waiting.durationMs),
      el("span", {}, () => `${waiting.submittedBy} ${momentText(waiting.submittedAt)}`),
    ],
  });

/** What waits for me, and what was let air urgently and is owed signatures by anybody. */
export function reviewQueueView() {
  const none = emptyNotice("review.none", "review.noneHint");
  const mine = waitingTable(() => t("review.queue"));
  const owed = waitingTable(() => t("review.owedTitle"));
  const owedPart = el(
    "div",
    {},
    el("h2", {}, () => t("review.owedTitle")),
    owed.element,
  );
  return liveView({
    title: () => t("review.title"),
    body: el("div", {}, none, mine.element, owedPart),
    load: listWaiting,
    show(waiting) {
      none.hidden = waiting.items.length > 0;
      mine.element.hidden = waiting.items.length === 0;
      owedPart.hidden = waiting.owed.length === 0;
      mine.update(waiting.items);
      owed.update(waiting.owed);
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

  const dialogs = reviewDialogs({ kind, isHeard: player.isHeard });

  /** @param {ReviewCase} seen @param {boolean} isHeard @returns {import("./dom.js").Child[]} */
  function drawActions(seen, isHeard) {
    const { review, digest, myTurn, mayUrge, whyNotMe, playThrough } = seen;
    const { next } = review;
    if (next === null) return [];
    if (digest === null) return [el("p", { class: "warning" }, () => t("review.notWhole"))];
    const mustHear = playThrough && !isHeard;
    const button = (/** @type {() => string} */ text, /** @type {() => void} */ onclick, more = {}) =>
      el("button", { type: "button", onclick, ...more }, text);
    const sign = () => t("review.sign", { step: t(`step.${next}`) });
    return [
      !myTurn &&
        whyNotMe !== null &&
        el("p", { class: "hint" }, () =>
          sentence([whyNotMe.detail, whyNotMe.hint].filter(Boolean).join(" ")),
        ),
      el(
        "div",
        { class: "buttons" },
        myTurn && button(sign, () => dialogs.sign(seen), { class: "primary", disabled: mustHear }),
        myTurn &&
          button(
            () => t("review.return"),
            () => dialogs.giveBack(seen),
          ),
        mayUrge &&
          button(
            () => t("review.urge"),
            () => dialogs.urge(seen),
            { disabled: mustHear },
          ),
      ),
      (myTurn || mayUrge) && mustHear && el("p", { class: "hint" }, () => t("review.hearFirst")),
    ];
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
