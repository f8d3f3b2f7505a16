import { useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Emergency, InterruptPreview } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { proposeEmergency } from "../../interrupts.ts";
import { announce } from "../../notices.js";
import { AirPreview } from "../../parts/air-preview.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { DrillNote } from "../../parts/drill-note.tsx";
import { refreshPage } from "../../shell/refresh.ts";
import { Select } from "./select.tsx";

/** The server takes none that ends later, by its own clock. */
const LONGEST_MS = 86_400_000 - 1000;

/** What would be proposed. */
export interface Proposal {
  lastsMs: number;
  body: {
    title: string;
    class: "emergency" | "drill";
    areas: string[];
    silent: boolean;
    severity: string;
    source: { assetSha256: string };
  };
}

interface Props {
  proposal: Proposal;
  preview: InterruptPreview;
  /** What it could take the place of. */
  standing: Emergency[];
  onProposed: () => void;
  onClose: () => void;
}

/** Who will hear it and what it interrupts, before it is proposed. */
export function ProposeDialog({ proposal, preview, standing, onProposed, onClose }: Props) {
  const { t } = useTranslation();
  const [replaces, setReplaces] = useState("");
  const { body, lastsMs } = proposal;
  const { title, silent } = body;
  const isDrill = body.class === "drill";
  const end = () => new Date(serverNow() + Math.min(lastsMs, LONGEST_MS)).toISOString();
  return (
    <ConfirmDialog
      title={t(isDrill ? "emergency.askDrill" : "emergency.ask", { title })}
      isDrill={isDrill}
      isGrave={!isDrill}
      confirm={t("emergency.propose")}
      busy={t("interrupt.sending")}
      again={t("action.retry")}
      run={() => proposeEmergency({ ...body, until: end(), ...(replaces === "" ? {} : { replaces }) })}
      onDone={() => {
        announce(() => t("emergency.proposed", { title }));
        onProposed();
        refreshPage();
      }}
      onClose={onClose}
    >
      {isDrill && <DrillNote isSilent={silent} />}
      <p>{t("emergency.askText", { time: momentText(end()) })}</p>
      {standing.length > 0 && (
        <Select label={t("emergency.replaces")} name="replaces" value={replaces} onChange={setReplaces}>
          <option value="">{t("emergency.replacesNone")}</option>
          {standing.map((each) => (
            <option key={each.id} value={each.id}>
              {each.title}
            </option>
          ))}
        </Select>
      )}
      <AirPreview preview={preview} />
    </ConfirmDialog>
  );
}
