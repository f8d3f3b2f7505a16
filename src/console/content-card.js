import { consentButton, consentLines } from "./consents.js";
import { drawn, el, keyed } from "./dom.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { recordingPart, workOn } from "./recording.js";
import { findingLine, player, renditionList } from "./renditions.js";
import { getContent } from "./resources.js";
import { reviewActions } from "./review-actions.js";
import { reviewBadge, reviewLines } from "./review-status.js";
import { isOpen } from "./reviews.js";
import { onUpload } from "./uploads.js";

/** @typedef {import("./resources.js").Episode} Episode */
/** @typedef {import("./resources.js").Session} Session */
/** @typedef {import("./resources.js").Recording} Recording */
/** @typedef {import("./resources.js").Rendition} Rendition */
/** @typedef {{ key: string, place: string, name: string | null, title: string, recording: Recording | null }} Slot */

/** @param {Episode | Session} content @returns {content is Episode} */
const isEpisode = (content) => "segments" in content;

/** @param {Episode | Session} content */
export const contentName = (content) =>
  isEpisode(content)
    ? `${t("content.episode", { number: content.number })} ${content.title}`
    : `${t("content.session", { number: content.number })} ${content.topic}`;

/** The places for a recording: each segment of an episode, or the one of a session. @param {Episode | Session} content @returns {Slot[]} */
function slotsOf(content) {
  const id = encodeURIComponent(content.id);
  if (!isEpisode(content)) {
    return [
      {
        key: "1",
        place: `sessions/${id}`,
        name: null,
        title: content.topic,
        recording: content.recording,
      },
    ];
  }
  return content.segments.map(({ position, name, title, recording }) => ({
    key: String(position),
    place: `episodes/${id}/segments/${position}`,
    name,
    title,
    recording,
  }));
}

/** @param {Slot} slot */
const isReady = ({ recording }) =>
  recording !== null &&
  recording.listening !== null &&
  recording.renditions.every(({ state }) => state === "ready");

/** Of a programme that is aired as one continuous recording. @param {Episode | Session} content */
const wholeOf = (content) => (isEpisode(content) ? content.programme : null);

/** What goes on air can be heard. @param {Episode | Session} content */
const isWhole = (content) =>
  slotsOf(content).every(isReady) && (wholeOf(content) ?? []).every(({ state }) => state === "ready");

/** The segments as the one recording that goes on air, for the ear that approves it. @param {(path: string) => void} act */
function wholePart(act) {
  const about = drawn(el("div"), (/** @type {Rendition[]} */ renditions) => renditionList(renditions, act));
  const sound = player(() => t("content.wholeListen"));
  const element = el(
    "section",
    { class: "slot recording" },
    el("h4", {}, () => t("content.whole")),
    el("p", { class: "hint" }, () => t("content.wholeHint")),
    about.element,
    sound.element,
  );
  return {
    element,
    /** @param {Episode | Session} content */
    update(content) {
      const renditions = wholeOf(content);
      element.hidden = renditions === null;
      about.update(renditions ?? []);
      sound.update(renditions ?? []);
    },
  };
}

/**
 * One episode or session, folded to a line until it is opened.
 * @param {Episode | Session} first
 * @param {{ open: boolean, onChanged: (content: Episode | Session) => void, closing: AbortSignal }} options
 * @returns {import("./dom.js").Part<Episode | Session>}
 */
export function contentCard(first, { open, onChanged, closing }) {
  const kind = isEpisode(first) ? "episodes" : "sessions";
  const summary = drawn(el("summary"), drawSummary);
  const about = drawn(el("div"), drawAbout);
  const slots = el("div", { class: "slots" });
  const whole = wholePart(workOn(`${kind}/${encodeURIComponent(first.id)}`, onChanged));
  const review = drawn(el("div"), (/** @type {Episode | Session} */ content) => [
    ...consentLines(content),
    ...reviewLines(content.review),
  ]);
  const actions = drawn(el("div", { class: "buttons" }), (/** @type {Episode | Session} */ content) => [
    ...reviewActions(content, { kind, what: contentName(content), isWhole: isWhole(content), onChanged }),
    consentButton(
      content,
      () =>
        void getContent({ kind: isEpisode(content) ? "episode" : "session", id: content.id }).then(onChanged),
    ),
  ]);

  /** @type {Map<string, ReturnType<typeof recordingPart>>} */
  const recordings = new Map();
  const updateSlots = keyed(
    slots,
    (/** @type {Slot & { isReviewed: boolean }} */ { key }) => key,
    (slot) => {
      const { place } = slot;
      const recording = recordingPart({ place, what: () => slot.title, onChanged });
      recordings.set(place, recording);
      const title = drawn(
        el("h4"),
        (/** @type {{ name: string | null, title: string }} */ { name, title }) => [
          name === null ? () => t("content.recording") : el("span", { class: "segment-name" }, name),
          name === null ? null : ` ${title}`,
        ],
      );
      return {
        element: el("section", { class: "slot" }, title.element, recording.element),
        update({ name, title: text, recording: value, isReviewed }) {
          title.update({ name, title: text });
          recording.update(value, isReviewed);
        },
      };
    },
  );
  closing.addEventListener(
    "abort",
    onUpload((place) => recordings.get(place)?.showUpload()),
    { once: true },
  );

  return {
    element: el(
      "details",
      { class: "card", open },
      summary.element,
      about.element,
      slots,
      whole.element,
      review.element,
      actions.element,
    ),
    update(content) {
      summary.update(content);
      about.update(content);
      updateSlots(slotsOf(content).map((slot) => ({ ...slot, isReviewed: isOpen(content.review) })));
      whole.update(content);
      review.update(content);
      actions.update(content);
    },
  };
}

/** @param {Episode | Session} content @returns {import("./dom.js").Child[]} */
function drawSummary(content) {
  const slots = slotsOf(content);
  const ready = slots.filter(isReady).length;
  return [
    el("span", { class: "card-title" }, () => contentName(content)),
    el("span", { class: "fact" }, () => t("content.recordings", { ready, total: slots.length })),
    reviewBadge(content.review),
  ];
}

/** @param {Episode | Session} content @returns {import("./dom.js").Child[]} */
function drawAbout(content) {
  const { durationMs, finding } = content.slot;
  const airTime = [
    durationMs > 0 &&
      el("p", { class: "fact" }, () => t("content.airTime", { duration: durationText(durationMs) })),
    finding !== null && el("ul", { class: "plain-list" }, findingLine(finding)),
  ];
  if (isEpisode(content)) return airTime;
  const { speakers, modules } = content;
  return [
    ...airTime,
    speakers.length > 0 &&
      el("p", {}, () => t("content.speakers", { names: speakers.join(t("list.comma")) })),
    modules.length > 0 && el("p", {}, () => t("content.modules", { names: modules.join(t("list.comma")) })),
  ];
}
