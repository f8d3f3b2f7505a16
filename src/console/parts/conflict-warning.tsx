import { useTranslation } from "react-i18next";
import type { ConflictOfOne } from "../api-types.ts";
import { dayText } from "../format.js";

/** Tells the conflicts of one schedule apart: the message names the quiet hours of each. */
export const conflictKey = ({ kind, time, dates, other, winner, message }: ConflictOfOne): string =>
  [kind, time, dates[0], other?.scheduleId, other?.name, winner, message].join(" ");

/** What a schedule meets on the air, when, and what would mend it. @param name the schedule's */
export function ConflictWarning({ name, conflict }: { name: string; conflict: ConflictOfOne }) {
  const { t } = useTranslation();
  const { kind, time, dates, count, devices, other, winner, mend } = conflict;
  const days = dates.map(dayText).join(t("list.comma"));
  const reach = devices === 0 ? t("conflict.noDevices") : t("conflict.devices", { devices });
  return (
    <div className="warning conflict">
      <p>
        <strong>{name}</strong>
        {time === null ? "" : ` ${time}`} ·{" "}
        {count > dates.length ? t("conflict.moreDates", { dates: days, count }) : days}
      </p>
      <p>{t(`conflict.${kind}`, { other: other?.name ?? "", reach })}</p>
      {winner !== null && (
        <p>{t("conflict.winner", { name: (winner === "this" ? name : other?.name) ?? name })}</p>
      )}
      {mend.time !== undefined && <p>{t("conflict.move", { time: mend.time })}</p>}
      {mend.slotMinutes !== undefined && <p>{t("conflict.slot", { minutes: mend.slotMinutes })}</p>}
    </div>
  );
}
