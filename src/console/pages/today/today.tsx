import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import { longDateText, ZONE } from "../../format.js";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useNow } from "../../parts/now.ts";
import { useLive } from "../../shell/live-query.ts";
import { Page } from "../../shell/page.tsx";
import { AwaitedTimetable } from "./awaited-timetable.tsx";
import { Coming } from "./coming.tsx";
import { Incidents } from "./incidents.tsx";
import { NextBroadcast, nextOf } from "./next-broadcast.tsx";
import { OnAir } from "./on-air.tsx";
import { Overdue } from "./overdue.tsx";
import { SecondPerson } from "./second-person.tsx";
import { readToday, type TodayData } from "./today-data.ts";
import { Waiting } from "./waiting.tsx";
import { ClockEvents, Complaints, Conflicts, EmptyDates } from "./warnings.tsx";

/** Nobody waits for it on a day when something is on air. */
const FirstSteps = lazy(() => import("./first-steps.tsx"));

/** What is on air, what comes next and whether all is ready for it, what is wrong, and what waits. */
export default function Today() {
  const { t } = useTranslation();
  const [pages, setPages] = useState(1);
  const today = useLive({
    key: ["today", pages],
    load: (signal) => readToday(pages, signal),
    topics: ["timetable", "interrupts", "content"],
  });
  return (
    <Page title={t("today.title")}>
      <section className="view">
        {today.data === undefined && today.error === null && <Loading />}
        {today.data === undefined && today.error !== null && (
          <ProblemNotice error={today.error} onRetry={() => void today.refetch()} />
        )}
        {today.data && (
          <Content
            data={today.data}
            onMore={() => setPages((count) => count + 1)}
            onConfirmed={() => void today.refetch()}
          />
        )}
      </section>
    </Page>
  );
}

interface ContentProps {
  data: TodayData;
  onMore: () => void;
  onConfirmed: () => void;
}

function Content({ data, onMore, onConfirmed }: ContentProps) {
  const { t } = useTranslation();
  const { live, awaited, schedules, hours, coming, empty, conflicts, complaints, clock } = data;
  return (
    <>
      <Day />
      <Suspense fallback={null}>
        <FirstSteps />
      </Suspense>
      <SecondPerson awaited={awaited} />
      <AwaitedTimetable schedules={schedules} hours={hours} coming={coming.items} onConfirmed={onConfirmed} />
      <div className="panels of-today">
        <OnAir live={live} />
        <NextBroadcast next={nextOf(coming.items, serverNow())} />
        <Incidents />
        <Waiting emptyDates={empty.length} />
      </div>
      <Overdue />
      <EmptyDates dates={empty} />
      <Conflicts {...conflicts} />
      <Complaints complaints={complaints} />
      <ClockEvents events={clock} />
      <h2>{t("today.list")}</h2>
      <Coming broadcasts={coming.items} />
      {coming.nextCursor !== null && <Button onClick={onMore}>{t("list.more")}</Button>}
    </>
  );
}

function Day() {
  const { t } = useTranslation();
  return (
    <p className="day">
      {longDateText(useNow())} · {t("today.zone", { zone: ZONE })}
    </p>
  );
}
