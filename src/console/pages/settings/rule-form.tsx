import { Button } from "antd";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { QuietHours } from "../../api-types.ts";
import { dropDraft, keepDraft, keptDraft } from "../../parts/drafts.ts";
import { weekdayText } from "../../parts/hours-text.ts";
import { LabelledInput, Toggles } from "../calendar/labelled.tsx";
import { ListOf } from "../calendar/list-of.tsx";
import { SPACES, WordsInput } from "../calendar/words-input.tsx";
import { type AreaRules, CAPS, type Cap } from "./area-data.ts";
import { useCapText } from "./cap-text.ts";
import { draftOf, type RuleDraft } from "./rule-draft.ts";
import { RuleSaving } from "./rule-saving.tsx";
import { useWhose } from "./whose.tsx";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const HIGHEST: Record<Cap, number> = { maxVolume: 100, dailyMinutesCap: 1440, weeklyMinutesCap: 10_080 };

interface Props {
  rules: AreaRules;
  onSaved: () => void;
  onClose: () => void;
}

/** What an area adds itself. What is filled in stays while somebody looks elsewhere. */
export function RuleForm({ rules, onSaved, onClose }: Props) {
  const { t } = useTranslation();
  const name = `area-rules ${rules.code}`;
  const [draft, setDraft] = useState<RuleDraft>(
    () => (keptDraft(name) as RuleDraft | null) ?? draftOf(rules),
  );
  const [isAsking, setAsking] = useState(false);
  function change(next: RuleDraft) {
    keepDraft(name, next);
    setDraft(next);
  }
  function leave() {
    dropDraft(name);
    onClose();
  }
  function ask(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    setAsking(true);
  }
  return (
    <form className="rule-form" onSubmit={ask}>
      {rules.around && <p className="hint">{t("areas.stricterOnly")}</p>}
      <fieldset>
        <legend>{t("areas.quietHours")}</legend>
        <p className="hint">{t("areas.hoursHint")}</p>
        <ListOf<QuietHours>
          items={draft.quietHours}
          fresh={() => ({ from: "", to: "" })}
          addText={t("areas.addHours")}
          onChange={(quietHours) => change({ ...draft, quietHours })}
        >
          {(window, put) => <WindowFields window={window} onChange={put} />}
        </ListOf>
      </fieldset>
      <fieldset className="caps">
        <legend>{t("areas.limits")}</legend>
        {CAPS.map((cap) => (
          <CapField
            key={cap}
            cap={cap}
            rules={rules}
            value={draft.caps[cap]}
            onValue={(value) => change({ ...draft, caps: { ...draft.caps, [cap]: value } })}
          />
        ))}
      </fieldset>
      <div className="buttons">
        <Button type="primary" htmlType="submit">
          {t("areas.review")}
        </Button>
        <Button onClick={leave}>{t("action.cancel")}</Button>
      </div>
      {isAsking && (
        <RuleSaving
          rules={rules}
          draft={draft}
          onSaved={() => {
            leave();
            onSaved();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  );
}

interface WindowProps {
  window: QuietHours;
  onChange: (window: QuietHours) => void;
}

function WindowFields({ window, onChange }: WindowProps) {
  const { t } = useTranslation();
  return (
    <>
      <LabelledInput
        label={t("areas.hoursFrom")}
        type="time"
        required
        value={window.from}
        onValue={(from) => onChange({ ...window, from })}
      />
      <LabelledInput
        label={t("areas.hoursTo")}
        type="time"
        required
        value={window.to}
        onValue={(to) => onChange({ ...window, to })}
      />
      <Toggles
        legend={t("areas.weekdays")}
        values={WEEKDAYS}
        chosen={window.days ?? []}
        nameOf={weekdayText}
        onChange={(days) => onChange({ ...window, days })}
      />
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is its child */}
      <label className="labelled dates">
        <span>{t("areas.dates")}</span>
        <WordsInput
          separator={SPACES}
          pattern="\s*\d{4}-\d\d-\d\d([\s,，、]+\d{4}-\d\d-\d\d)*\s*"
          value={window.dates ?? []}
          onChange={(dates) => onChange({ ...window, dates })}
        />
      </label>
    </>
  );
}

interface CapProps {
  cap: Cap;
  rules: AreaRules;
  value: string;
  onValue: (value: string) => void;
}

function CapField({ cap, rules, value, onValue }: CapProps) {
  const { t } = useTranslation();
  const capText = useCapText();
  const limit = rules.around?.[cap] ?? null;
  const whose = useWhose(limit?.regionCode ?? null);
  const isRequired = cap === "maxVolume" && rules.code === "";
  return (
    <div>
      <LabelledInput
        label={t(`areas.${cap}`)}
        type="number"
        min={0}
        max={limit?.value ?? HIGHEST[cap]}
        required={isRequired}
        value={value}
        onValue={onValue}
      />
      <small>
        {limit
          ? t("areas.atMost", { value: capText(cap, limit.value), whose })
          : t(isRequired ? "areas.needed" : "areas.free")}
      </small>
    </div>
  );
}
