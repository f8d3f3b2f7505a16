import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Finding, Recording } from "../api-types.ts";
import { durationText } from "../format.js";
import { isText } from "../shell/texts.ts";
import { Badge } from "./badges.tsx";
import { useListening } from "./listening.ts";
import type { Mark } from "./waveform.tsx";

/** The stretch of a recording that is used, in milliseconds. */
interface Used {
  fromMs: number;
  toMs: number;
}

export const usedOf = ({ trim, durationMs }: Pick<Recording, "trim" | "durationMs">): Used =>
  trim ?? { fromMs: 0, toMs: durationMs };

/** Where a finding is in what is heard; `null` for one of the whole, or of what was cut off. */
function heardAt({ fromMs, toMs }: Finding, used: Used): { fromMs: number; toMs: number } | null {
  if (fromMs === null || toMs === null || toMs <= used.fromMs || fromMs >= used.toMs) return null;
  return { fromMs: Math.max(0, fromMs - used.fromMs), toMs: Math.min(used.toMs, toMs) - used.fromMs };
}

export const marksOf = (findings: readonly Finding[], used: Used): Mark[] =>
  findings.flatMap((finding) => {
    const at = heardAt(finding, used);
    return at === null ? [] : [{ ...at, tone: finding.severity === "fault" ? "bad" : "warn" } as const];
  });

export function FindingText({ finding: { kind, severity, fromMs, toMs, value } }: { finding: Finding }) {
  const { t } = useTranslation();
  const isFault = severity === "fault";
  const advice = `advice.${kind}`;
  return (
    <>
      <Badge
        tone={isFault ? "bad" : "warn"}
        sign={isFault ? "!" : "i"}
        text={t(`finding.${kind}`, { value: value ?? "" })}
      />
      {fromMs !== null && toMs !== null && (
        <span className="fact">
          {t("recording.between", { from: durationText(fromMs), to: durationText(toMs) })}
        </span>
      )}
      {isText(advice) && <span className="hint">{t(advice)}</span>}
    </>
  );
}

interface Props {
  findings: Finding[];
  part: number;
  used: Used;
  /** Whether there is something to be heard already. */
  canHear: boolean;
}

/** What was heard in a recording, each with the way to hear it oneself. */
export function Findings({ findings, part, used, canHear }: Props) {
  const { t } = useTranslation();
  const listening = useListening();
  return (
    <ul className="plain-list">
      {findings.map((finding) => {
        const at = canHear ? heardAt(finding, used) : null;
        return (
          <li key={`${finding.kind} ${finding.fromMs}`} className="rendition">
            <FindingText finding={finding} />
            {at !== null && (
              <Button size="small" onClick={() => listening.goTo(part, at.fromMs)}>
                {t("finding.goTo", { time: durationText(at.fromMs) })}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
