import i18next from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { RegionsField } from "../../parts/regions-field.tsx";
import { Labelled, Toggles } from "./labelled.tsx";
import { WordsInput } from "./words-input.tsx";

type Targets = ScheduleDefinition["targets"];
const KINDS = ["loudspeaker", "terminal"] as const;

interface Props {
  targets: Targets;
  onChange: (targets: Targets) => void;
}

/** Where it is heard: regions of the tree, without parts of them, and by kinds, groups and tags of devices. */
export function TargetsPart({ targets, onChange }: Props) {
  const { t } = useTranslation();
  const { exclude = [], groups = [], tags = [] } = targets;
  const [isExcluding, setExcluding] = useState(exclude.length > 0);
  return (
    <fieldset className="rule-part">
      <legend>{t("schedule.targets")}</legend>
      <RegionsField
        legend={() => i18next.t("schedule.regions")}
        codes={targets.regions}
        onChange={(regions) => onChange({ ...targets, regions })}
      />
      {isExcluding ? (
        <RegionsField
          legend={() => i18next.t("schedule.exclude")}
          codes={exclude}
          onChange={(next) => onChange({ ...targets, exclude: next })}
        />
      ) : (
        <button type="button" onClick={() => setExcluding(true)}>
          {t("schedule.excludeSome")}
        </button>
      )}
      <Toggles
        legend={t("schedule.kinds")}
        values={KINDS}
        chosen={targets.kinds}
        nameOf={(kind) => t(`kind.${kind}`)}
        onChange={(kinds) => onChange({ ...targets, kinds })}
      />
      <div className="row">
        <Labelled label={t("schedule.groups")}>
          <WordsInput value={groups} onChange={(next) => onChange({ ...targets, groups: next })} />
        </Labelled>
        <Labelled label={t("schedule.tags")}>
          <WordsInput value={tags} onChange={(next) => onChange({ ...targets, tags: next })} />
        </Labelled>
      </div>
    </fieldset>
  );
}
