import { field } from "./account-parts.js";
import { asProblem, may, read, send } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { inPath } from "./resources.js";
import { sentence } from "./server-words.js";

/** The consents of people who are portrayed in an episode or a session. */

/** @typedef {{ id: string, segment: string | null, person: string, scope: string, validUntil: string | null, document: string }} Consent */
/** @typedef {import("./resources.js").Episode | import("./resources.js").Session} Content */

/** @param {Content} content */
const segmentsOf = (content) => ("segments" in content ? content.segments.map(({ name }) => name) : []);
/** @param {Content} content */
const pathOf = (content) =>
  `/${"segments" in content ? "episodes" : "sessions"}/${inPath(content.id)}/consents`;

/** What is missing, said on the card. @param {Content} content @returns {import("./dom.js").Child[]} */
export const consentLines = ({ consentGaps }) =>
  consentGaps.map(({ segment, problem }) =>
    el("p", { class: "warning" }, () =>
      t(`consent.${problem}`, { segment: segment ?? t("consent.session") }),
    ),
  );

/** @param {Content} content @param {() => void} changed */
export function consentButton(content, changed) {
  if (!may("consents:read")) return null;
  return el("button", { type: "button", onclick: () => void open(content, changed) }, () =>
    t("consent.open"),
  );
}

/** @param {Content} content @param {() => void} changed */
async function open(content, changed) {
  const path = pathOf(content);
  const list = el("ul", { class: "plain-list" });
  /** @param {Promise<{ items: Consent[] }>} answer */
  async function show(answer) {
    try {
      const { items } = await answer;
      fill(
        list,
        ...(items.length === 0
          ? [el("li", { class: "quiet-text" }, () => t("consent.none"))]
          : items.map(line)),
      );
      changed();
    } catch (error) {
      announce(() => sentence(asProblem(error).detail));
    }
  }
  /** @param {Consent} consent */
  function line({ id, segment, person, scope, validUntil, document }) {
    const at = `${path}/${inPath(id)}`;
    const until = el("input", { type: "date", value: validUntil, "aria-label": () => t("consent.until") });
    const button = (/** @type {string} */ key, /** @type {() => void} */ onclick) =>
      may("content:edit") && el("button", { type: "button", class: "quiet", onclick }, () => t(key));
    return el(
      "li",
      { class: "comment" },
      el("strong", {}, person),
      el("span", { class: "fact" }, [segment, scope, document].filter(Boolean).join(" · ")),
      until,
      button("consent.save", () => void show(send("PATCH", at, { validUntil: until.value || null }))),
      button("consent.erase", () => void show(send("DELETE", at))),
    );
  }

  const segments = segmentsOf(content);
  const segment = el(
    "select",
    { id: "consent-segment" },
    ...segments.map((name) => el("option", { value: name }, name)),
  );
  const person = field("consent.person");
  const scope = field("consent.scope");
  const until = field("consent.until", { type: "date" });
  const document_ = field("consent.document");
  confirmDialog({
    title: () => t("consent.title"),
    body: [
      el("p", { class: "hint" }, () => t("consent.hint")),
      list,
      ...(may("content:edit")
        ? [
            segments.length > 0 &&
              el(
                "p",
                { class: "field" },
                el("label", { for: "consent-segment" }, () => t("consent.segment")),
                segment,
              ),
            person.element,
            scope.element,
            until.element,
            document_.element,
          ]
        : []),
    ],
    confirm: () => t("consent.add"),
    run: () =>
      send("POST", path, {
        segment: segments.length > 0 ? segment.value : null,
        person: person.input.value.trim(),
        scope: scope.input.value.trim(),
        validUntil: until.input.value || null,
        document: document_.input.value.trim(),
      }),
    done: () => {
      announce(() => t("consent.added"));
      changed();
      return null;
    },
  });
  await show(read(path));
}
