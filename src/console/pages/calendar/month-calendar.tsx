import { type Calendar, DayGrid, Interaction } from "@event-calendar/core";
import { useMemo } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { may, serverNow } from "../../api.js";
import type { Conflict, CountyPolicy, Timetable, TimetableEntry } from "../../api-types.ts";
import { dayOf, longDayText } from "../../format.js";
import { localDate, monthOf, weekdayOf, weeksOf } from "./dates.ts";
import { DayNotes, SpecialQuiet } from "./day-words.tsx";
import { EntryLink } from "./entry-link.tsx";
import { EventCalendar, useNodes } from "./event-calendar.tsx";
import { isChangeable, keyOf } from "./timetable-data.ts";

const SHOWN = 5;
const PLUGINS = [DayGrid, Interaction];
/** Of a finger on an entry before it is dragged; shorter than what opens the browser's own menu, ms. */
const LONG_PRESS_MS = 350;

interface Props {
  month: string;
  days: Timetable["days"];
  entries: TimetableEntry[];
  conflicts: readonly Conflict[];
  policy: CountyPolicy | undefined;
  hrefOf: (entry: TimetableEntry) => string;
  /** What shows all of a day. */
  dayHref: (date: string) => string;
  onMove: (key: string, date: string) => void;
}

const headOf = (date: string) => `head ${date}`;
const moreOf = (date: string) => `more ${date}`;

/** The weeks of a month from Monday to Sunday; an entry is dragged to another day, or moved by keys. */
export function MonthCalendar({ month, days, entries, conflicts, policy, hrefOf, dayHref, onMove }: Props) {
  const { t } = useTranslation();
  const nodeOf = useNodes();
  const today = dayOf(serverNow());
  const dates = weeksOf(month).flat();
  const notes = new Map(days.map((day) => [day.date, day]));
  const byDate = useMemo(() => Map.groupBy(entries, ({ airDate }) => airDate), [entries]);
  const events = useMemo(
    () => eventsOf(byDate, { days, policy, conflicts, t }),
    [byDate, days, policy, conflicts, t],
  );
  const drawn = useMemo((): Calendar.Options => {
    const nameOfDay = (date: Date) => t("calendar.weekdays").split(" ")[weekdayOf(localDate(date)) - 1] ?? "";
    return {
      ...FIXED,
      eventContent: ({ event }) => ({ domNodes: [placed(event, nodeOf(String(event.id)))] }),
      dayCellContent: ({ date }) => ({ domNodes: [nodeOf(headOf(localDate(date)))] }),
      dayHeaderFormat: nameOfDay,
      dayHeaderAriaLabelFormat: nameOfDay,
    };
  }, [nodeOf, t]);
  const options: Calendar.Options = {
    ...drawn,
    date: `${month}-01`,
    events,
    eventDrop({ event, revert }) {
      revert();
      onMove(String(event.id), localDate(event.start));
    },
  };
  return (
    <EventCalendar
      className="month"
      label={t("calendar.monthOf", { month })}
      plugins={PLUGINS}
      options={options}
    >
      {dates.map((date) => {
        const day = notes.get(date);
        const looks = [
          "day-head",
          ...(monthOf(date) === month ? [] : ["other-month"]),
          ...(date === today ? ["is-today"] : []),
          ...(day?.kind === "holiday" || day?.kind === "weekend" ? ["free"] : []),
        ];
        return createPortal(
          <div className={looks.join(" ")} data-date={date}>
            <span className="day-number" title={longDayText(date)}>
              {Number(date.slice(8))}
            </span>
            {day && <DayNotes day={day} />}
            <SpecialQuiet date={date} policy={policy} />
          </div>,
          nodeOf(headOf(date)),
          headOf(date),
        );
      })}
      {dates.flatMap((date) => {
        const all = byDate.get(date) ?? [];
        const links = all.slice(0, SHOWN).map((entry) => {
          const key = keyOf(entry);
          return createPortal(
            <EntryLink
              entry={entry}
              conflicts={conflicts}
              href={hrefOf(entry)}
              onMove={(to) => onMove(key, to)}
            />,
            nodeOf(key),
            key,
          );
        });
        const more = (
          <a className="more-of-day" href={dayHref(date)}>
            <span className="unseen">{longDayText(date)} </span>
            {t("calendar.moreOfDay", { count: all.length - SHOWN })}
          </a>
        );
        return all.length > SHOWN
          ? [...links, createPortal(more, nodeOf(moreOf(date)), moreOf(date))]
          : links;
      })}
    </EventCalendar>
  );
}

/** By day, also for whoever goes through them with Tab. */
const inOrder = (a: Calendar.Event, b: Calendar.Event) =>
  a.start.getTime() - b.start.getTime() ||
  Number(a.extendedProps["order"]) - Number(b.extendedProps["order"]);

const FIXED: Calendar.Options = {
  view: "dayGridMonth",
  firstDay: 1,
  eventOrder: inOrder,
  eventDurationEditable: false,
  eventLongPressDelay: LONG_PRESS_MS,
};

/** While an entry is dragged the library shows it twice more. */
const placed = ({ display }: Calendar.Event, node: HTMLElement): Node =>
  display === "auto" ? node : node.cloneNode(true);

/** @param drawnFrom what the height of an entry and of a day's head depends on: it stands lower in its day when that is another */
function eventsOf(byDate: ReadonlyMap<string, TimetableEntry[]>, drawnFrom: object): Calendar.EventInput[] {
  return [...byDate].flatMap(([date, all]) => {
    const on = { allDay: true, start: date, end: date };
    const shown = all.slice(0, SHOWN).map((entry, order) => ({
      ...on,
      id: keyOf(entry),
      startEditable: may("timetable:edit") && isChangeable(entry),
      extendedProps: { order, drawnFrom },
    }));
    const more = {
      ...on,
      id: moreOf(date),
      startEditable: false,
      extendedProps: { order: SHOWN, drawnFrom },
    };
    return all.length > SHOWN ? [...shown, more] : shown;
  });
}
