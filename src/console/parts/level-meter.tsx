import { useTranslation } from "react-i18next";
import { type Level, LOUD_DB, QUIETEST_DB } from "./level.ts";
import { useStore } from "./store.ts";

/** How loud it is, by a bar and in words. */
export function LevelMeter({ level }: { level: Level }) {
  const { t } = useTranslation();
  const { decibels, warning } = useStore(level);
  return (
    <span className="level">
      <meter
        min={QUIETEST_DB}
        max={0}
        low={-35}
        high={LOUD_DB}
        optimum={-15}
        value={decibels}
        aria-label={t("voice.level")}
      />
      <span className="hint level-word" role="status">
        {warning !== null && t(warning)}
      </span>
    </span>
  );
}
