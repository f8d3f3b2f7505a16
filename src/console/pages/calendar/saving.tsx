import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, read, send } from "../../api.js";
import type { ConflictOfOne, Schedule, ScheduleCheck, ScheduleDefinition } from "../../api-types.ts";
import { ConflictWarning, conflictKey } from "../../parts/conflict-warning.tsx";
import { Former } from "../../parts/former.tsx";
import { ProblemNotice } from "../../parts/notices.tsx";
import { inPath, query } from "../../resources.js";
import { queries } from "../../shell/live-query.ts";
import { fieldName } from "./field-names.ts";

/** What saving a schedule needs, in the editor and from the calendar: a look ahead, a reason, and nobody in between. */

export interface Candidate {
  /** `null` for a new one. */
  id: string | null;
  programmeId: string;
  definition: ScheduleDefinition;
}

const TYPING_MS = 300;
/** Its dates are known before it has a name. */
const NAMELESS = "—";

/** Somebody is typing: the server is asked once it has been still for a moment. */
function useStill<T>(value: T): T {
  const [still, setStill] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(() => JSON.parse(text) as T), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}

/** The conflicts and next dates that it would have; anew with every change. `null` for what is not complete yet. */
export function useCheck(candidate: Candidate | null) {
  const wanted = useStill(candidate);
  const check = useQuery<ScheduleCheck>({
    queryKey: ["schedule-check", wanted],
    queryFn: () =>
      send("POST", `/schedules/check${query({ id: wanted?.id ?? null })}`, {
        programmeId: wanted?.programmeId,
        ...wanted?.definition,
        name: wanted?.definition.name || NAMELESS,
      }),
    enabled: wanted !== null,
    // What was worked out for something complete says nothing of what is not.
    placeholderData: (previous) => (wanted === null ? undefined : previous),
  });
  const isOld = check.isFetching || JSON.stringify(wanted) !== JSON.stringify(candidate);
  return { ...check, isOld };
}

interface Saving extends Candidate {
  /** The version that was changed. */
  version: number | null;
  reason: string;
}

/** @returns the schedule as it was saved */
function save({ id, programmeId, definition, version, reason }: Saving): Promise<Schedule> {
  const acceptConflicts = reason.trim();
  return id === null
    ? send("POST", `/schedules${query({ acceptConflicts })}`, { programmeId, ...definition })
    : send("PUT", `/schedules/${inPath(id)}${query({ ifVersion: version, acceptConflicts })}`, definition);
}

/** @param onOvertaken told when somebody else saved it in between: nothing was saved then */
export const useSave = (onSaved: (schedule: Schedule) => void, onOvertaken: () => void = () => {}) =>
  useMutation({
    mutationFn: save,
    onError: (error) => {
      if (isOvertaken(error)) onOvertaken();
    },
    onSuccess: (schedule) => {
      onSaved(schedule);
      void queries.invalidateQueries();
    },
  });

export const readSchedule = (id: string, signal?: AbortSignal): Promise<Schedule> =>
  read(`/schedules/${inPath(id)}`, signal);

/** Whether somebody else saved it in between. */
export const isOvertaken = (error: unknown): boolean =>
  asProblem(error).detail === "Somebody else changed the schedule meanwhile.";

interface ReasonProps {
  name: string;
  conflicts: readonly ConflictOfOne[];
  total: number;
  /** Whether it was worked out for something else. */
  isOld: boolean;
  value: string;
  onChange: (reason: string) => void;
}

/** What it would meet, and why it is to be saved all the same. */
export function ConflictReason({ name, conflicts, total, isOld, value, onChange }: ReasonProps) {
  const { t } = useTranslation();
  if (total === 0) return null;
  return (
    <div className="conflict-reason">
      <Former is={isOld}>
        <h3>{t("schedule.conflicts", { total })}</h3>
        {conflicts.map((conflict) => (
          <ConflictWarning key={conflictKey(conflict)} name={name} conflict={conflict} />
        ))}
      </Former>
      <label>
        {t("schedule.whyAnyway")}
        <textarea
          rows={2}
          maxLength={300}
          required
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      </label>
    </div>
  );
}

interface ProblemProps {
  error: unknown;
  /** Looks at what there is now. */
  onReload: () => void;
}

export function SaveProblem({ error, onReload }: ProblemProps) {
  const { t } = useTranslation();
  if (isOvertaken(error)) return <Overtaken onReload={onReload} />;
  return <ProblemNotice error={error} title={t("schedule.notSaved")} nameOf={fieldName} />;
}

/** Somebody else saved the schedule since the calendar was read. */
export function Overtaken({ onReload }: Pick<ProblemProps, "onReload">) {
  const { t } = useTranslation();
  return (
    <div className="problem" role="alert">
      <p className="problem-title">{t("schedule.overtaken")}</p>
      <p>{t("entry.overtakenHint")}</p>
      <Button onClick={onReload}>{t("entry.lookAgain")}</Button>
    </div>
  );
}
