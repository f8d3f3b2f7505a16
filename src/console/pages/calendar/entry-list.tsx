import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Conflict, Timetable, TimetableEntry } from "../../api-types.ts";
import { dayOf, dayText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { saveTable } from "../../parts/save-table.ts";
import { reasonText } from "../../server-words.js";
import { term } from "../../shell/texts.ts";
import { DayNotes } from "./day-words.tsx";
import { marksOf, whatText } from "./entry-link.tsx";
import { keyOf } from "./timetable-data.ts";

interface Props {
  days: Timetable["days"];
  entries: TimetableEntry[];
  conflicts: readonly Conflict[];
  hrefOf: (entry: TimetableEntry) => string;
}

/** All that airs in a month, one after the other. */
export function EntryList({ days, entries, conflicts, hrefOf }: Props) {
  const { t } = useTranslation();
  const notes = new Map(days.map((day) => [day.date, day]));
  const today = dayOf(serverNow());
  const columns: Column<TimetableEntry>[] = [
    {
      name: "column.date",
      cell: ({ airDate }) => {
        const day = notes.get(airDate);
        return (
          <span className="date">
            {airDate === today ? t("today.dayToday") : dayText(airDate)} {day && <DayNotes day={day} />}
          </span>
        );
      },
    },
    { name: "column.time", cell: ({ airTime }) => <span className="number">{airTime}</span> },
    {
      name: "column.programme",
      isWide: true,
      cell: (entry) => (
        <>
          <a href={hrefOf(entry)}>{entry.schedule === null ? entry.title : whatText(entry)}</a>{" "}
          <InterruptBadge of={{ class: entry.class, silent: false }} />
        </>
      ),
    },
    {
      name: "column.state",
      cell: (entry) => (
        <>
          {entry.state === null ? t("calendar.notPlanned") : <StateBadge state={entry.state} />}{" "}
          {marksOf(entry, conflicts).map((mark) => (
            <span key={mark} className={`entry-mark ${mark}`}>
              {t(`mark.${mark}`)}{" "}
            </span>
          ))}
        </>
      ),
    },
    {
      name: "column.reason",
      isWide: true,
      cell: ({ whyNot, exception }) => (whyNot === null ? exception : reasonText(whyNot)),
    },
  ];
  const save = () =>
    saveTable("calendar.csv", [
      columns.map(({ name }) => t(name)),
      ...entries.map((entry) => [
        entry.airDate,
        entry.airTime,
        whatText(entry),
        entry.state === null ? t("calendar.notPlanned") : term("state", entry.state),
        entry.whyNot === null ? (entry.exception ?? "") : reasonText(entry.whyNot),
      ]),
    ]);
  return (
    <>
      <DataTable
        caption={t("calendar.list")}
        columns={columns}
        rows={entries}
        keyOf={keyOf}
        classOf={({ airDate }) => (airDate === today ? "today" : "")}
      />
      <p className="buttons">
        <Button size="small" onClick={save}>
          {t("calendar.saveList")}
        </Button>
      </p>
    </>
  );
}
