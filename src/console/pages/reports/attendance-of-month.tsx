import { useTranslation } from "react-i18next";
import { may, read } from "../../api.js";
import type { Attendance, Broadcast, Page } from "../../api-types.ts";
import { dateText, instantOfLocal, timeText } from "../../format.js";
import { readPages } from "../../live.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { query } from "../../resources.js";
import { useLive } from "../../shell/live-query.ts";
import { namesUrl, readAttendance } from "../broadcast/attendance-data.ts";
import { TownTable } from "../broadcast/town-table.tsx";

const PAGE = 500;
/** More than any month has. */
const PAGES = 20;

const NOT_BEGUN = new Set(["planned", "ready", "frozen"]);

/** The lectures of a month that have begun. */
async function readLectures(month: string, signal: AbortSignal): Promise<Broadcast[]> {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const next = new Date(Date.UTC(year, number)).toISOString().slice(0, 7);
  const instant = (of: string) => new Date(instantOfLocal(`${of}-01T00:00`)).toISOString();
  const window = { from: instant(month), until: instant(next), limit: PAGE };
  const { items } = await readPages(
    (cursor: string | null): Promise<Page<Broadcast>> =>
      read(`/broadcasts${query({ ...window, cursor })}`, signal),
    PAGES,
  );
  return items.filter(({ content, state }) => content?.kind === "session" && !NOT_BEGUN.has(state));
}

/** How many were at each lecture. Names are in the list alone, for who may have them. */
export function AttendanceOfMonth({ month }: { month: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive({
    key: ["lectures", month],
    load: (signal) => readLectures(month, signal),
    topics: ["timetable"],
  });
  if (data === undefined)
    return error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) return <Empty what="reports.attendanceNone" hint="reports.attendanceNoneHint" />;
  return (
    <>
      <p className="warning">{t(may("attendance:names") ? "reports.privacyNames" : "reports.privacy")}</p>
      {data.map((lecture) => (
        <Lecture key={lecture.id} lecture={lecture} />
      ))}
    </>
  );
}

function Lecture({ lecture: { id, startAt, programme, title } }: { lecture: Broadcast }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useLive<Attendance>({
    key: ["attendance", id],
    load: (signal) => readAttendance(id, signal),
    topics: ["attendance"],
  });
  return (
    <section>
      <h3>
        {dateText(startAt)} {timeText(startAt)} {programme} <a href={`#/broadcasts/${id}`}>{title}</a>
      </h3>
      {data === undefined &&
        (error === null ? <Loading /> : <ProblemNotice error={error} onRetry={() => void refetch()} />)}
      {data && (
        <>
          <TownTable caption={`${t("reports.attendance")}: ${title}`} towns={data.towns} />
          <p className="buttons unprinted">
            <a className="button" href={`#/broadcasts/${id}`}>
              {t("reports.toLecture")}
            </a>
            {may("attendance:names") && (
              <a className="button" href={namesUrl(id)}>
                {t("attendance.csv")}
              </a>
            )}
          </p>
        </>
      )}
    </section>
  );
}
