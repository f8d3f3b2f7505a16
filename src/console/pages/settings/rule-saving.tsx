import { useState } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "../../notices.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { windowText } from "../../parts/hours-text.ts";
import { type AreaRules, CAPS, saveRules } from "./area-data.ts";
import { useCapText } from "./cap-text.ts";
import { hoursChanged, ownOf, type RuleDraft } from "./rule-draft.ts";
import { useWhose } from "./whose.tsx";

interface Props {
  rules: AreaRules;
  draft: RuleDraft;
  onSaved: () => void;
  onClose: () => void;
}

const BELOW_COUNTY = new Set(["town", "village"]);

/** What will be another, before it is; and whether a second person is needed for all of it to count. */
export function RuleSaving({ rules: known, draft, onSaved, onClose }: Props) {
  const { t } = useTranslation();
  // As they are told from here: what somebody else saves from now on is told, and not overwritten.
  const [rules] = useState(known);
  const capText = useCapText();
  const whose = useWhose(rules.code);
  const own = ownOf(draft);
  const { added, removed } = hoursChanged(rules.own?.quietHours ?? [], own?.quietHours ?? []);
  const caps = CAPS.flatMap((cap) => {
    const [before = null, after = null] = [rules.own?.[cap], own?.[cap]];
    return before === after
      ? []
      : [
          t("areas.capChanges", {
            rule: t(`areas.${cap}`),
            before: capText(cap, before),
            after: capText(cap, after),
          }),
        ];
  });
  const changes = [
    ...added.map((window) => t("areas.hoursAdded", { hours: windowText(window) })),
    ...removed.map((window) => t("areas.hoursGone", { hours: windowText(window) })),
    ...caps,
  ];
  const isCountys = !BELOW_COUNTY.has(rules.level ?? "");
  return (
    <ConfirmDialog
      title={t("areas.saveTitle", { whose })}
      confirm={t("areas.save")}
      run={() => saveRules(rules.code, rules.version, rules.code === "" ? serverOwn(draft) : own)}
      onDone={() => {
        announce(() => t("areas.saved", { whose }));
        onSaved();
      }}
      onClose={onClose}
    >
      {changes.length === 0 ? (
        <p>{t("areas.noChange")}</p>
      ) : (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      <p>{t(rules.code === "" ? "areas.reachesAll" : "areas.reachesThere", { whose })}</p>
      {removed.length > 0 && (
        <p className="warning">{t(isCountys ? "areas.shorterTakesTwo" : "areas.shorterHere")}</p>
      )}
    </ConfirmDialog>
  );
}

/** The whole server always says its quiet hours, be they none. */
const serverOwn = (draft: RuleDraft) => ({ quietHours: [], ...ownOf(draft) });
