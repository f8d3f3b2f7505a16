import { useTranslation } from "react-i18next";
import { serverNow } from "../../api.js";
import { dayOf } from "../../format.js";
import { KINDS, type Kind, KindOfDays, type Rule } from "./kind-of-days.tsx";
import { Labelled, Toggles } from "./labelled.tsx";

const DAY_KINDS = ["workday", "weekend", "holiday"] as const;

const today = () => dayOf(serverNow());
const FRESH: { [K in Kind]: () => NonNullable<Rule[K]> } = {
  daysOfMonth: () => [],
  weekly: () => ({ weekdays: [], everyWeeks: 1, from: today() }),
  weekdaysOfMonth: () => [{ weekday: 1, nth: 1 }],
  dates: () => [""],
  dateRanges: () => [{ from: "", until: "" }],
  lunarDays: () => [{ month: 1, day: 1 }],
};

interface Props {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

/** The ways in which a rule names days; each is there once it is added. */
export function DaysPart({ rule, onChange }: Props) {
  const { t } = useTranslation();
  const used = KINDS.filter((kind) => rule[kind] !== undefined);
  const unused = KINDS.filter((kind) => !used.includes(kind));
  function without(kind: Kind) {
    const { [kind]: _, ...rest } = rule;
    onChange(rest);
  }
  return (
    <fieldset className="rule-part">
      <legend>{t("schedule.days")}</legend>
      {used.length > 1 && <p className="hint">{t("schedule.daysHint")}</p>}
      {used.map((kind) => (
        <div key={kind} className="kind-of-days">
          <KindOfDays kind={kind} rule={rule} onChange={onChange} />
          <button type="button" className="quiet" onClick={() => without(kind)}>
            {t("schedule.remove")}
            <span className="unseen">{t(`schedule.kind.${kind}`)}</span>
          </button>
        </div>
      ))}
      <div className="row">
        {unused.length > 0 && (
          <Labelled label={t("schedule.addDays")}>
            <select
              value=""
              onChange={({ target }) => {
                const kind = unused.find((each) => each === target.value);
                if (kind) onChange({ ...rule, [kind]: FRESH[kind]() });
              }}
            >
              <option value="">{t("schedule.choose")}</option>
              {unused.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`schedule.kind.${kind}`)}
                </option>
              ))}
            </select>
          </Labelled>
        )}
      </div>
      <Toggles
        legend={t("schedule.onlyOn")}
        values={DAY_KINDS}
        chosen={rule.onlyOn ?? []}
        nameOf={(kind) => t(`dayKind.${kind}`)}
        onChange={(onlyOn) => {
          const { onlyOn: _, ...rest } = rule;
          onChange(onlyOn.length === 0 ? rest : { ...rest, onlyOn });
        }}
      />
    </fieldset>
  );
}
