import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import type { Schedule } from "../../api-types.ts";
import { ZONE } from "../../format.js";
import { Empty, Loading, ProblemNotice } from "../../parts/notices.tsx";
import { useProgrammes } from "../../parts/programmes.ts";
import { Page } from "../../shell/page.tsx";
import { CalendarTabs } from "./calendar-tabs.tsx";
import { definitionOf, newDraft } from "./draft.ts";
import { Editor } from "./editor.tsx";
import { readSchedule } from "./saving.tsx";
import { useCounty } from "./timetable-data.ts";
import "./calendar.css";

/** One schedule, to read as a sentence and to change; or a new one. */
export default function SchedulePage() {
  const { t } = useTranslation();
  const { id = "new" } = useParams();
  const isNew = id === "new";
  const schedule = useQuery<Schedule>({
    queryKey: ["schedule", id],
    queryFn: ({ signal }) => readSchedule(id, signal),
    enabled: !isNew,
  });
  // What was kept from before may be an old version, and is nothing to begin from.
  const known = schedule.isFetchedAfterMount ? schedule.data : undefined;
  return (
    <Page title={isNew ? t("schedule.new") : t("schedule.edit", { name: schedule.data?.name ?? "…" })}>
      <section className="view">
        <CalendarTabs here="schedules" />
        {isNew && <NewOne />}
        {!isNew && schedule.error && !known && (
          <ProblemNotice error={schedule.error} onRetry={() => void schedule.refetch()} />
        )}
        {!isNew && !schedule.error && !known && <Loading />}
        {!isNew && known && <Known key={id} schedule={known} />}
      </section>
    </Page>
  );
}

function NewOne() {
  const navigate = useNavigate();
  const programmes = useProgrammes();
  const county = useCounty();
  const failure = programmes.error ?? county.error;
  if (failure) return <ProblemNotice error={failure} />;
  if (programmes.data === undefined || county.data === undefined) return <Loading />;
  const [first] = programmes.data;
  if (first === undefined) return <Empty what="programmes.empty" hint="programmes.emptyHint" />;
  return (
    <Editor
      schedule={null}
      initial={newDraft(first.id, ZONE, county.data)}
      onSaved={({ id }) => void navigate(`/calendar/schedules/${id}`, { replace: true })}
      onTakeTheirs={() => {}}
    />
  );
}

/** What others save meanwhile is told, and does not take the place of what is being filled in. */
function Known({ schedule }: { schedule: Schedule }) {
  const [base, setBase] = useState(schedule);
  return (
    <Editor
      key={base.version}
      schedule={base}
      initial={{ programmeId: base.programmeId, definition: definitionOf(base) }}
      onSaved={setBase}
      onTakeTheirs={setBase}
    />
  );
}
