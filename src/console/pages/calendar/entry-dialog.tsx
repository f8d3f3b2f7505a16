import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Conflict, Schedule, TimetableEntry } from "../../api-types.ts";
import { longDayText } from "../../format.js";
import { InterruptBadge, StateBadge } from "../../parts/badges.tsx";
import { ConflictWarning, conflictKey } from "../../parts/conflict-warning.tsx";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { PaneDialog } from "../../parts/pane-dialog.tsx";
import { useNames } from "../../parts/region-names.ts";
import { useSay } from "../../parts/say.ts";
import { namedRegions } from "../../parts/target-words.ts";
import { reasonText } from "../../server-words.js";
import { EntryChange } from "./entry-change.tsx";
import { whatText } from "./entry-link.tsx";
import { dateWords, ruleSentence } from "./rule-words.ts";
import { readSchedule } from "./saving.tsx";
import { conflictsOf, isChangeable, isMovedAway } from "./timetable-data.ts";

interface Props {
  entry: TimetableEntry;
  conflicts: readonly Conflict[];
  /** Where it was dragged to. */
  moveTo: string | null;
  onClose: () => void;
}

/** What one date airs and why, what it meets, and what can be done about it. */
export function EntryDialog({ entry, conflicts, moveTo, onClose }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const { schedule: of, airDate, airTime, date, time, state, whyNot, exception, broadcastId } = entry;
  const schedule = useQuery<Schedule>({
    queryKey: ["schedule", of?.id],
    queryFn: ({ signal }) => readSchedule(of?.id ?? "", signal),
    enabled: of !== null,
  });
  // What was kept from before may be an old version.
  const known = schedule.isFetchedAfterMount ? schedule.data : undefined;
  const isMoved = isMovedAway(entry);
  return (
    <PaneDialog title={whatText(entry)} onClose={onClose}>
      <div className="dialog-body">
        <p>
          <strong>
            {longDayText(airDate)} {airTime}
          </strong>{" "}
          {state === null ? t("calendar.notPlanned") : <StateBadge state={state} />}{" "}
          <InterruptBadge of={{ class: entry.class, silent: false }} />
        </p>
        {isMoved && exception !== null && (
          <p>{t("entry.movedFrom", { date: dateWords(say, date), time, reason: exception })}</p>
        )}
        {!isMoved && exception !== null && <p>{t("entry.exception", { reason: exception })}</p>}
        {whyNot !== null && <p className="warning">{reasonText(whyNot)}</p>}
        {conflictsOf(entry, conflicts).map((conflict) => (
          <ConflictWarning
            key={`${conflict.scheduleId} ${conflictKey(conflict)}`}
            name={conflict.schedule}
            conflict={conflict}
          />
        ))}
        {of !== null && known && <RuleOf schedule={known} />}
        {of !== null && schedule.error && <ProblemNotice error={schedule.error} />}
        <p>
          {broadcastId !== null && (
            <a className="export" href={`#/broadcasts/${broadcastId}`}>
              {t("entry.broadcast")}
            </a>
          )}
          {of !== null && <a href={`#/calendar/schedules/${of.id}`}>{t("entry.schedule")}</a>}
        </p>
      </div>
      {of !== null && may("timetable:edit") && !isChangeable(entry) && (
        <p className="hint">{t("entry.fixed")}</p>
      )}
      {of !== null && may("timetable:edit") && isChangeable(entry) && known === undefined && <Loading />}
      {of !== null && may("timetable:edit") && isChangeable(entry) && known && (
        <EntryChange
          entry={entry}
          schedule={known}
          seenVersion={of.version}
          moveTo={moveTo}
          onDone={onClose}
          onReload={() => void schedule.refetch()}
        />
      )}
    </PaneDialog>
  );
}

function RuleOf({ schedule }: { schedule: Schedule }) {
  const say = useSay();
  const nameOf = useNames(namedRegions(schedule.targets));
  return (
    <p>
      <strong>{schedule.name}</strong>
      {say("list.colon")}
      {ruleSentence(schedule, nameOf, say)}
    </p>
  );
}
