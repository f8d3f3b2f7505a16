import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { may, read } from "../../api.js";
import type { Page as PageOf, Schedule } from "../../api-types.ts";
import { readPages } from "../../live.js";
import { Badge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useProgrammes } from "../../parts/programmes.ts";
import { useNames } from "../../parts/region-names.ts";
import { useSay } from "../../parts/say.ts";
import { namedRegions } from "../../parts/target-words.ts";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { CalendarTabs } from "./calendar-tabs.tsx";
import { ruleSentence } from "./rule-words.ts";
import "./calendar.css";

const PAGE = 200;

/** The rules that the timetable comes from, each as a sentence. */
export default function SchedulesPage() {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const [isWithEnded, setWithEnded] = useState(false);
  const schedules = useLive<PageOf<Schedule>>({
    key: ["schedules", pages],
    load: (signal) =>
      readPages<Schedule>((cursor) => read(`/schedules${query({ limit: PAGE, cursor })}`, signal), pages),
    topics: ["timetable"],
  });
  const waiting = useLive<PageOf<Schedule>>({
    key: ["schedules", "waiting"],
    load: (signal) => read(`/schedules${query({ waiting: "true", limit: PAGE })}`, signal),
    topics: ["timetable"],
  });
  const { data, error, refetch } = schedules;
  const awaited = new Set(waiting.data?.items.map(({ id }) => id));
  const shown = data?.items.filter(({ ended }) => isWithEnded || !ended) ?? [];
  return (
    <Page title={t("calendar.title")}>
      <section className="view">
        <CalendarTabs here="schedules" />
        <div className="filters">
          {may("timetable:edit") && (
            <Button type="primary" href="#/calendar/schedules/new">
              {t("schedule.new")}
            </Button>
          )}
          <label>
            <input
              type="checkbox"
              checked={isWithEnded}
              onChange={({ target }) => setWithEnded(target.checked)}
            />{" "}
            {t("schedules.showEnded")}
          </label>
        </div>
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && shown.length === 0 && <Empty what="schedules.none" hint="schedules.noneHint" />}
        {shown.length > 0 && <ScheduleTable schedules={shown} awaited={awaited} />}
        {data && data.nextCursor !== null && (
          <Button onClick={() => setPages((count) => count + 1)}>{t("list.more")}</Button>
        )}
      </section>
    </Page>
  );
}

interface TableProps {
  schedules: Schedule[];
  /** Those that wait for a second person. */
  awaited: Set<string>;
}

function ScheduleTable({ schedules, awaited }: TableProps) {
  const { t } = useTranslation();
  const say = useSay();
  const programmes = useProgrammes();
  const nameOf = useNames(schedules.flatMap(({ targets }) => namedRegions(targets)));
  const columns: Column<Schedule>[] = [
    {
      name: "schedule.name",
      cell: ({ id, name }) => <a href={`#/calendar/schedules/${id}`}>{name}</a>,
    },
    {
      name: "column.programme",
      cell: ({ programmeId }) => programmes.data?.find(({ id }) => id === programmeId)?.title ?? "",
    },
    {
      name: "schedules.sentence",
      isWide: true,
      cell: (schedule) => ruleSentence(schedule, nameOf, say),
    },
    {
      name: "column.state",
      cell({ id, ended }) {
        if (awaited.has(id)) return <Badge tone="warn" sign="○" text={t("schedules.awaited")} />;
        return ended ? t("schedules.ended") : null;
      },
    },
  ];
  return (
    <DataTable caption={t("calendar.schedules")} columns={columns} rows={schedules} keyOf={({ id }) => id} />
  );
}
