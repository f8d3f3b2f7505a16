import { areaNames } from "./air-preview.js";
import { asProblem } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { airCorrection, draftCorrection } from "./interrupts.js";
import { announce } from "./notices.js";
import { regionName } from "./resources.js";
import { sentence } from "./server-words.js";
import { spokenDialog } from "./speech.js";

const REGIONS_NAMED = 12;

/** Puts a broadcast right where it was heard: its ready text is edited, heard, and aired. @param {string} broadcastId */
export async function openCorrection(broadcastId) {
  try {
    const { title, text, targets } = await draftCorrection(broadcastId);
    const codes = targets.regions.slice(0, REGIONS_NAMED);
    const names = await Promise.all(codes.map((code) => regionName(code).catch(() => code)));
    spokenDialog({
      title: () => title,
      before: [
        el("p", {}, () => t("correction.what")),
        el("p", {}, () => t("correction.where", { names: areaNames(names, targets.regions.length) })),
      ],
      text,
      confirm: () => t("correction.air"),
      busy: () => t("interrupt.sending"),
      async run(sha256) {
        const { id } = await airCorrection(broadcastId, { assetSha256: sha256 });
        announce(() => t("interrupt.sent", { title }));
        location.hash = `#/broadcasts/${id}`;
      },
    });
  } catch (error) {
    const { detail, hint } = asProblem(error);
    announce(() => [detail, hint ?? ""].map(sentence).join(" "));
  }
}
