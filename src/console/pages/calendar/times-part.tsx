import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { Labelled, LabelledInput } from "./labelled.tsx";
import { ListOf } from "./list-of.tsx";
import { SPACES, WordsInput } from "./words-input.tsx";

type Rule = ScheduleDefinition["rule"];

interface Props {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

/** The times of every date, and those of parts of the year. */
export function TimesPart({ rule, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="rule-part">
      <legend>{t("schedule.times")}</legend>
      <div className="times">
        <ListOf
          items={rule.times}
          fresh={() => ""}
          addText={t("schedule.addTime")}
          onChange={(times) => onChange({ ...rule, times })}
        >
          {(time, change) => (
            <LabelledInput label={t("schedule.time")} type="time" required value={time} onValue={change} />
          )}
        </ListOf>
      </div>
      <details open={rule.seasons !== undefined && rule.seasons.length > 0}>
        <summary>{t("schedule.seasons")}</summary>
        <p className="hint">{t("schedule.monthDayHint")}</p>
        <ListOf
          items={rule.seasons ?? []}
          fresh={() => ({ from: "", until: "", times: [...rule.times] })}
          addText={t("schedule.addSeason")}
          onChange={(seasons) => {
            const { seasons: _, ...rest } = rule;
            onChange(seasons.length === 0 ? rest : { ...rest, seasons });
          }}
        >
          {(season, change) => (
            <>
              {(["from", "until"] as const).map((end) => (
                <Labelled key={end} label={t(`schedule.${end}`)}>
                  <input
                    className="short"
                    required
                    pattern="(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
                    placeholder="10-01"
                    value={season[end]}
                    onChange={({ target }) => change({ ...season, [end]: target.value })}
                  />
                </Labelled>
              ))}
              <Labelled label={t("schedule.seasonTimes")}>
                <WordsInput
                  isRequired
                  separator={SPACES}
                  pattern="\s*([01][0-9]|2[0-3]):[0-5][0-9](\s+([01][0-9]|2[0-3]):[0-5][0-9])*\s*"
                  value={season.times}
                  onChange={(times) => change({ ...season, times })}
                />
              </Labelled>
            </>
          )}
        </ListOf>
      </details>
    </fieldset>
  );
}
