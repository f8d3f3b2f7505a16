import { may } from "./api.js";
import { badge } from "./badges.js";
import { deviceTabs } from "./device-tabs.js";
import { getKeys, rotateKeys } from "./devices.js";
import { confirmDialog } from "./dialogs.js";
import { drawn, el } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView } from "./live.js";
import { announce } from "./notices.js";
import { table } from "./tables.js";

/** @typedef {import("./devices.js").Key} Key */
/** @typedef {import("./devices.js").SigningKeys} SigningKeys */

/** @type {Record<Key["role"], [tone: string, sign: string]>} */
const LOOKS = { "in-use": ["good", "✓"], next: ["plain", "→"], before: ["plain", "○"] };

/** The keys that playlists and commands are signed with. */
export function keysView() {
  const rows = table({
    caption: () => t("keys.title"),
    columns: ["column.keyRole", "column.kid", "column.algorithm"],
    keyOf: (/** @type {Key} */ { kid }) => kid,
    cells: ({ kid, alg, role }) => {
      const [tone, sign] = LOOKS[role];
      return [badge(tone, sign, () => t(`keyRole.${role}`)), el("code", {}, kid), alg];
    },
  });
  const facts = drawn(
    el("p", { class: "hint" }),
    (/** @type {Omit<SigningKeys, "keys">} */ { serial, issuedAt }) => [
      () => t("keys.serial", { serial, time: momentText(issuedAt) }),
    ],
  );
  const view = liveView({
    title: () => t("keys.title"),
    before: el("div", {}, deviceTabs("/keys")),
    body: el(
      "div",
      {},
      facts.element,
      rows.element,
      el("p", { class: "hint" }, () => t("keys.note")),
      may("keys:rotate") &&
        el("button", { type: "button", onclick: () => askToRotate(view.refresh) }, () => t("keys.rotate")),
    ),
    load: getKeys,
    show({ keys, ...set }) {
      facts.update(set);
      rows.update(keys);
    },
  });
  return view;
}

/** @param {() => void} changed */
function askToRotate(changed) {
  const compromised = el("input", { type: "checkbox" });
  confirmDialog({
    title: () => t("keys.rotateTitle"),
    body: [
      el("p", {}, () => t("keys.rotateBody")),
      el("label", { class: "tick" }, compromised, " ", () => t("keys.compromised")),
      el("p", { class: "hint" }, () => t("keys.compromisedHint")),
    ],
    confirm: () => t("keys.rotateConfirm"),
    grave: true,
    run: () => rotateKeys(compromised.checked),
    done: ({ serial }) => {
      announce(() => t("keys.rotated", { serial }));
      changed();
      return null;
    },
  });
}
