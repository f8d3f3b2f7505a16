import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { asProblem } from "../api.js";
import type { Correction } from "../api-types.ts";
import { airCorrection, draftCorrection } from "../interrupts.ts";
import { announce } from "../notices.js";
import { regionName } from "../resources.js";
import { sentence } from "../server-words.js";
import { areaNames } from "./air-preview.tsx";
import { openDialog } from "./opened-dialogs.tsx";
import { SpokenDialog } from "./spoken-dialog.tsx";

const REGIONS_NAMED = 12;

/** Puts a broadcast right where it was heard: its ready text is edited, heard, and aired. */
export async function openCorrection(broadcastId: string): Promise<void> {
  try {
    const draft = await draftCorrection(broadcastId);
    const codes = draft.targets.regions.slice(0, REGIONS_NAMED);
    const names = await Promise.all(codes.map((code) => regionName(code).catch(() => code)));
    openDialog((close) => <CorrectionDialog of={broadcastId} draft={draft} names={names} onClose={close} />);
  } catch (error) {
    const { detail, hint } = asProblem(error);
    announce(() => [detail, hint ?? ""].map(sentence).join(" "));
  }
}

interface Props {
  of: string;
  draft: Correction;
  names: string[];
  onClose: () => void;
}

function CorrectionDialog({ of, draft: { title, text, targets }, names, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <SpokenDialog
      title={title}
      text={text}
      confirm={t("correction.air")}
      busy={t("interrupt.sending")}
      run={async ({ sha256 }) => {
        const { id } = await airCorrection(of, sha256);
        announce(() => i18next.t("interrupt.sent", { title }));
        location.hash = `#/broadcasts/${id}`;
      }}
      onClose={onClose}
    >
      <p>{t("correction.what")}</p>
      <p>{t("correction.where", { names: areaNames(names, targets.regions.length) })}</p>
    </SpokenDialog>
  );
}
