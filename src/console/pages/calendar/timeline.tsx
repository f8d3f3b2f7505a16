import { type Calendar, ResourceTimeline } from "@event-calendar/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { Conflict, QuietDay, TimetableEntry } from "../../api-types.ts";
import { timeText } from "../../format.js";
import { Former } from "../../parts/former.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { reachOf } from "../../parts/regions.ts";
import { addDays, minutesOf } from "./dates.ts";
import { marksOf, whatText } from "./entry-link.tsx";
import { EventCalendar, useNodes } from "./event-calendar.tsx";
import { keyOf, useQuietDay } from "./timetable-data.ts";

const PLUGINS = [ResourceTimeline];
const DAY_MINUTES = 1440;
const SLOTS = 8;
/** Narrower slots would cut their own times. */
const MIN_SLOT_WIDTH = 76;
/** A broadcast of unknown length is drawn like this, and none narrower, min. */
const SHOWN_MINUTES = 20;

interface Props {
  region: string;
  date: string;
  entries: TimetableEntry[];
  /** Whether they are those of another day or place, until these are there. */
  isFormer: boolean;
  conflicts: readonly Conflict[];
  hrefOf: (entry: TimetableEntry) => string;
  regionHref: (code: string) => string;
}

/** A day of a region and each right below it, from midnight to midnight, with what is quiet. */
export function Timeline({ region, date, entries, isFormer, ...rest }: Props) {
  const { data, error, refetch, isPlaceholderData } = useQuietDay(region, date);
  const ofDay = useMemo(() => entries.filter(({ airDate }) => airDate === date), [entries, date]);
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <Former is={isFormer || isPlaceholderData}>
      <Rows {...rest} region={region} date={date} rows={data.items} entries={ofDay} />
    </Former>
  );
}

interface RowsProps extends Omit<Props, "isFormer"> {
  rows: QuietDay["items"];
}

const rowOf = (code: string) => `row ${code}`;

function Rows({ region, date, rows, entries, conflicts, hrefOf, regionHref }: RowsProps) {
  const { t } = useTranslation();
  const nodeOf = useNodes();
  const { frame, slotWidth } = useSlotWidth();
  const bars = useMemo(() => barsOf(rows, entries), [rows, entries]);
  const quiet = useMemo(() => bandsOf(rows), [rows]);
  const resources = useMemo(() => rows.map(({ code, name }) => ({ id: code, title: name })), [rows]);
  const events = useMemo(
    () => [
      ...quiet.map(({ id, code, from, to }) => ({
        ...spanOn(date, minutesOf(from), minutesOf(to)),
        id,
        resourceId: code,
        display: "background" as const,
      })),
      ...bars.map(({ id, code, from, to }) => ({ ...spanOn(date, from, to), id, resourceId: code })),
    ],
    [quiet, bars, date],
  );
  const drawn = useMemo(
    (): Calendar.Options => ({
      view: "resourceTimelineDay",
      slotDuration: { minutes: DAY_MINUTES / SLOTS },
      slotLabelFormat: hourText,
      eventContent: ({ event }) => ({ domNodes: [nodeOf(String(event.id))] }),
      resourceLabelContent: ({ resource }) => ({ domNodes: [nodeOf(rowOf(resource.id))] }),
    }),
    [nodeOf],
  );
  const options = { ...drawn, date, resources, events, slotWidth };
  return (
    <div className="timeline-frame" ref={frame}>
      <EventCalendar className="timeline" label={t("timeline.label")} plugins={PLUGINS} options={options}>
        {rows.map(({ code, name, level }) =>
          createPortal(
            level === "village" || code === region ? (
              <span className={code === region ? "row-name whole" : "row-name"}>{name}</span>
            ) : (
              <a className="row-name" href={regionHref(code)}>
                {name}
              </a>
            ),
            nodeOf(rowOf(code)),
            rowOf(code),
          ),
        )}
        {quiet.map(({ id, from, to }) => {
          const words = t("calendar.quiet", { hours: `${from}–${to}` });
          const band = (
            <span className="quiet-band" title={words}>
              <span className="unseen">{words}</span>
            </span>
          );
          return createPortal(band, nodeOf(id), id);
        })}
        {bars.map(({ id, entry, name, reach }) =>
          createPortal(
            <Bar row={name} entry={entry} reach={reach} conflicts={conflicts} href={hrefOf(entry)} />,
            nodeOf(id),
            id,
          ),
        )}
      </EventCalendar>
    </div>
  );
}

const hourText = (time: Date) => `${String(time.getHours()).padStart(2, "0")}:00`;

/** As much as there is room for, so that a day is seen at once on a screen of an office. */
function useSlotWidth() {
  const frame = useRef<HTMLDivElement>(null);
  const [slotWidth, setWidth] = useState(MIN_SLOT_WIDTH);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const fit = () => {
      const names = current.querySelector<HTMLElement>(".ec-sidebar")?.offsetWidth ?? 0;
      setWidth(Math.max(MIN_SLOT_WIDTH, Math.floor((current.clientWidth - names - 2) / SLOTS)));
    };
    const watch = new ResizeObserver(fit);
    watch.observe(current);
    return () => watch.disconnect();
  }, []);
  return { frame, slotWidth };
}

/** Minutes of a day as the calendar takes them. */
function spanOn(date: string, from: number, to: number) {
  const at = (minutes: number) => {
    const [day, rest] = minutes < DAY_MINUTES ? [date, minutes] : [addDays(date, 1), minutes - DAY_MINUTES];
    const two = (number: number) => String(number).padStart(2, "0");
    return `${day}T${two(Math.floor(rest / 60))}:${two(Math.floor(rest % 60))}:00`;
  };
  return { start: at(from), end: at(to) };
}

const bandsOf = (rows: QuietDay["items"]) =>
  rows.flatMap(({ code, quiet }) =>
    quiet.map(({ from, to }) => ({ id: `quiet ${code} ${from}`, code, from, to })),
  );

/** What is heard in each row. */
function barsOf(rows: QuietDay["items"], entries: TimetableEntry[]) {
  return rows.flatMap(({ code, name }) =>
    entries.flatMap((entry) => {
      const reach = reachOf(entry.targets, code);
      if (reach === "none") return [];
      const from = minutesOf(entry.airTime);
      const to = Math.min(DAY_MINUTES, from + Math.max(SHOWN_MINUTES, lastsMinutes(entry)));
      return [{ id: `${keyOf(entry)} ${code}`, entry, code, name, reach, from, to }];
    }),
  );
}

const lastsMinutes = ({ startAt, endsAt }: TimetableEntry): number =>
  endsAt === null ? 0 : (Date.parse(endsAt) - Date.parse(startAt)) / 60_000;

interface BarProps {
  /** The name of the place. */
  row: string;
  entry: TimetableEntry;
  reach: "all" | "part";
  conflicts: readonly Conflict[];
  href: string;
}

function Bar({ row, entry, reach, conflicts, href }: BarProps) {
  const { t } = useTranslation();
  const marks = marksOf(entry, conflicts);
  const words = [
    entry.airTime + (entry.endsAt === null ? "" : `–${timeText(entry.endsAt)}`),
    whatText(entry),
    ...marks.map((mark) => t(`mark.${mark}`)),
    ...(reach === "part" ? [t("timeline.part")] : []),
  ].join(" ");
  return (
    <a
      className={["bar-of-day", reach, ...marks].join(" ")}
      href={href}
      title={words}
      aria-label={`${row} ${words}`}
    />
  );
}
