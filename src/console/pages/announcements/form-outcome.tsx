import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../parts/notices.tsx";
import type { TextKey } from "../../shell/texts.ts";

interface Props {
  lack: TextKey | null;
  isChecking: boolean;
  error: unknown;
}

/** What a form lacks, or what came of looking at the areas and the time. */
export function FormOutcome({ lack, isChecking, error }: Props) {
  const { t } = useTranslation();
  return (
    <div aria-live="assertive">
      {lack !== null && (
        <p className="problem" role="alert">
          {t(lack)}
        </p>
      )}
      {lack === null && isChecking && <p className="loading">{t("interrupt.checking")}</p>}
      {lack === null && error !== null && <ProblemNotice error={error} />}
    </div>
  );
}
