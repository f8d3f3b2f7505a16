import { field } from "./account-parts.js";
import { asProblem, currentUser, serverNow } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { drawn, el } from "./dom.js";
import { dayOf } from "./format.js";
import { t, term } from "./i18n.js";
import { announce } from "./notices.js";
import { endDeputy, nameDeputy } from "./reviews.js";
import { sentence } from "./server-words.js";

/** @typedef {import("./reviews.js").Deputy} Deputy */

/** The steps that somebody signs by the own role. */
const ownReviewRoles = () =>
  (currentUser()?.roles ?? [])
    .filter(({ role, inPlaceOf }) => role.startsWith("reviewer-") && !inPlaceOf)
    .map(({ role }) => role);

/** @param {() => void} changed */
function askForDeputy(changed) {
  const role = el(
    "select",
    { id: "deputy-role" },
    ...ownReviewRoles().map((value) => el("option", { value }, () => t(`role.${value}`))),
  );
  const today = dayOf(serverNow());
  const deputy = field("deputies.deputy");
  const from = field("deputies.from", { type: "date", value: today, min: today });
  const until = field("deputies.until", { type: "date", value: today, min: today });
  confirmDialog({
    title: () => t("deputies.name"),
    body: [
      el(
        "p",
        { class: "field" },
        el("label", { for: "deputy-role" }, () => t("deputies.role")),
        role,
      ),
      deputy.element,
      from.element,
      until.element,
      el("p", { class: "hint" }, () => t("deputies.rule")),
    ],
    confirm: () => t("deputies.confirm"),
    run: () =>
      nameDeputy({
        role: role.value,
        deputy: deputy.input.value.trim(),
        from: from.input.value,
        until: until.input.value,
      }),
    done: () => {
      changed();
      return null;
    },
  });
  deputy.input.focus();
}

/** Who stands in for me, for whom I do, and a way to name somebody. @param {() => void} changed */
export function deputiesPart(changed) {
  /** @param {string} id */
  async function end(id) {
    try {
      await endDeputy(id);
      changed();
    } catch (error) {
      announce(() => sentence(asProblem(error).detail));
    }
  }
  const list = drawn(el("ul", { class: "plain-list" }), (/** @type {Deputy[]} */ items) =>
    items.map(({ id, role, of, deputy, mine, from, until }) =>
      el(
        "li",
        { class: "comment" },
        el("span", {}, () =>
          t(mine ? "deputies.mine" : "deputies.theirs", {
            of,
            deputy,
            role: term("role", role),
            from,
            until,
          }),
        ),
        mine &&
          el("button", { type: "button", class: "quiet", onclick: () => end(id) }, () => t("deputies.end")),
      ),
    ),
  );
  const none = el("p", { class: "quiet-text" }, () => t("deputies.none"));
  const name = el("button", { type: "button", onclick: () => askForDeputy(changed) }, () =>
    t("deputies.open"),
  );
  return {
    element: el("div", {}, none, list.element, name),
    /** @param {Deputy[]} items */
    update(items) {
      none.hidden = items.length > 0;
      name.hidden = ownReviewRoles().length === 0;
      list.update(items);
    },
  };
}
