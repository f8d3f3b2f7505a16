import { asProblem } from "./api.js";
import { changeTwin, listChannels } from "./devices.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { settingsForm } from "./twin-form.js";
import { fieldText, valueText } from "./twin-words.js";

/** @typedef {import("./devices.js").Settings} Settings */
/** @typedef {import("./devices.js").Current} Current */

const FIELDS = /** @type {const} */ (["volume", "maxKbps", "softwareChannel", "groups", "tags"]);
/** @param {unknown} one @param {unknown} other */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Changes the settings of a device. Only what was changed here is sent, so that of two people who change different things
 * both have theirs; and where somebody was faster, it is shown what there is now before anything is overwritten.
 * @param {{ id: string, name: string }} device
 * @param {import("./devices.js").Twin} twin
 * @param {() => void} changed
 */
export async function askForSettings({ id, name }, twin, changed) {
  /** @type {Settings} */
  let seen = twin.desired;
  let { version } = twin;
  // Without their list the channel that is chosen stays.
  const channels = await listChannels().then(
    ({ items }) => items.map((channel) => channel.id),
    () => [],
  );
  const form = settingsForm(seen, channels, twin.desired.maxVolume);
  const meanwhile = el("div", { "aria-live": "polite" });
  let hasConflict = false;

  /** @returns {Partial<Settings>} */
  function own() {
    const wanted = form.value();
    return Object.fromEntries(
      FIELDS.filter((field) => !isSame(wanted[field], twin.desired[field])).map((field) => [
        field,
        wanted[field],
      ]),
    );
  }

  /** @param {Current} current */
  function showConflict(current) {
    const theirs = FIELDS.filter((field) => !isSame(current.settings[field], seen[field]));
    hasConflict = true;
    seen = current.settings;
    version = current.version;
    fill(
      meanwhile,
      el(
        "div",
        { class: "warning" },
        el("p", {}, () =>
          t("twin.conflict", {
            name: current.changedBy ?? "",
            time: current.changedAt === null ? "" : momentText(current.changedAt),
          }),
        ),
        el(
          "ul",
          { class: "plain-list" },
          ...theirs.map((field) =>
            el(
              "li",
              {},
              () => `${fieldText(field)}${t("twin.colon")}${valueText(field, seen[field], "twin.left")}`,
            ),
          ),
        ),
        el("p", { class: "hint" }, () => t("twin.conflictHint")),
      ),
    );
  }

  confirmDialog({
    title: () => t("twin.editTitle", { name }),
    body: [form.element, meanwhile],
    confirm: () => t("twin.save"),
    busy: () => t("twin.saving"),
    again: () => t(hasConflict ? "twin.saveAnyway" : "twin.save"),
    async run() {
      const change = own();
      try {
        return Object.keys(change).length === 0 ? twin : await changeTwin(id, change, version);
      } catch (error) {
        const { current } = asProblem(error);
        if (current) showConflict(current);
        throw error;
      }
    },
    done: () => {
      announce(() => t("twin.saved", { name }));
      changed();
      return null;
    },
  });
  form.focus();
}
