import { useTranslation } from "react-i18next";
import type { NextDate } from "../../api-types.ts";
import { dayText } from "../../format.js";
import { Former } from "../../parts/former.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { nameOf } from "../../parts/review-words.ts";
import { reasonText } from "../../server-words.js";
import { fieldName } from "./field-names.ts";
import type { useCheck } from "./saving.tsx";

const SHOWN = 12;

interface Props {
  check: ReturnType<typeof useCheck>;
  /** Whether enough is filled in to ask. */
  isAsked: boolean;
}

/** The next dates of what is filled in, with what each would air; worked out by the server as it plans them. */
export function NextDates({ check, isAsked }: Props) {
  const { t } = useTranslation();
  const { data, error, isOld } = check;
  return (
    <section className="panel next-dates" aria-live="polite" aria-busy={isAsked && isOld}>
      <h2>{t("schedule.next")}</h2>
      {!isAsked && <p className="quiet-text">{t("schedule.nextWaiting")}</p>}
      {isAsked && isOld && <p className="quiet-text">{t("schedule.refreshing")}</p>}
      {isAsked && error && <ProblemNotice error={error} title={t("schedule.notYet")} nameOf={fieldName} />}
      {isAsked && !error && data && (
        <>
          <Former is={isOld}>
            <ol className="dates">
              {data.nextDates.slice(0, SHOWN).map((date) => (
                <li key={`${date.date} ${date.time}`}>
                  <Row date={date} />
                </li>
              ))}
            </ol>
          </Former>
          {data.devices === 0 && !isOld && <p className="warning">{t("schedule.nobody")}</p>}
          {data.total === 0 && !isOld && <p className="quiet-text">{t("schedule.noConflicts")}</p>}
        </>
      )}
    </section>
  );
}

function Row({ date: { airDate, airTime, content, whyNot, code, exception } }: { date: NextDate }) {
  const { t } = useTranslation();
  // Why it is skipped is its exception.
  const isSkipped = code === "skipped";
  const why = whyNot === null ? "" : reasonText(whyNot);
  return (
    <>
      <strong className="number">
        {dayText(airDate)} {airTime}
      </strong>{" "}
      {content && (
        <>
          {nameOf(content)}{" "}
          {content.by === "fallback" && <span className="badge">{t("schedule.fallbackPlays")}</span>}{" "}
        </>
      )}
      {whyNot !== null && (
        <span className="why-not">
          {isSkipped ? why : t(content ? "schedule.notAired" : "schedule.nothing", { why })}
        </span>
      )}
      {!isSkipped && exception !== null && (
        <span className="hint"> {t("entry.exception", { reason: exception })}</span>
      )}
    </>
  );
}
