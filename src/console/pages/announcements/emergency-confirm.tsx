import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Emergency } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { confirmEmergency } from "../../interrupts.ts";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { DrillNote } from "../../parts/drill-note.tsx";
import { isDrill } from "../../parts/emergency-acts.ts";
import { Reach, useReach } from "../../parts/reach.tsx";
import { refreshPage } from "../../shell/refresh.ts";
import { term } from "../../shell/texts.ts";
import { KINDS } from "./kinds.ts";

interface Props {
  emergency: Emergency;
  onClose: () => void;
}

/** Asks the second person, who sees first who will hear it. */
export function EmergencyConfirm({ emergency, onClose }: Props) {
  const { t } = useTranslation();
  const { id, title, text, severity, people, until, areas, silent } = emergency;
  const isForDrill = isDrill(emergency);
  // What is known is enough to confirm; a village that burns does not wait for a count.
  const reach = useReach(id, {
    title,
    class: emergency.class,
    silent,
    targets: { regions: areas, kinds: [...KINDS] },
    durationMs: Math.max(0, Date.parse(until) - Math.ceil(serverNow())),
    standing: true,
  });
  return (
    <ConfirmDialog
      title={t(isForDrill ? "emergency.confirmDrill" : "emergency.confirmTitle", { title })}
      isDrill={isForDrill}
      isGrave={!isForDrill}
      confirm={t("emergency.confirm")}
      busy={t("interrupt.sending")}
      again={t("action.retry")}
      run={() => confirmEmergency(id)}
      onDone={() => {
        announce(() => t("emergency.confirmed", { title }));
        refreshPage();
      }}
      onClose={onClose}
    >
      {isForDrill && <DrillNote isSilent={silent} />}
      <p>{t("emergency.confirmText", { name: people.proposed, time: momentText(until) })}</p>
      {severity !== null && <p>{t("emergency.severityIs", { severity: term("severity", severity) })}</p>}
      {text !== null && <p className="spoken">{text}</p>}
      <Reach reach={reach} note={t("emergency.previewFailed")} />
    </ConfirmDialog>
  );
}
