import { useTranslation } from "react-i18next";
import type { ScheduleDefinition } from "../../api-types.ts";
import { ContentSelect, choiceText, useChoices } from "./content-select.tsx";
import { Choice, LabelledInput, Toggles } from "./labelled.tsx";

type Policy = ScheduleDefinition["content"];
const POLICIES = ["next-approved", "latest-approved", "item", "rotation"] as const;
const FALLBACKS = ["silence", "repeat-last", "standing"] as const;

interface Props {
  programmeId: string;
  content: Policy;
  onChange: (content: Policy) => void;
}

/** What each date airs, and what instead when nothing is approved. */
export function ContentPart({ programmeId, content, onChange }: Props) {
  const { t } = useTranslation();
  const { policy, fallback = "silence" } = content;
  /** Without what only another policy knows. */
  function choosePolicy(next: Policy["policy"]) {
    const { standingContentId } = content;
    onChange({
      policy: next,
      ...(content.fallback ? { fallback: content.fallback } : {}),
      ...(standingContentId === undefined ? {} : { standingContentId }),
    });
  }
  function chooseFallback(next: (typeof FALLBACKS)[number]) {
    const { fallback: _, standingContentId: __, ...rest } = content;
    onChange(next === "silence" ? rest : { ...rest, fallback: next });
  }
  return (
    <fieldset className="rule-part">
      <legend>{t("schedule.content")}</legend>
      <div className="row">
        <Choice
          label={t("schedule.policy")}
          values={POLICIES}
          value={policy}
          nameOf={(each) => t(`schedule.policy.${each}`)}
          onChange={choosePolicy}
        />
        {policy === "next-approved" && (
          <LabelledInput
            label={t("schedule.fromNumber")}
            type="number"
            min={1}
            value={content.fromNumber ?? ""}
            onValue={(value) => {
              const { fromNumber: _, ...rest } = content;
              onChange(value === "" ? rest : { ...rest, fromNumber: Number(value) });
            }}
          />
        )}
        {policy === "item" && (
          <ContentSelect
            label={t("schedule.item")}
            programmeId={programmeId}
            value={content.contentId ?? ""}
            none={t("schedule.choose")}
            isRequired
            onChange={(contentId) => onChange({ ...content, contentId })}
          />
        )}
      </div>
      {policy === "rotation" && <Rotation programmeId={programmeId} content={content} onChange={onChange} />}
      <div className="row">
        <Choice
          label={t("schedule.fallback")}
          values={FALLBACKS}
          value={fallback}
          nameOf={(each) => t(`schedule.fallback.${each}`)}
          onChange={chooseFallback}
        />
        {fallback === "standing" && (
          <ContentSelect
            label={t("schedule.standing")}
            programmeId={programmeId}
            value={content.standingContentId ?? ""}
            none={t("schedule.choose")}
            isRequired
            onChange={(standingContentId) => onChange({ ...content, standingContentId })}
          />
        )}
      </div>
    </fieldset>
  );
}

function Rotation({ programmeId, content, onChange }: Props) {
  const { t } = useTranslation();
  const { data = [] } = useChoices(programmeId);
  const nameOf = (id: string) => {
    const content = data.find((each) => each.id === id);
    return content === undefined ? id : choiceText(content);
  };
  return (
    <Toggles
      legend={t("schedule.rotation")}
      values={data.map(({ id }) => id)}
      chosen={content.contentIds ?? []}
      nameOf={nameOf}
      onChange={(contentIds) => {
        const { contentIds: _, ...rest } = content;
        onChange(contentIds.length === 0 ? rest : { ...rest, contentIds });
      }}
    />
  );
}
