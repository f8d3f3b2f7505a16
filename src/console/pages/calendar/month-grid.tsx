import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import type { Conflict, CountyPolicy, Timetable, TimetableEntry } from "../../api-types.ts";
import { dayOf, longDayText } from "../../format.js";
import { monthOf, weekdayOf, weeksOf } from "./dates.ts";
import { DayNotes, SpecialQuiet } from "./day-words.tsx";
import { DRAGGED, EntryLink } from "./entry-link.tsx";
import { keyOf } from "./timetable-data.ts";

const SHOWN = 5;

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

/** Takes entries that are dropped on a day. @returns the day that one is held over */
function useDayUnderDrag(grid: RefObject<HTMLDivElement | null>, onMove: Props["onMove"]): string | null {
  const [over, setOver] = useState<string | null>(null);
  useEffect(() => {
    const { current } = grid;
    const dayAt = ({ target }: DragEvent) =>
      target instanceof Element
        ? (target.closest<HTMLElement>("[data-date]")?.dataset["date"] ?? null)
        : null;
    const hold = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes(DRAGGED)) return;
      event.preventDefault();
      setOver(dayAt(event));
    };
    const drop = (event: DragEvent) => {
      const key = event.dataTransfer?.getData(DRAGGED);
      const date = dayAt(event);
      setOver(null);
      if (!key || date === null) return;
      event.preventDefault();
      onMove(key, date);
    };
    const end = () => setOver(null);
    current?.addEventListener("dragover", hold);
    current?.addEventListener("drop", drop);
    addEventListener("dragend", end);
    return () => {
      current?.removeEventListener("dragover", hold);
      current?.removeEventListener("drop", drop);
      removeEventListener("dragend", end);
    };
  }, [grid, onMove]);
  return over;
}

/** The weeks of a month from Monday to Sunday; an entry is dragged to another day, or moved by keys. */
export function MonthGrid({ month, days, entries, conflicts, policy, hrefOf, dayHref, onMove }: Props) {
  const { t } = useTranslation();
  const grid = useRef<HTMLDivElement>(null);
  const over = useDayUnderDrag(grid, onMove);
  const today = dayOf(serverNow());
  const byDate = new Map<string, TimetableEntry[]>(days.map(({ date }) => [date, []]));
  for (const entry of entries) byDate.get(entry.airDate)?.push(entry);
  const notes = new Map(days.map((day) => [day.date, day]));
  const weeks = weeksOf(month);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of the page becomes cards on a phone, and this stays a grid
    <div ref={grid} className="month" role="table" aria-label={t("calendar.monthOf", { month })}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div role="row" className="week">
        {weeks[0]?.map((date) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div key={date} role="columnheader" className="weekday">
            {t("calendar.weekdays").split(" ")[weekdayOf(date) - 1]}
          </div>
        ))}
      </div>
      {weeks.map((week) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div key={week[0]} role="row" className="week">
          {week.map((date) => {
            const all = byDate.get(date) ?? [];
            const day = notes.get(date);
            const looks = [
              "day-cell",
              ...(monthOf(date) === month ? [] : ["other-month"]),
              ...(date === today ? ["is-today"] : []),
              ...(day?.kind === "holiday" || day?.kind === "weekend" ? ["free"] : []),
              ...(date === over ? ["drop"] : []),
            ];
            return (
              // biome-ignore lint/a11y/useSemanticElements: as above
              <div key={date} role="cell" className={looks.join(" ")} data-date={date}>
                <div className="day-head">
                  <span className="day-number" title={longDayText(date)}>
                    {Number(date.slice(8))}
                  </span>
                  {day && <DayNotes day={day} />}
                </div>
                <SpecialQuiet date={date} policy={policy} />
                {all.slice(0, SHOWN).map((entry) => (
                  <EntryLink
                    key={keyOf(entry)}
                    entry={entry}
                    conflicts={conflicts}
                    href={hrefOf(entry)}
                    onMove={(to) => onMove(keyOf(entry), to)}
                  />
                ))}
                {all.length > SHOWN && (
                  <a className="more-of-day" href={dayHref(date)}>
                    {t("calendar.moreOfDay", { count: all.length - SHOWN })}
                  </a>
                )}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}
