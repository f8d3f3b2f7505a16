import { useTranslation } from "react-i18next";
import { countdownText } from "../format.js";
import { useNow } from "./now.ts";

/** What is left of the ten minutes. */
export function LeftToConfirm({ until }: { until: string }) {
  const { t } = useTranslation();
  const left = countdownText(Date.parse(until) - useNow()).slice(-5);
  return (
    <span className="left-to-confirm" role="timer">
      {t("emergency.left", { time: left })}
    </span>
  );
}
