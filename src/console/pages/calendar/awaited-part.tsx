import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { Schedule } from "../../api-types.ts";
import { namesOf, SecondPersonButton } from "../../parts/second-person-button.tsx";
import { queries } from "../../shell/live-query.ts";

/** That dates of it wait for a second person. @param saved as it is confirmed; `null` while it is still filled in */
export function AwaitedPart({ saved }: { saved: Schedule | null }) {
  const { t } = useTranslation();
  return (
    <div className="warning">
      <p>{t("second.schedule")}</p>
      {saved && (
        <>
          <p>{t("second.savedBy", { names: namesOf(saved.confirmation.savedBy) })}</p>
          <SecondPersonButton
            by={saved.confirmation.savedBy}
            confirm={() => send("POST", `/schedules/${saved.id}/confirm`, { version: saved.version })}
            what={saved.name}
            onConfirmed={() => void queries.invalidateQueries()}
          />
        </>
      )}
    </div>
  );
}
