import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { Choice, LabelledInput } from "./labelled.tsx";

const CLASSES = ["daily", "announcement"] as const;
const LATENESS = ["skip", "join", "play"] as const;
const OFFLINE = ["play", "skip"] as const;

interface Props {
  definition: ScheduleDefinition;
  onChange: (change: Partial<ScheduleDefinition>) => void;
}

type Change = Props["onChange"];
/** Fields that are left out of a definition while they are empty. */
type Optional = "validFrom" | "validUntil" | "volume" | "slotMinutes";
const without = (onChange: Change, name: Optional) => onChange({ [name]: undefined });

/** What most schedules leave as it is. */
export function MorePart({ definition, onChange }: Props) {
  const { t } = useTranslation();
  const { zone, validFrom, validUntil, priority, graceMinutes, volume, slotMinutes } = definition;
  const number = (name: "volume" | "slotMinutes", value: string) =>
    value === "" ? without(onChange, name) : onChange({ [name]: Number(value) });
  const date = (name: "validFrom" | "validUntil", value: string) =>
    value === "" ? without(onChange, name) : onChange({ [name]: value });
  return (
    <details className="rule-part">
      <summary>{t("schedule.more")}</summary>
      <div className="row">
        <LabelledInput
          label={t("schedule.validFrom")}
          type="date"
          value={validFrom ?? ""}
          onValue={(value) => date("validFrom", value)}
        />
        <LabelledInput
          label={t("schedule.validUntil")}
          type="date"
          value={validUntil ?? ""}
          onValue={(value) => date("validUntil", value)}
        />
        <LabelledInput
          label={t("schedule.zone")}
          required
          maxLength={64}
          value={zone}
          onValue={(value) => onChange({ zone: value })}
        />
      </div>
      <div className="row">
        <Choice
          label={t("schedule.class")}
          values={CLASSES}
          value={definition.class}
          nameOf={(each) => t(`class.${each}`)}
          onChange={(value) => onChange({ class: value })}
        />
        <LabelledInput
          label={t("schedule.priority")}
          type="number"
          min={0}
          max={100}
          required
          value={priority}
          onValue={(value) => onChange({ priority: Number(value) })}
        />
        <Choice
          label={t("schedule.lateness")}
          values={LATENESS}
          value={definition.lateness}
          nameOf={(each) => t(`lateness.${each}`)}
          onChange={(value) => onChange({ lateness: value })}
        />
        <LabelledInput
          label={t("schedule.graceMinutes")}
          type="number"
          min={1}
          max={240}
          required
          value={graceMinutes}
          onValue={(value) => onChange({ graceMinutes: Number(value) })}
        />
        <Choice
          label={t("schedule.offline")}
          values={OFFLINE}
          value={definition.offline}
          nameOf={(each) => t(`offline.${each}`)}
          onChange={(value) => onChange({ offline: value })}
        />
        <LabelledInput
          label={t("schedule.volume")}
          type="number"
          min={0}
          max={100}
          value={volume ?? ""}
          onValue={(value) => number("volume", value)}
        />
        <LabelledInput
          label={t("schedule.slotMinutes")}
          type="number"
          min={1}
          max={720}
          value={slotMinutes ?? ""}
          onValue={(value) => number("slotMinutes", value)}
        />
      </div>
    </details>
  );
}
