import { drawPreview } from "./air-preview.js";
import { asProblem, currentUser, serverNow } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { confirmEmergency, previewInterrupt, stopEmergency } from "./interrupts.js";
import { announce, problemNotice } from "./notices.js";
import { sentence } from "./server-words.js";

/** @typedef {import("./interrupts.js").Emergency} Emergency */

/** @param {Emergency} emergency */
export const isDrill = ({ class: of }) => of === "drill";

/** Whether who is signed in proposed it, and so cannot confirm it. @param {Emergency} emergency */
export const isOwn = ({ proposedBy }) => proposedBy === currentUser()?.id;

/** Asks the second person, who sees first who will hear it. @param {Emergency} emergency @param {() => void} onDone */
export function askToConfirm(emergency, onDone) {
  const { id, title, text, severity, people, until, areas, silent } = emergency;
  const reach = el(
    "div",
    { class: "dialog-body" },
    el("p", { class: "loading" }, () => t("interrupt.checking")),
  );
  confirmDialog({
    title: () => t(isDrill(emergency) ? "emergency.confirmDrill" : "emergency.confirmTitle", { title }),
    drill: isDrill(emergency),
    grave: !isDrill(emergency),
    body: [
      isDrill(emergency) &&
        el("p", { class: "drill-note" }, () => t(silent ? "drill.silentNote" : "drill.note")),
      el("p", {}, () => t("emergency.confirmText", { name: people.proposed, time: momentText(until) })),
      severity !== null &&
        el("p", {}, () => t("emergency.severityIs", { severity: term("severity", severity) })),
      text !== null && el("p", { class: "spoken" }, text),
      reach,
    ],
    confirm: () => t("emergency.confirm"),
    busy: () => t("interrupt.sending"),
    again: () => t("action.retry"),
    run: () => confirmEmergency(id),
    done() {
      announce(() => t("emergency.confirmed", { title }));
      onDone();
      return null;
    },
  });
  previewInterrupt({
    title,
    class: emergency.class,
    silent,
    targets: { regions: areas, kinds: ["loudspeaker", "terminal"] },
    startAt: undefined,
    durationMs: Math.max(0, Date.parse(until) - Math.ceil(serverNow())),
    standing: true,
  }).then(
    (preview) => fill(reach, ...drawPreview(preview)),
    // What is known is enough to confirm; a village that burns does not wait for a count.
    (error) => fill(reach, problemNotice(error, { note: () => t("emergency.previewFailed") })),
  );
}

/** Ends what stands, or withdraws what waits, at once. @param {Emergency} emergency @param {() => void} onDone */
export async function stopNow({ id, title, state }, onDone) {
  try {
    await stopEmergency(id);
    announce(() => t(state === "active" ? "emergency.stopped" : "emergency.withdrawn", { title }));
    onDone();
  } catch (error) {
    announce(() => t("emergency.stopFailed", { why: sentence(asProblem(error).detail) }));
  }
}
