import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Broadcast, Page } from "../../api-types.ts";
import { momentText } from "../../format.js";
import { StateBadge } from "../../parts/badges.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";

const MOST = 100;

/** The broadcasts that have it, those to come as well. */
export function Used({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Page<Broadcast>>({
    key: ["used", id],
    load: (signal) =>
      read(`/broadcasts${query({ contentId: id, from: new Date(0).toISOString(), limit: MOST })}`, signal),
    topics: ["timetable"],
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <p className="quiet-text">{t("used.none")}</p>;
  return (
    <ul className="plain-list">
      {data.items.map(({ id: broadcastId, startAt, state }) => (
        <li key={broadcastId} className="rendition">
          <a href={`#/broadcasts/${broadcastId}`}>{momentText(startAt)}</a>
          <StateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
