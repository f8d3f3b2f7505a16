import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { getRecording } from "./interrupts.js";
import { problemNotice } from "./notices.js";
import { findingLine } from "./renditions.js";
import { uploadPart } from "./upload-part.js";
import { dismissUpload, isUnderWay, onUpload, startUpload, uploadOf } from "./uploads.js";

/** @typedef {{ sha256: string, durationMs: number }} Sound what is in the library, ready to be aired */

const LOOKS_EVERY_MS = 1500;

/**
 * A recording on its way into the library, where it lies for no place yet, and what the server hears in it.
 * @param {string} place as `recordings/<word>`
 * @param {(sound: Sound | null) => void} onChange gets it once it can be aired, and `null` when that is over
 */
export function sentRecording(place, onChange) {
  /** Grows with each new file: what an earlier one still comes to is void. */
  let round = 0;
  /** @type {Sound | null} */
  let sound = null;
  let isLooking = false;
  const about = el("div", { "aria-live": "polite" });
  const progress = uploadPart(place, { again, useKept: () => {} });
  const isBusy = () => isLooking || isUnderWay(uploadOf(place));
  const ignoreUploads = onUpload((changed) => {
    if (changed !== place) return;
    progress.update();
    onChange(sound);
  });

  /** @param {Sound | null} next */
  function settle(next) {
    isLooking = false;
    sound = next;
    onChange(sound);
  }

  function forget() {
    round += 1;
    const upload = uploadOf(place);
    if (isUnderWay(upload)) upload?.cancel();
    dismissUpload(place);
    fill(about);
    settle(null);
  }

  /** @param {File} file */
  async function send(file) {
    forget();
    const mine = round;
    const sha256 = await startUpload(place, file);
    if (sha256 !== null && mine === round) await look(sha256, mine);
  }

  function again() {
    const failed = uploadOf(place);
    if (failed) void send(failed.file);
  }

  /** A fault keeps it off the air. @param {string} sha256 @param {number} mine */
  async function look(sha256, mine) {
    isLooking = true;
    onChange(null);
    fill(
      about,
      el("p", { class: "loading" }, () => t("source.checking")),
    );
    try {
      const { listening, durationMs } = await heard(sha256, () => mine === round);
      if (mine !== round) return;
      const findings = listening?.findings ?? [];
      const hasFault = findings.some(({ severity }) => severity === "fault");
      fill(
        about,
        findings.length > 0 && el("ul", { class: "plain-list" }, ...findings.map(findingLine)),
        hasFault && el("p", { class: "problem" }, () => t("source.faulty")),
        listening === null && el("p", { class: "problem" }, () => t("source.unheard")),
      );
      settle(listening === null || hasFault ? null : { sha256, durationMs });
    } catch (error) {
      if (mine !== round) return;
      settle(null);
      fill(about, problemNotice(error, { retry: () => void look(sha256, mine) }));
    }
  }

  return {
    element: el("div", {}, progress.element, about),
    send,
    forget,
    /** Whether something is still on its way. */
    isBusy,
    /** Nobody comes back to it. */
    close() {
      forget();
      ignoreUploads();
    },
  };
}

/**
 * The recording once the server has listened to it, or could not.
 * @param {string} sha256
 * @param {() => boolean} isWanted
 */
async function heard(sha256, isWanted) {
  for (;;) {
    const recording = await getRecording(sha256);
    const { listening, listeningJob } = recording;
    const isGivenUp = listeningJob?.state === "failed" || listeningJob?.state === "cancelled";
    if (listening !== null || isGivenUp || !isWanted()) return recording;
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
}
