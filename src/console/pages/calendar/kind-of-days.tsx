import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { useSay } from "../../parts/say.ts";
import { Choice, LabelledInput, Toggles } from "./labelled.tsx";
import { ListOf } from "./list-of.tsx";
import { daysOf, lunarDayWords, lunarMonthWords, weekdayWords } from "./rule-words.ts";

export type Rule = ScheduleDefinition["rule"];
export const KINDS = [
  "daysOfMonth",
  "weekly",
  "weekdaysOfMonth",
  "dates",
  "dateRanges",
  "lunarDays",
] as const;
export type Kind = (typeof KINDS)[number];

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const WEEKDAYS = upTo(7);
const PLACES = [1, 2, 3, 4, 5, -1];

interface Props {
  kind: Kind;
  rule: Rule;
  onChange: (rule: Rule) => void;
}

/** The fields of one way in which a rule names days. */
export function KindOfDays({ kind, rule, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const legend = t(`schedule.kind.${kind}`);
  const { daysOfMonth, weekdaysOfMonth, weekly, dates, dateRanges, lunarDays } = daysOf(rule);
  switch (kind) {
    case "daysOfMonth":
      return (
        <Toggles
          legend={legend}
          values={[...upTo(31), -1]}
          chosen={daysOfMonth}
          nameOf={(day) => (day === -1 ? t("rule.lastDay") : String(day))}
          onChange={(next) => onChange({ ...rule, daysOfMonth: next })}
        />
      );
    case "weekly":
      if (weekly === undefined) return null;
      return (
        <div>
          <Toggles
            legend={legend}
            values={WEEKDAYS}
            chosen={weekly.weekdays}
            nameOf={(day) => weekdayWords(say, day)}
            onChange={(weekdays) => onChange({ ...rule, weekly: { ...weekly, weekdays } })}
          />
          <div className="row">
            <LabelledInput
              label={t("schedule.everyWeeks")}
              type="number"
              min={1}
              max={52}
              required
              value={weekly.everyWeeks}
              onValue={(value) => onChange({ ...rule, weekly: { ...weekly, everyWeeks: Number(value) } })}
            />
            <LabelledInput
              label={t("schedule.weeklyFrom")}
              type="date"
              required
              value={weekly.from}
              onValue={(value) => onChange({ ...rule, weekly: { ...weekly, from: value } })}
            />
          </div>
        </div>
      );
    case "weekdaysOfMonth":
      return (
        <fieldset>
          <legend>{legend}</legend>
          <ListOf
            items={weekdaysOfMonth}
            fresh={() => ({ weekday: 1, nth: 1 })}
            addText={t("schedule.add")}
            onChange={(next) => onChange({ ...rule, weekdaysOfMonth: next })}
          >
            {(item, change) => (
              <>
                <Choice
                  label={t("schedule.nth")}
                  value={item.nth}
                  values={PLACES}
                  nameOf={(nth) => (nth === -1 ? t("rule.lastOne") : t("schedule.nthOf", { nth }))}
                  onChange={(nth) => change({ ...item, nth })}
                />
                <Choice
                  label={t("schedule.weekday")}
                  value={item.weekday}
                  values={WEEKDAYS}
                  nameOf={(weekday) => weekdayWords(say, weekday)}
                  onChange={(weekday) => change({ ...item, weekday })}
                />
              </>
            )}
          </ListOf>
        </fieldset>
      );
    case "dates":
      return (
        <fieldset>
          <legend>{legend}</legend>
          <ListOf
            items={dates}
            fresh={() => ""}
            addText={t("schedule.add")}
            onChange={(next) => onChange({ ...rule, dates: next })}
          >
            {(date, change) => (
              <LabelledInput label={t("schedule.date")} type="date" required value={date} onValue={change} />
            )}
          </ListOf>
        </fieldset>
      );
    case "dateRanges":
      return (
        <fieldset>
          <legend>{legend}</legend>
          <ListOf
            items={dateRanges}
            fresh={() => ({ from: "", until: "" })}
            addText={t("schedule.add")}
            onChange={(next) => onChange({ ...rule, dateRanges: next })}
          >
            {(range, change) => (
              <>
                <LabelledInput
                  label={t("schedule.from")}
                  type="date"
                  required
                  value={range.from}
                  onValue={(value) => change({ ...range, from: value })}
                />
                <LabelledInput
                  label={t("schedule.until")}
                  type="date"
                  required
                  value={range.until}
                  onValue={(value) => change({ ...range, until: value })}
                />
              </>
            )}
          </ListOf>
        </fieldset>
      );
    case "lunarDays":
      return (
        <fieldset>
          <legend>{legend}</legend>
          <ListOf
            items={lunarDays}
            fresh={() => ({ month: 1, day: 15 })}
            addText={t("schedule.add")}
            onChange={(next) => onChange({ ...rule, lunarDays: next })}
          >
            {(item, change) => (
              <>
                <Choice
                  label={t("schedule.lunarMonth")}
                  value={item.month}
                  values={upTo(12)}
                  nameOf={(month) => lunarMonthWords(say, month)}
                  onChange={(month) => change({ ...item, month })}
                />
                <Choice
                  label={t("schedule.lunarDay")}
                  value={item.day}
                  values={[...upTo(30), -1]}
                  nameOf={(day) => lunarDayWords(say, day)}
                  onChange={(day) => change({ ...item, day })}
                />
              </>
            )}
          </ListOf>
        </fieldset>
      );
  }
}
