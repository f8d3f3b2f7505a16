import { useTranslation } from "react-i18next";
import { send } from "../../api.js";
import type { Broadcast, Schedule, ShortenedHours } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { namesOf, SecondPersonButton } from "../../parts/second-person-button.tsx";
import { AwaitedHours } from "../../parts/shortened-hours.tsx";
import { TargetText } from "../../parts/target-text.tsx";
import { BroadcastLink } from "./broadcast-link.tsx";

const SHOWN = 3;

interface Props {
  schedules: Schedule[];
  hours: ShortenedHours[];
  coming: Broadcast[];
  onConfirmed: () => void;
}

/** Schedules that air in a county's quiet hours, and such hours that were made shorter: each waits for a second person. */
export function AwaitedTimetable({ schedules, hours, coming, onConfirmed }: Props) {
  const { t } = useTranslation();
  if (schedules.length === 0 && hours.length === 0) return null;
  return (
    <section>
      <h2>{t("second.timetable")}</h2>
      {schedules.map((schedule) => (
        <AwaitedSchedule
          key={schedule.id}
          schedule={schedule}
          dates={coming.filter(({ scheduleId, state }) => scheduleId === schedule.id && state === "planned")}
          onConfirmed={onConfirmed}
        />
      ))}
      {hours.map((each) => (
        <AwaitedHours key={each.regionCode} hours={each} onConfirmed={onConfirmed} />
      ))}
    </section>
  );
}

interface ScheduleProps {
  schedule: Schedule;
  /** Those that are not ready. */
  dates: Broadcast[];
  onConfirmed: () => void;
}

function AwaitedSchedule({ schedule, dates, onConfirmed }: ScheduleProps) {
  const { t } = useTranslation();
  const { id, name, version, confirmation, targets } = schedule;
  return (
    <div className="warning" role="alert">
      <p>
        <strong>{name}</strong> · {t("second.savedBy", { names: namesOf(confirmation.savedBy) })}
      </p>
      <p>
        <TargetText targets={targets} />
      </p>
      <p>{t("second.schedule")}</p>
      {dates.slice(0, SHOWN).map((date) => (
        <p key={date.id}>
          {momentText(date.startAt)} · <BroadcastLink broadcast={date} />
        </p>
      ))}
      <SecondPersonButton
        by={confirmation.savedBy}
        confirm={() => send("POST", `/schedules/${id}/confirm`, { version })}
        what={name}
        onConfirmed={onConfirmed}
      />
    </div>
  );
}
