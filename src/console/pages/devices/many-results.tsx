import { useTranslation } from "react-i18next";
import type { ManyResult } from "../../api-types.ts";
import { PaneDialog } from "../../parts/pane-dialog.tsx";

/** In the order in which somebody has to do something about them. */
const OUTCOMES = ["conflict", "revoked", "not_found", "changed", "unchanged"] as const;
const WELL = new Set<string>(["changed", "unchanged"]);
const NAMED = 20;

/** What became of each of many devices. */
export function ManyResults({ items, onClose }: { items: ManyResult[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <PaneDialog title={t("many.results")} onClose={onClose}>
      <div className="dialog-body">
        {items.length === 0 && <p className="warning">{t("many.nobody")}</p>}
        {OUTCOMES.map((outcome) => {
          const those = items.filter(({ result }) => result === outcome);
          if (those.length === 0) return null;
          const names = those.slice(0, NAMED).map(({ name, deviceId }) => name ?? deviceId);
          return (
            <div key={outcome}>
              <p className={WELL.has(outcome) ? "done" : "warning"}>
                {t(`many.${outcome}`, { count: those.length })}
              </p>
              {!WELL.has(outcome) && (
                <p>
                  {names.join(t("list.comma"))}
                  {those.length > NAMED && "…"}
                </p>
              )}
            </div>
          );
        })}
      </div>
    </PaneDialog>
  );
}
