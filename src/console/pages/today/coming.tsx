import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Broadcast } from "../../api-types.ts";
import { dateText, dayOf, timeText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/notices.tsx";
import { reasonText } from "../../server-words.js";
import { BroadcastLink } from "./broadcast-link.tsx";

const isToday = ({ startAt }: Broadcast) => dayOf(startAt) === dayOf(serverNow());

export function Coming({ broadcasts }: { broadcasts: Broadcast[] }) {
  const { t } = useTranslation();
  if (broadcasts.length === 0) {
    return (
      <Empty what="today.empty" hint="today.emptyHint">
        <a href="#/calendar/schedules/new">{t("schedule.new")}</a>
      </Empty>
    );
  }
  const columns: Column<Broadcast>[] = [
    {
      name: "column.date",
      cell: (broadcast) => (
        <span className="date">{isToday(broadcast) ? t("today.dayToday") : dateText(broadcast.startAt)}</span>
      ),
    },
    { name: "column.time", cell: ({ startAt }) => <span className="number">{timeText(startAt)}</span> },
    {
      name: "column.programme",
      cell: (broadcast) => (
        <span>
          {broadcast.scheduleId !== null && `${broadcast.programme} `}
          <InterruptBadge of={broadcast} />
        </span>
      ),
    },
    { name: "column.title", isWide: true, cell: (broadcast) => <BroadcastLink broadcast={broadcast} /> },
    { name: "column.state", cell: ({ state }) => <StateBadge state={state} /> },
    {
      name: "column.reason",
      isWide: true,
      cell: ({ reason }) => (reason === null ? null : reasonText(reason)),
    },
  ];
  return (
    <DataTable
      caption={t("today.list")}
      columns={columns}
      rows={broadcasts}
      keyOf={({ id }) => id}
      classOf={(broadcast) => (isToday(broadcast) ? "today" : "")}
    />
  );
}
