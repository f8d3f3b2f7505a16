import { read, serverNow } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { dayOf, momentText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { reasonText } from "./server-words.js";

/** @typedef {{ code: string, text: string }} Verdict */
/** @typedef {{ slot: { programme: string, startAt: string }, title: string | null, verdict: Verdict }} Due */
/** @typedef {{ at: string, verdict: Verdict, due: Due[] }} Why */

/** @param {Verdict} verdict */
const answer = ({ code, text }) =>
  el(
    "span",
    {},
    el("strong", {}, () => term("verdict", code)),
    " ",
    () => reasonText(text),
  );

/** 为什么没响: asks why a device played or did not play at a time. @param {import("./resources.js").Device} device */
export function askWhy({ id, name }) {
  const now = serverNow();
  // In the county's wall clock, as the server takes it.
  const at = el("input", {
    type: "datetime-local",
    id: "why-at",
    value: `${dayOf(now)}T${timeText(now)}`,
  });
  confirmDialog({
    title: () => t("whyNot.title", { name }),
    body: [el("label", { for: "why-at" }, () => t("whyNot.at")), at],
    confirm: () => t("whyNot.ask"),
    busy: () => t("list.loading"),
    run: () => read(`/broadcasts/why?${new URLSearchParams({ device: id, at: at.value })}`),
    done: (/** @type {Why} */ { at: asked, verdict, due }) => [
      el("p", { class: "fact" }, () => momentText(asked)),
      el("p", {}, answer(verdict)),
      due.length > 0 && el("p", {}, () => t("whyNot.due")),
      el(
        "ul",
        { class: "plain-list due" },
        ...due.map(({ slot, title, verdict: own }) =>
          el(
            "li",
            {},
            el("p", { class: "fact" }, () => momentText(slot.startAt), ` ${slot.programme} ${title ?? ""}`),
            answer(own),
          ),
        ),
      ),
    ],
  });
}
