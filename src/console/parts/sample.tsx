import { useTranslation } from "react-i18next";
import { may, read, send } from "../api.js";
import type { SampleData } from "../api-types.ts";
import { announce } from "../notices.js";
import { useLive } from "../shell/live-query.ts";
import { refreshPage } from "../shell/refresh.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { openDialog } from "./opened-dialogs.tsx";

/** Sample data: whether there is some, and how it comes and goes. */

/** The server speaks its recordings first. */
const MADE_WITHIN_MS = 120_000;

export const useSample = () =>
  useLive<SampleData>({
    key: ["sample"],
    load: (signal) => read("/sample", signal),
    // It is kept as a setting.
    topics: ["timetable"],
    enabled: may("sample:read"),
  });

export const askToMakeSample = (): void => openDialog((close) => <MakeSample onClose={close} />);

function MakeSample({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("sample.makeTitle")}
      confirm={t("sample.make")}
      busy={t("sample.making")}
      run={() => send("POST", "/sample", undefined, MADE_WITHIN_MS)}
      onDone={() => {
        refreshPage();
        announce(() => t("sample.made"));
      }}
      onClose={onClose}
    >
      <p>{t("sample.makeWhat")}</p>
      <p className="hint">{t("sample.makeHint")}</p>
    </ConfirmDialog>
  );
}

export const askToRemoveSample = (name: string): void =>
  openDialog((close) => <RemoveSample name={name} onClose={close} />);

function RemoveSample({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog
      title={t("sample.removeTitle")}
      confirm={t("sample.removeConfirm", { name })}
      isGrave
      run={() => send("DELETE", "/sample")}
      onDone={() => {
        refreshPage();
        announce(() => t("sample.removed", { name }));
      }}
      onClose={onClose}
    >
      <p>{t("sample.removeWhat", { name })}</p>
      <p className="hint">{t("sample.removeHint")}</p>
    </ConfirmDialog>
  );
}
