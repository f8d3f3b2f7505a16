import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Conflict, TimetableEntry } from "../../api-types.ts";
import { dayText } from "../../format.js";
import { term } from "../../shell/texts.ts";
import { addDays } from "./dates.ts";
import { conflictsOf, isChangeable, isMovedAway } from "./timetable-data.ts";

/** Days that the arrow keys move by, with Shift. */
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

interface Props {
  entry: TimetableEntry;
  conflicts: readonly Conflict[];
  /** The address that shows it. */
  href: string;
  onMove: (date: string) => void;
}

/** A date of a schedule, or an interrupt: to look at, to drag to another day, or to move by Shift and the arrow keys. */
export function EntryLink({ entry, conflicts, href, onMove }: Props) {
  const { t } = useTranslation();
  const marks = marksOf(entry, conflicts);
  const isMovable = may("timetable:edit") && isChangeable(entry);

  function moveByKey(event: KeyboardEvent) {
    const step = event.shiftKey ? STEPS[event.key] : undefined;
    if (step === undefined || !isMovable) return;
    event.preventDefault();
    onMove(addDays(entry.airDate, step));
  }

  return (
    <a
      className={["entry", ...marks].join(" ")}
      href={href}
      data-date={entry.airDate}
      data-movable={isMovable}
      // It is dragged by the calendar, not as an address.
      draggable={false}
      onKeyDown={moveByKey}
    >
      <span className="unseen">{dayText(entry.airDate)} </span>
      <span className="number">{entry.airTime}</span> <span className="entry-what">{whatText(entry)}</span>
      {marks.map((mark) => (
        <span key={mark} className="entry-mark">
          {" "}
          {t(`mark.${mark}`)}
        </span>
      ))}
      {entry.state !== null && entry.code !== "skipped" && (
        <span className="unseen"> {term("state", entry.state)}</span>
      )}
    </a>
  );
}

export const whatText = ({ programme, title, schedule, class: of }: TimetableEntry): string =>
  [schedule === null ? term("class", of) : programme, title].filter((text) => text !== "").join(" · ") ||
  (schedule?.name ?? "");

export type Mark = "conflict" | "skipped" | "moved" | "silent" | "interrupt" | "stopped";

export function marksOf(entry: TimetableEntry, conflicts: readonly Conflict[]): Mark[] {
  const { code, state, whyNot, schedule } = entry;
  return [
    ...(schedule === null ? (["interrupt"] as const) : []),
    ...(conflictsOf(entry, conflicts).length > 0 ? (["conflict"] as const) : []),
    ...(code === "skipped" ? (["skipped"] as const) : []),
    ...(code !== "skipped" && state === "cancelled" ? (["stopped"] as const) : []),
    ...(isMovedAway(entry) ? (["moved"] as const) : []),
    ...(whyNot !== null && code !== "skipped" && state !== "cancelled" ? (["silent"] as const) : []),
  ];
}
