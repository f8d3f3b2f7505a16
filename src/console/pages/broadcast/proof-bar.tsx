import { useTranslation } from "react-i18next";
import type { BroadcastWithProof } from "../../api-types.ts";
import { shareText } from "../../format.js";

type Proof = BroadcastWithProof["proof"];

/** Strongest first, as they stand in the bar. */
const STEPS = ["sensed", "finished", "started", "cached", "delivered", "unknown"] as const;

/** Each device once, by its highest grade. The server counts "at least"; the difference of neighbours is "exactly". */
function exactCounts({ atLeast, unknown }: Proof) {
  return STEPS.map((step, index) => {
    if (step === "unknown") return { step, count: unknown };
    const above = STEPS[index - 1];
    return { step, count: atLeast[step] - (above && above !== "unknown" ? atLeast[above] : 0) };
  });
}

/** One bar whose whole length is all the devices, and the same numbers as a table. */
export function ProofBar({ proof }: { proof: Proof }) {
  const { t } = useTranslation();
  const counts = exactCounts(proof);
  const leftOf = (index: number) => counts.slice(0, index).reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="proof-bar">
      <svg
        className="bar"
        viewBox={`0 0 ${Math.max(1, proof.devices)} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {counts.map(({ step, count }, index) => (
          <rect key={step} className={`bar-${step}`} x={leftOf(index)} y={0} width={count} height={1} />
        ))}
      </svg>
      <table className="legend">
        <caption className="unseen">{t("proof.bar")}</caption>
        <thead className="unseen">
          <tr>
            <th scope="col">{t("column.grade")}</th>
            <th scope="col">{t("column.count")}</th>
            <th scope="col">{t("column.share")}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map(({ step, count }) => (
            <tr key={step} className={count === 0 ? "zero" : undefined}>
              <th scope="row">
                <span className={`swatch swatch-${step}`} aria-hidden="true" />
                {t(`bar.${step}`)}
              </th>
              <td className="number">{count}</td>
              <td className="number">{shareText(count, proof.devices)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
