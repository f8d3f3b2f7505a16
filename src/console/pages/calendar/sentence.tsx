import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { useNames } from "../../parts/region-names.ts";
import { useSay } from "../../parts/say.ts";
import { namedRegions } from "../../parts/target-words.ts";
import { ruleSentence } from "./rule-words.ts";

/** What is filled in, as somebody would say it. */
export function Sentence({ definition }: { definition: ScheduleDefinition }) {
  const { t } = useTranslation();
  const say = useSay();
  const nameOf = useNames(namedRegions(definition.targets));
  return (
    <div className="rule-sentence">
      <p className="hint" id="rule-sentence-label">
        {t("schedule.sentence")}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: it is what comes of a form, but no form field */}
      <p role="status" aria-labelledby="rule-sentence-label" className="sentence">
        {ruleSentence(definition, nameOf, say)}
      </p>
    </div>
  );
}
