import { useTranslation } from "react-i18next";
import type { PlayedBroadcast } from "../api-types.ts";
import { term } from "../shell/texts.ts";

/** States as a sign and a word: never by colour alone. */

const BROADCAST: Record<string, [sign: string, tone: string]> = {
  planned: ["○", "warn"],
  ready: ["✓", "good"],
  frozen: ["◆", "good"],
  on_air: ["●", "live"],
  aired: ["✓", "plain"],
  failed: ["!", "bad"],
  cancelled: ["×", "plain"],
  missed: ["!", "bad"],
};

export function Badge({ tone, sign, text }: { tone: string; sign: string; text: string }) {
  return (
    <span className={`badge ${tone}`}>
      <span className="sign" aria-hidden="true">
        {sign}
      </span>
      {text}
    </span>
  );
}

export function StateBadge({ state }: { state: string }) {
  useTranslation();
  const [sign, tone] = BROADCAST[state] ?? ["", "plain"];
  return <Badge tone={tone} sign={sign} text={term("state", state)} />;
}

/** What interrupts; nothing for what is on a timetable. A drill has its stripes wherever it is shown. */
export function InterruptBadge({ of }: { of: { class: string; silent: boolean } }) {
  const { t } = useTranslation();
  if (of.class === "daily") return null;
  if (of.class === "drill") {
    return <span className="badge drill-badge">{t(of.silent ? "drill.silent" : "class.drill")}</span>;
  }
  if (of.class === "emergency") return <Badge tone="emergency" sign="▲" text={t("class.emergency")} />;
  return <span className="badge">{term("class", of.class)}</span>;
}

const GRADES: Record<NonNullable<PlayedBroadcast["grade"]>, [tone: string, sign: string]> = {
  delivered: ["plain", "○"],
  cached: ["plain", "○"],
  started: ["warn", "●"],
  finished: ["good", "✓"],
  sensed: ["good", "✓"],
};

/** What a device proved; nothing is not known to be nothing. */
export function GradeBadge({ grade }: Pick<PlayedBroadcast, "grade">) {
  const { t } = useTranslation();
  if (grade === null) return <Badge tone="plain" sign="?" text={t("grade.unknown")} />;
  const [tone, sign] = GRADES[grade];
  return <Badge tone={tone} sign={sign} text={t(`grade.${grade}`)} />;
}
