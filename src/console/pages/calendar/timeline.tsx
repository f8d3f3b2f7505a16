import { useTranslation } from "react-i18next";
import type { Conflict, TimetableEntry } from "../../api-types.ts";
import { timeText } from "../../format.js";
import { Former } from "../../parts/former.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { reachOf } from "../../parts/regions.ts";
import { minutesOf } from "./dates.ts";
import { marksOf, whatText } from "./entry-link.tsx";
import { keyOf, useQuietDay } from "./timetable-data.ts";

const DAY_MINUTES = 1440;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21];
/** A broadcast of unknown length is drawn like this, and none narrower, min. */
const SHOWN_MINUTES = 20;

const share = (minutes: number) => `${(minutes / DAY_MINUTES) * 100}%`;

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
export function Timeline({ region, date, entries, isFormer, conflicts, hrefOf, regionHref }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch, isPlaceholderData } = useQuietDay(region, date);
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const ofDay = entries.filter(({ airDate }) => airDate === date);
  return (
    <Former is={isFormer || isPlaceholderData}>
      <div className="timeline-frame">
        <ul className="timeline" aria-label={t("timeline.label")}>
          <li className="timeline-row hours" aria-hidden="true">
            <span />
            <span className="track">
              {HOURS.map((hour) => (
                <span key={hour} className="hour" style={{ left: share(hour * 60) }}>
                  {String(hour).padStart(2, "0")}:00
                </span>
              ))}
            </span>
          </li>
          {data.items.map(({ code, name, level, quiet }) => (
            <li key={code} className={code === region ? "timeline-row whole" : "timeline-row"}>
              {level === "village" || code === region ? (
                <span className="row-name">{name}</span>
              ) : (
                <a className="row-name" href={regionHref(code)}>
                  {name}
                </a>
              )}
              <div className="track">
                {quiet.map(({ from, to }) => (
                  <span
                    key={from}
                    className="quiet-band"
                    title={t("calendar.quiet", { hours: `${from}–${to}` })}
                    style={{
                      left: share(minutesOf(from)),
                      width: share(minutesOf(to) - minutesOf(from)),
                    }}
                  >
                    <span className="unseen">{t("calendar.quiet", { hours: `${from}–${to}` })}</span>
                  </span>
                ))}
                {ofDay.map((entry) => (
                  <Bar
                    key={keyOf(entry)}
                    entry={entry}
                    region={code}
                    conflicts={conflicts}
                    href={hrefOf(entry)}
                  />
                ))}
              </div>
            </li>
          ))}
        </ul>
      </div>
    </Former>
  );
}

interface BarProps {
  entry: TimetableEntry;
  region: string;
  conflicts: readonly Conflict[];
  href: string;
}

function Bar({ entry, region, conflicts, href }: BarProps) {
  const { t } = useTranslation();
  const reach = reachOf(entry.targets, region);
  if (reach === "none") return null;
  const marks = marksOf(entry, conflicts);
  const from = minutesOf(entry.airTime);
  const lasts = entry.endsAt === null ? 0 : (Date.parse(entry.endsAt) - Date.parse(entry.startAt)) / 60_000;
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
      aria-label={words}
      style={{
        left: share(from),
        width: share(Math.min(Math.max(lasts, SHOWN_MINUTES), DAY_MINUTES - from)),
      }}
    />
  );
}
