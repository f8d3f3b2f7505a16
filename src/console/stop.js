import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { announce } from "./notices.js";
import { listLive, stopBroadcast, stopEverything } from "./resources.js";

/** @typedef {import("./resources.js").Broadcast} Broadcast */

/** @param {Broadcast} broadcast */
const line = ({ startAt, programme, title, state }) =>
  el(
    "li",
    {},
    () => momentText(startAt),
    " ",
    el("strong", {}, programme),
    title === "" ? "" : ` ${title} `,
    () => ` · ${term("state", state)}`,
  );

/**
 * 停播: one click, then a dialog that names what will be stopped. The button works before the names have arrived, and
 * without them.
 * @param {() => void} onStopped
 */
export function askToStopEverything(onStopped) {
  const names = el(
    "div",
    { class: "stop-list" },
    el("p", { class: "loading" }, () => t("stop.reading")),
  );
  confirmDialog({
    title: () => t("stop.title"),
    body: [el("p", {}, () => t("stop.scope")), names],
    confirm: () => t("stop.confirm"),
    busy: () => t("stop.busy"),
    again: () => t("stop.again"),
    grave: true,
    run: stopEverything,
    done({ targets, stopped, published, recorded }) {
      onStopped();
      announce(() => t("stop.announced", { count: stopped.length }));
      return [
        published
          ? el("p", { class: "done" }, () => t("stop.done"))
          : el("p", { class: "warning" }, () => t("stop.unpublished")),
        ...(recorded ? [] : [el("p", {}, () => t("stop.unrecorded"))]),
        el("p", {}, () => (targets === 0 ? t("stop.noTargets") : t("stop.targets", { count: targets }))),
        el("p", {}, () => t("stop.stopped", { count: stopped.length })),
      ];
    },
  });
  listLive().then(
    (broadcasts) =>
      broadcasts.length === 0
        ? fill(
            names,
            el("p", {}, () => t("stop.noneListed")),
          )
        : fill(
            names,
            el("p", {}, () => t("stop.list")),
            el("ul", {}, ...broadcasts.map(line)),
          ),
    () =>
      fill(
        names,
        el("p", {}, () => t("stop.listFailed")),
      ),
  );
}

/** Cancels or stops one broadcast. @param {Broadcast} broadcast @param {() => void} onStopped */
export function askToStopOne(broadcast, onStopped) {
  confirmDialog({
    title: () => t("stopOne.title"),
    body: [el("ul", {}, line(broadcast)), el("p", {}, () => t("stopOne.scope"))],
    confirm: () => t("stopOne.confirm"),
    grave: true,
    run: () => stopBroadcast(broadcast.id),
    done({ commandId, targets }) {
      onStopped();
      announce(() => t("stopOne.done"));
      return [
        el("p", { class: "done" }, () => t("stopOne.done")),
        el("p", {}, () =>
          commandId === null ? t("stopOne.noCommand") : t("stopOne.targets", { count: targets }),
        ),
      ];
    },
  });
}
