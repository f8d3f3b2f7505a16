import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { ContentSelect } from "./content-select.tsx";
import { Choice, LabelledInput } from "./labelled.tsx";
import { ListOf } from "./list-of.tsx";

type Exception = NonNullable<ScheduleDefinition["exceptions"]>[number];
type ExtraDate = NonNullable<ScheduleDefinition["extraDates"]>[number];
const KINDS = ["skip", "move", "content"] as const;
type Kind = (typeof KINDS)[number];

const kindOf = ({ skip, moveTo }: Exception): Kind => (skip ? "skip" : moveTo ? "move" : "content");

/** What an exception says of its date, without what another kind would have said. */
function asKind({ date, time, reason }: Exception, kind: Kind): Exception {
  const slot = { date, ...(time === undefined ? {} : { time }), reason };
  if (kind === "skip") return { ...slot, skip: true };
  return kind === "move" ? { ...slot, moveTo: {} } : { ...slot, contentId: "" };
}

/** A field that is left out while it is empty. */
function setOr<T extends object>(item: T, name: keyof T & string, value: string): T {
  const { [name]: _, ...rest } = item;
  return (value === "" ? rest : { ...rest, [name]: value }) as T;
}

interface Props {
  programmeId: string;
  definition: ScheduleDefinition;
  onChange: (change: Partial<ScheduleDefinition>) => void;
}

/** Single dates that are skipped, moved, filled otherwise, or aired besides. */
export function ExceptionsPart({ programmeId, definition, onChange }: Props) {
  const { t } = useTranslation();
  const { exceptions = [], extraDates = [] } = definition;
  return (
    <fieldset className="rule-part">
      <legend>{t("schedule.exceptions")}</legend>
      <p className="hint">{t("schedule.exceptionsHint")}</p>
      <ListOf<Exception>
        items={exceptions}
        fresh={() => ({ date: "", skip: true, reason: "" })}
        addText={t("schedule.addException")}
        onChange={(next) => onChange({ exceptions: next })}
      >
        {(item, change) => <ExceptionFields item={item} programmeId={programmeId} onChange={change} />}
      </ListOf>
      <ListOf<ExtraDate>
        items={extraDates}
        fresh={() => ({ date: "", time: definition.rule.times[0] ?? "", reason: "" })}
        addText={t("schedule.addExtra")}
        onChange={(next) => onChange({ extraDates: next })}
      >
        {(item, change) => <ExtraFields item={item} programmeId={programmeId} onChange={change} />}
      </ListOf>
    </fieldset>
  );
}

interface FieldsProps<T> {
  item: T;
  programmeId: string;
  onChange: (item: T) => void;
}

function ExceptionFields({ item, programmeId, onChange }: FieldsProps<Exception>) {
  const { t } = useTranslation();
  const kind = kindOf(item);
  const move = (name: "date" | "time", value: string) =>
    onChange({ ...item, moveTo: setOr(item.moveTo ?? {}, name, value) });
  return (
    <>
      <LabelledInput
        label={t("schedule.date")}
        type="date"
        required
        value={item.date}
        onValue={(value) => onChange({ ...item, date: value })}
      />
      <LabelledInput
        label={t("schedule.exceptionTime")}
        type="time"
        value={item.time ?? ""}
        onValue={(value) => onChange(setOr(item, "time", value))}
      />
      <Choice
        label={t("schedule.exception")}
        values={KINDS}
        value={kind}
        nameOf={(each) => t(`schedule.exception.${each}`)}
        onChange={(next) => onChange(asKind(item, next))}
      />
      {kind === "move" && (
        <>
          <LabelledInput
            label={t("schedule.moveDate")}
            type="date"
            required={item.moveTo?.time === undefined}
            value={item.moveTo?.date ?? ""}
            onValue={(value) => move("date", value)}
          />
          <LabelledInput
            label={t("schedule.moveTime")}
            type="time"
            value={item.moveTo?.time ?? ""}
            onValue={(value) => move("time", value)}
          />
        </>
      )}
      {(kind === "content" || item.contentId !== undefined) && (
        <ContentSelect
          label={t("schedule.instead")}
          programmeId={programmeId}
          value={item.contentId ?? ""}
          none={t(kind === "content" ? "schedule.choose" : "schedule.byPolicy")}
          isRequired={kind === "content"}
          onChange={(contentId) =>
            onChange(kind === "content" ? { ...item, contentId } : setOr(item, "contentId", contentId))
          }
        />
      )}
      <ReasonField item={item} onChange={onChange} />
    </>
  );
}

function ExtraFields({ item, programmeId, onChange }: FieldsProps<ExtraDate>) {
  const { t } = useTranslation();
  return (
    <>
      <strong className="extra-date">{t("schedule.extra")}</strong>
      <LabelledInput
        label={t("schedule.date")}
        type="date"
        required
        value={item.date}
        onValue={(value) => onChange({ ...item, date: value })}
      />
      <LabelledInput
        label={t("schedule.time")}
        type="time"
        required
        value={item.time}
        onValue={(value) => onChange({ ...item, time: value })}
      />
      <ContentSelect
        label={t("schedule.instead")}
        programmeId={programmeId}
        value={item.contentId ?? ""}
        none={t("schedule.byPolicy")}
        onChange={(contentId) => onChange(setOr(item, "contentId", contentId))}
      />
      <ReasonField item={item} onChange={onChange} />
    </>
  );
}

function ReasonField<T extends { reason: string }>({
  item,
  onChange,
}: Pick<FieldsProps<T>, "item" | "onChange">) {
  const { t } = useTranslation();
  return (
    <LabelledInput
      label={t("schedule.reason")}
      required
      maxLength={300}
      pattern=".*\S.*"
      value={item.reason}
      onValue={(value) => onChange({ ...item, reason: value })}
    />
  );
}
