import { Button } from "antd";
import { type SubmitEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { saidOfSlot } from "../../../schedules/said-of-slot.ts";
import type { Schedule, TimetableEntry } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { ProblemNotice } from "../../parts/notices.tsx";
import { queries } from "../../shell/live-query.ts";
import { ContentSelect } from "./content-select.tsx";
import { isDate } from "./dates.ts";
import { definitionOf } from "./draft.ts";
import { type Change, withChange } from "./exceptions.ts";
import { fieldName } from "./field-names.ts";
import { LabelledInput } from "./labelled.tsx";
import { ConflictReason, Overtaken, SaveProblem, useCheck, useSave } from "./saving.tsx";

const KINDS = ["move", "skip", "content", "undo"] as const;
type Kind = (typeof KINDS)[number];

interface Props {
  entry: TimetableEntry;
  schedule: Schedule;
  /** The version that the calendar shows. */
  seenVersion: number;
  moveTo: string | null;
  onDone: () => void;
  onReload: () => void;
}

/** Moves, skips or fills one date: an exception of its rule, with a look at what it would meet before it is saved. */
export function EntryChange({ entry, schedule, seenVersion, moveTo, onDone, onReload }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [kind, setKind] = useState<Kind>("move");
  const [date, setDate] = useState(moveTo ?? entry.airDate);
  const [time, setTime] = useState(entry.airTime);
  const [contentId, setContentId] = useState("");
  const [reason, setReason] = useState("");
  const [anyway, setAnyway] = useState("");
  const reasonField = useRef<HTMLInputElement>(null);
  // It was dragged, or moved by keys: the reason is all that is missing.
  useEffect(() => void (moveTo !== null && reasonField.current?.focus()), [moveTo]);
  const save = useSave(() => {
    announce(() => t("entry.done"));
    onDone();
  });

  const before = definitionOf(schedule);
  const slot = { date: entry.date, time: entry.time };
  const known = saidOfSlot(before, slot);
  const change = changeOf(kind, { date, time, contentId });
  const isNothing = kind === "move" && date === entry.airDate && time === entry.airTime;
  const candidateFor = (why: string) =>
    change === null || isNothing
      ? null
      : {
          id: schedule.id,
          programmeId: schedule.programmeId,
          definition: withChange(before, slot, change, why),
        };
  // What it meets is the same for any reason.
  const candidate = candidateFor(t("entry.change"));
  const check = useCheck(candidate);
  const conflicts = candidate && check.data ? check.data : { conflicts: [], total: 0 };
  const isOld = schedule.version !== seenVersion;

  function lookAgain() {
    save.reset();
    onReload();
    void queries.invalidateQueries();
  }

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = candidateFor(reason.trim());
    if (wanted === null) return;
    save.mutate({ ...wanted, version: seenVersion, reason: anyway });
  }

  return (
    <form className="entry-change" onSubmit={submit}>
      <fieldset>
        <legend>{t("entry.change")}</legend>
        <div className="choices">
          {KINDS.filter((each) => each !== "undo" || known !== undefined).map((each) => (
            <label key={each}>
              <input
                type="radio"
                name={`${id}-kind`}
                checked={each === kind}
                onChange={() => setKind(each)}
              />{" "}
              {t(`entry.${each}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {kind === "move" && (
        <div className="row">
          <LabelledInput label={t("schedule.date")} type="date" required value={date} onValue={setDate} />
          <LabelledInput label={t("schedule.time")} type="time" required value={time} onValue={setTime} />
        </div>
      )}
      {kind === "content" && (
        <ContentSelect
          label={t("schedule.instead")}
          programmeId={schedule.programmeId}
          value={contentId}
          onChange={setContentId}
          none={t("schedule.choose")}
          isRequired
        />
      )}
      {kind !== "undo" && (
        <div className="field">
          <label htmlFor={`${id}-reason`}>{t("schedule.reason")}</label>
          <input
            id={`${id}-reason`}
            ref={reasonField}
            required
            maxLength={300}
            pattern=".*\S.*"
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        </div>
      )}
      <div aria-live="polite">
        {candidate !== null && check.error && (
          <ProblemNotice error={check.error} title={t("schedule.notYet")} nameOf={fieldName} />
        )}
        <ConflictReason
          name={schedule.name}
          conflicts={conflicts.conflicts}
          total={conflicts.total}
          isOld={check.isOld}
          value={anyway}
          onChange={setAnyway}
        />
        {isOld && <Overtaken onReload={lookAgain} />}
        {!isOld && save.error && <SaveProblem error={save.error} onReload={lookAgain} />}
      </div>
      <div className="buttons">
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={candidate === null || isOld || check.isOld || check.error !== null}
        >
          {t("schedule.save")}
        </Button>
      </div>
    </form>
  );
}

/** `null` while something is missing. */
function changeOf(
  kind: Kind,
  { date, time, contentId }: { date: string; time: string; contentId: string },
): Change | null {
  if (kind === "move") return isDate(date) && time !== "" ? { kind, date, time } : null;
  if (kind === "content") return contentId === "" ? null : { kind, contentId };
  return { kind };
}
