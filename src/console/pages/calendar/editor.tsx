import { type SubmitEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { may } from "../../api.js";
import type { Schedule, ScheduleDefinition } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { dropDraft, keepDraft, keptDraft } from "../../parts/drafts.ts";
import { useProgrammes } from "../../parts/programmes.ts";
import { useLive } from "../../shell/live-query.ts";
import { AwaitedPart } from "./awaited-part.tsx";
import { ContentPart } from "./content-part.tsx";
import { DaysPart } from "./days-part.tsx";
import { type Draft, definitionOf, fieldsApart, isWhole, toSend, withProgramme } from "./draft.ts";
import { EndSchedule, Overrides } from "./end-schedule.tsx";
import { ExceptionsPart } from "./exceptions-part.tsx";
import { MorePart } from "./more-part.tsx";
import { NextDates } from "./next-dates.tsx";
import { SavePart } from "./save-part.tsx";
import { readSchedule, useCheck, useSave } from "./saving.tsx";
import { Sentence } from "./sentence.tsx";
import { TargetsPart } from "./targets-part.tsx";
import { TimesPart } from "./times-part.tsx";

/** With the version that it was begun from. */
interface Kept {
  draft: Draft;
  version: number | null;
}

interface Props {
  /** `null` for a new one. */
  schedule: Schedule | null;
  initial: Draft;
  onSaved: (schedule: Schedule) => void;
  onTakeTheirs: (schedule: Schedule) => void;
}

/** The parts of a schedule to fill in, beside the sentence that they make and the dates that would come of it. */
export function Editor({ schedule, initial, onSaved, onTakeTheirs }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const key = schedule?.id ?? "new";
  const kept = keptDraft(key) as Kept | null;
  const [draft, setDraft] = useState(kept?.draft ?? initial);
  const [isKept, setKept] = useState(kept !== null);
  /** The version that the draft began with; another one after somebody chose to put it over theirs. */
  const [version, setVersion] = useState(kept ? kept.version : (schedule?.version ?? null));
  const [reason, setReason] = useState("");
  const programmes = useProgrammes();
  const { definition, programmeId } = draft;
  const wanted = toSend(definition);
  const isChanged = schedule === null || isKept || fieldsApart(wanted, definitionOf(schedule)).length > 0;
  const check = useCheck(
    isWhole(wanted) ? { id: schedule?.id ?? null, programmeId, definition: wanted } : null,
  );
  const isAwaited = check.data?.nextDates.some(({ code }) => code === "not-confirmed") === true;
  const current = useLive<Schedule>({
    key: ["schedule", key, "now"],
    load: (signal) => readSchedule(key, signal),
    enabled: schedule !== null,
    topics: ["timetable"],
  });
  const save = useSave(
    (saved) => {
      dropDraft(key);
      announce(() => t("schedule.saved"));
      onSaved(saved);
    },
    () => void current.refetch(),
  );
  const theirs = current.data && current.data.version > (version ?? 0) ? current.data : null;
  const canSave = may("timetable:edit") && schedule?.ended !== true;

  useEffect(() => {
    if (!canSave || !isChanged || save.isSuccess) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [canSave, isChanged, save.isSuccess]);

  function change(next: Partial<ScheduleDefinition>) {
    become({ programmeId, definition: { ...definition, ...next } });
  }
  function become(next: Draft) {
    setDraft(next);
    keepDraft(key, { draft: next, version } satisfies Kept);
  }
  function discard() {
    dropDraft(key);
    setDraft(initial);
    setKept(false);
    setVersion(schedule?.version ?? null);
    save.reset();
  }
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    save.mutate({ id: schedule?.id ?? null, programmeId, definition: wanted, version, reason });
  }

  return (
    <form className="schedule-editor" onSubmit={submit}>
      <div className="outcome-top">
        {isKept && (
          <div className="warning">
            <p>{t("schedule.kept")}</p>
            <button type="button" onClick={discard}>
              {t("schedule.discard")}
            </button>
          </div>
        )}
        {schedule?.ended && <p className="warning">{t("schedule.ended")}</p>}
        {!may("timetable:edit") && <p className="hint">{t("schedule.readOnly")}</p>}
        <Sentence definition={wanted} />
        {isAwaited && <AwaitedPart saved={isChanged ? null : schedule} />}
      </div>
      {/* What is saved takes the place of all that is filled in. */}
      <div className="parts" inert={save.isPending}>
        <div className="row">
          <div className="field">
            <label htmlFor={`${id}-name`}>{t("schedule.name")}</label>
            <input
              id={`${id}-name`}
              required
              maxLength={200}
              value={definition.name}
              onChange={({ target }) => change({ name: target.value })}
            />
          </div>
          <div className="field">
            <label htmlFor={`${id}-programme`}>{t("schedule.programme")}</label>
            <select
              id={`${id}-programme`}
              value={programmeId}
              disabled={schedule !== null}
              onChange={({ target }) => become(withProgramme(draft, target.value))}
            >
              {programmes.data?.map((programme) => (
                <option key={programme.id} value={programme.id}>
                  {programme.title}
                </option>
              ))}
            </select>
          </div>
        </div>
        <DaysPart rule={definition.rule} onChange={(rule) => change({ rule })} />
        <TimesPart rule={definition.rule} onChange={(rule) => change({ rule })} />
        <TargetsPart
          key={isKept ? "kept" : "initial"}
          targets={definition.targets}
          onChange={(targets) => change({ targets })}
        />
        <ContentPart
          programmeId={programmeId}
          content={definition.content}
          onChange={(content) => change({ content })}
        />
        <ExceptionsPart programmeId={programmeId} definition={definition} onChange={change} />
        <MorePart definition={definition} onChange={change} />
      </div>
      <div className="outcome">
        <NextDates check={check} isAsked={isWhole(wanted)} />
        {canSave && (
          <SavePart
            name={wanted.name}
            check={check}
            save={save}
            reason={reason}
            onReason={setReason}
            isChanged={isChanged}
            overtaken={
              theirs && { theirs, mine: version ?? 0, fields: fieldsApart(wanted, definitionOf(theirs)) }
            }
            onTakeTheirs={(schedule) => {
              dropDraft(key);
              onTakeTheirs(schedule);
            }}
            onKeepMine={({ version: now }) => {
              setVersion(now);
              save.reset();
            }}
            onLookAgain={() => void current.refetch()}
          />
        )}
        {schedule && <Overrides schedule={schedule} />}
        {schedule && canSave && <EndSchedule schedule={schedule} onEnded={onSaved} />}
      </div>
    </form>
  );
}
