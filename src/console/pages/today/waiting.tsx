import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useWaiting } from "../../parts/review-live.ts";

const SHOWN = 5;

/** What waits for whoever looks: to review, to sign after the fact, to fill. */
export function Waiting({ emptyDates }: { emptyDates: number }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useWaiting();
  const mayFill = may("content:edit") || may("timetable:edit");
  const isNothing = data?.items.length === 0 && data.owed.length === 0 && !(mayFill && emptyDates > 0);
  return (
    <section className="panel">
      <h2>{t("waiting.title")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {isNothing && <p className="quiet-text">{t("waiting.none")}</p>}
      {data && (
        <ul className="plain-list">
          {data.items.slice(0, SHOWN).map(({ kind, id, title }) => (
            <li key={id}>
              <a href={`#/review/${kind}s/${id}`}>{t("waiting.review", { title })}</a>
            </li>
          ))}
          {data.items.length > SHOWN && (
            <li>
              <a href="#/review">{t("waiting.more", { count: data.items.length })}</a>
            </li>
          )}
          {data.owed.length > 0 && (
            <li>
              <a href="#/review">{t("waiting.owed", { count: data.owed.length })}</a>
            </li>
          )}
          {mayFill && emptyDates > 0 && (
            <li>
              <a href="#/programmes">{t("waiting.fill", { count: emptyDates })}</a>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
