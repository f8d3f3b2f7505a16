import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OverrideView } from "../../../schedules/conflict-view.ts";
import { read, send } from "../../api.js";
import type { Schedule } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { inPath } from "../../resources.js";
import { queries } from "../../shell/live-query.ts";

interface Props {
  schedule: Schedule;
  onEnded: (schedule: Schedule) => void;
}

export function EndSchedule({ schedule, onEnded }: Props) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <p>
        <Button danger onClick={() => setAsked(true)}>
          {t("schedule.end")}
        </Button>
      </p>
      {isAsked && (
        <ConfirmDialog
          title={t("schedule.endTitle", { name: schedule.name })}
          confirm={t("schedule.end")}
          isGrave
          run={(): Promise<Schedule> => send("POST", `/schedules/${inPath(schedule.id)}/end`)}
          onDone={(ended) => {
            onEnded(ended);
            void queries.invalidateQueries();
          }}
          onClose={() => setAsked(false)}
        >
          <p>{t("schedule.endWhat")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Who saved it in spite of conflicts, and why. */
export function Overrides({ schedule: { id, version } }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const { data } = useQuery<{ items: OverrideView[] }>({
    queryKey: ["overrides", id, version],
    queryFn: ({ signal }) => read(`/schedules/${inPath(id)}/overrides`, signal),
  });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <details className="overrides">
      <summary>{t("schedule.overrides")}</summary>
      <ul className="plain-list">
        {data.items.map((each) => (
          <li key={each.version}>
            {t("schedule.override", {
              version: each.version,
              user: each.user,
              time: momentText(each.at),
              reason: each.reason,
            })}
          </li>
        ))}
      </ul>
    </details>
  );
}
