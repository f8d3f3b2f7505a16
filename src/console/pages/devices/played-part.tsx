import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api.js";
import type { Page, PlayedBroadcast } from "../../api-types.ts";
import { differenceText, momentText, secondsText } from "../../format.js";
import { readPages } from "../../live.js";
import { GradeBadge, StateBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { inPath, query } from "../../resources.js";
import { reasonText } from "../../server-words.js";
import { useLive } from "../../shell/live-query.ts";

const PAGE = 20;

/** What was meant for a device, newest first, with what it proved. */
export function PlayedPart({ id }: { id: string }) {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const { data, error, refetch } = useLive<Page<PlayedBroadcast>>({
    key: ["device-played", id, pages],
    load: (signal) =>
      readPages(
        (cursor: string | null): Promise<Page<PlayedBroadcast>> =>
          read(`/devices/${inPath(id)}/played${query({ limit: PAGE, cursor })}`, signal),
        pages,
      ),
    topics: ["timetable", "proofs"],
  });
  const columns: Column<PlayedBroadcast>[] = [
    { name: "column.time", cell: ({ startAt }) => <strong>{momentText(startAt)}</strong> },
    {
      name: "column.title",
      isWide: true,
      cell: ({ broadcastId, programme, title }) => (
        <span>
          <a href={`#/broadcasts/${broadcastId}`}>{title || t("today.untitled")}</a>{" "}
          <small>{programme}</small>
        </span>
      ),
    },
    { name: "column.state", cell: ({ state }) => <StateBadge state={state} /> },
    { name: "played.proof", cell: ({ grade }) => <GradeBadge grade={grade} /> },
    {
      name: "played.started",
      cell: ({ startedAt, latenessMs }) =>
        startedAt === null ? null : (
          <span className="number">
            {secondsText(startedAt)}
            {latenessMs !== null && <small className="below">{differenceText(latenessMs)}</small>}
          </span>
        ),
    },
    {
      name: "played.finished",
      cell: ({ finishedAt }) =>
        finishedAt === null ? null : <span className="number">{secondsText(finishedAt)}</span>,
    },
    {
      name: "column.reason",
      isWide: true,
      cell: ({ reason }) => (reason === null ? null : reasonText(reason)),
    },
  ];
  return (
    <section>
      <h2>{t("played.title")}</h2>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data?.items.length === 0 && <p className="quiet-text">{t("played.none")}</p>}
      {data && data.items.length > 0 && (
        <DataTable
          caption={t("played.title")}
          columns={columns}
          rows={data.items}
          keyOf={({ broadcastId }) => broadcastId}
        />
      )}
      {data && data.nextCursor !== null && (
        <Button onClick={() => setPages(pages + 1)}>{t("list.more")}</Button>
      )}
    </section>
  );
}
