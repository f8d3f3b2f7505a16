import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ClockEvent, Conflict, EmptyDate } from "../../api-types.ts";
import { dateText, durationText, momentText, timeText } from "../../format.js";
import { ConflictWarning, conflictKey } from "../../parts/conflict-warning.tsx";
import type { Complaint } from "../../resources.js";
import { reasonText, sentence } from "../../server-words.js";
import { term } from "../../shell/texts.ts";

/** What somebody should know before looking at the day: dates with nothing approved, conflicts, what the media library
 * complains of, and a clock that was not right. */

const URGENCY = { 5: "early", 3: "soon", 1: "last" } as const;

export function EmptyDates({ dates }: { dates: EmptyDate[] }) {
  const { t } = useTranslation();
  if (dates.length === 0) return null;
  return (
    <section>
      <h2>{t("empty.title")}</h2>
      {dates.map((date) => (
        <EmptyDateWarning key={`${date.scheduleId} ${date.startAt}`} date={date} />
      ))}
    </section>
  );
}

function toDoText(t: TFunction, { reviewAgain, consentOf, signaturesOf }: EmptyDate): string {
  if (reviewAgain !== null) return t("empty.again", { title: reviewAgain });
  if (signaturesOf !== null) return t("empty.owed", { title: signaturesOf });
  return consentOf === null ? t("empty.toDo") : t("empty.consent", { title: consentOf });
}

function EmptyDateWarning({ date }: { date: EmptyDate }) {
  const { t } = useTranslation();
  const { dueAt, startAt, daysLeft, programme, schedule, airsInstead, reason } = date;
  const urgency = URGENCY[dueAt];
  const days =
    daysLeft === 0
      ? t("empty.today")
      : daysLeft === 1
        ? t("empty.tomorrow")
        : t("empty.days", { days: daysLeft });
  const toDo = toDoText(t, date);
  return (
    <div className={`warning empty-date ${urgency}`} role={urgency === "last" ? "alert" : undefined}>
      <p>
        <strong className="days-left">{days}</strong> {dateText(startAt)} {timeText(startAt)} ·{" "}
        {t("text.aside", { text: programme, aside: schedule })}
      </p>
      <p>
        {airsInstead === null
          ? t("empty.silent", { reason: reasonText(reason ?? "") })
          : t("empty.instead", { title: airsInstead })}
      </p>
      <a href="#/programmes">{toDo}</a>
    </div>
  );
}

export function Conflicts({ items, total }: { items: Conflict[]; total: number }) {
  const { t } = useTranslation();
  if (total === 0) return null;
  return (
    <section>
      <h2>{t("conflict.title", { total })}</h2>
      {items.map((conflict) => (
        <ConflictWarning
          key={`${conflict.scheduleId} ${conflictKey(conflict)}`}
          name={conflict.schedule}
          conflict={conflict}
        />
      ))}
    </section>
  );
}

export function Complaints({ complaints }: { complaints: Complaint[] }) {
  const { t } = useTranslation();
  if (complaints.length === 0) return null;
  return (
    <section>
      <h2>{t("complaint.title")}</h2>
      {complaints.map(({ kind, text }) => (
        <div key={`${kind} ${text}`} className="warning">
          <p>{sentence(text)}</p>
          <p className="hint">{term("complaint", kind)}</p>
        </div>
      ))}
    </section>
  );
}

export function ClockEvents({ events }: { events: ClockEvent[] }) {
  const { t } = useTranslation();
  if (events.length === 0) return null;
  return (
    <section>
      <h2>{t("clock.title")}</h2>
      <div className="warning">
        <ul className="plain-list">
          {events.map(({ id, at, kind, byMs }) => (
            <li key={id}>
              {momentText(at)} {t(`clock.${kind}`, { time: durationText(byMs) })}
            </li>
          ))}
        </ul>
        <p className="hint">{t("clock.hint")}</p>
      </div>
    </section>
  );
}
