import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { may } from "../../api.js";
import type { Conflict, Timetable, TimetableEntry } from "../../api-types.ts";
import { ZONE } from "../../format.js";
import { announce } from "../../notices.js";
import { Former } from "../../parts/former.tsx";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { Page } from "../../shell/page.tsx";
import { CalendarTabs, type View } from "./calendar-tabs.tsx";
import { CalendarTools } from "./calendar-tools.tsx";
import { monthOf } from "./dates.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { EntryList } from "./entry-list.tsx";
import { type Looked, lookedAt, rangeOf } from "./looked.ts";
import { MonthCalendar } from "./month-calendar.tsx";
import { Timeline } from "./timeline.tsx";
import {
  isChangeable,
  keyOf,
  useConflicts,
  useCounty,
  useCountyPolicy,
  useTimetable,
} from "./timetable-data.ts";
import "./calendar.css";

/** The timetable: a month, a list, or a day by village; what is planned, moved, skipped, and what it meets. */
export default function CalendarPage() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const looked = lookedAt(address);
  const { view, date, region, programme } = looked;
  const { from, until } = rangeOf(view, date);
  const timetable = useTimetable(from, until, region);
  const { data, error, refetch, isPlaceholderData } = timetable;
  const entries = useMemo(
    () => data?.entries.filter((entry) => programme === "" || entry.programme === programme) ?? [],
    [data, programme],
  );
  const hrefOf = (changes: Partial<Looked>) =>
    `#/calendar${query({ ...looked, entry: null, to: null, ...changes })}`;
  const look = (changes: Partial<Looked>, replace = false) =>
    setAddress(hrefOf(changes).split("?")[1] ?? "", { replace });
  return (
    <Page title={t("calendar.title")}>
      <section className="view">
        <CalendarTabs here={view} hrefOf={(each) => hrefOf({ view: each })} />
        <CalendarTools looked={looked} onLook={look} />
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && (
          <Content
            looked={looked}
            timetable={{ ...data, entries }}
            isFormer={isPlaceholderData}
            hrefOf={hrefOf}
            onLook={look}
          />
        )}
        <p className="hint">
          {t("calendar.zone", { zone: data?.zone ?? ZONE })}
          {may("timetable:edit") && ` ${t("calendar.moveHint")}`}
        </p>
      </section>
    </Page>
  );
}

const NO_CONFLICTS: Conflict[] = [];

interface ContentProps {
  looked: Looked;
  timetable: Timetable;
  /** Whether it is that of another time or place, until this one is there. */
  isFormer: boolean;
  hrefOf: (changes: Partial<Looked>) => string;
  /** @param replace without a step to go back to */
  onLook: (changes: Partial<Looked>, replace?: boolean) => void;
}

function Content({ looked, timetable: { days, entries, isCut }, isFormer, hrefOf, onLook }: ContentProps) {
  const { t } = useTranslation();
  const { view, date, region, entry: open, to } = looked;
  const conflicts = useConflicts().data?.items ?? NO_CONFLICTS;
  const policy = useCountyPolicy().data;
  const county = useCounty();
  const found = entries.find((entry) => keyOf(entry) === open);
  // It may be moved out of sight while it is open.
  const [shown, setShown] = useState<TimetableEntry | null>(null);
  if (found && found !== shown) setShown(found);
  const dialog = open === null ? null : (found ?? (shown && keyOf(shown) === open ? shown : null));
  const entryHref = (entry: TimetableEntry) => hrefOf({ entry: keyOf(entry) });

  function move(key: string, target: string) {
    const entry = entries.find((each) => keyOf(each) === key);
    if (entry === undefined || entry.airDate === target) return;
    if (!isChangeable(entry)) return announce(() => t("entry.fixed"));
    onLook({ entry: key, to: target });
  }

  return (
    <>
      {isCut && <p className="warning">{t("calendar.cut")}</p>}
      <Former is={isFormer && view !== "timeline"}>
        {view === "month" && (
          <MonthCalendar
            month={monthOf(date)}
            days={days}
            entries={entries}
            conflicts={conflicts}
            policy={policy}
            hrefOf={entryHref}
            dayHref={(day) => hrefOf({ view: "timeline", date: day })}
            onMove={move}
          />
        )}
        {view === "list" && entries.length > 0 && (
          <EntryList days={days} entries={entries} conflicts={conflicts} hrefOf={entryHref} />
        )}
      </Former>
      {view !== "timeline" && entries.length === 0 && !isFormer && (
        <Empty what="calendar.empty" hint="calendar.emptyHint" />
      )}
      {view === "timeline" && (region ?? county.data) && (
        <Timeline
          region={region ?? county.data ?? ""}
          date={date}
          entries={entries}
          isFormer={isFormer}
          conflicts={conflicts}
          hrefOf={entryHref}
          regionHref={(code) => hrefOf({ region: code })}
        />
      )}
      {view === "timeline" && region === null && county.data === null && (
        <Empty what="regions.none" hint="calendar.noRegionsHint" />
      )}
      <Legend view={view} />
      {dialog && (
        <EntryDialog
          key={`${open} ${to}`}
          entry={dialog}
          conflicts={conflicts}
          moveTo={to}
          onClose={() => onLook({}, true)}
        />
      )}
    </>
  );
}

function Legend({ view }: { view: View }) {
  const { t } = useTranslation();
  if (view === "list") return null;
  return (
    <ul className="plain-list calendar-legend">
      {(["conflict", "silent", "moved", "skipped"] as const).map((mark) => (
        <li key={mark}>
          <span className={`swatch ${mark}`} aria-hidden="true" />
          {t(`mark.${mark}.what`)}
        </li>
      ))}
      {view === "timeline" && (
        <>
          <li>
            <span className="swatch quiet-band" aria-hidden="true" />
            {t("timeline.quiet")}
          </li>
          <li>
            <span className="swatch interrupt" aria-hidden="true" />
            {t("timeline.interrupt")}
          </li>
          <li>
            <span className="swatch part" aria-hidden="true" />
            {t("timeline.part")}
          </li>
        </>
      )}
    </ul>
  );
}
