import { useTranslation } from "react-i18next";
import type { BroadcastWithProof } from "../../api-types.ts";
import { differenceText } from "../../format.js";

/** How far from its time it began, on the devices that began it. */
export function LatenessFacts({ lateness }: { lateness: BroadcastWithProof["proof"]["startLatenessMs"] }) {
  const { t } = useTranslation();
  if (lateness === null) return <p className="quiet-text">{t("proof.noLateness")}</p>;
  const { p50, p99, max } = lateness;
  const facts = [
    [t("proof.median"), p50],
    [t("proof.p99"), p99],
    [t("proof.max"), max],
  ] as const;
  return (
    <>
      <dl className="facts numbers">
        {facts.map(([name, ms]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{differenceText(ms)}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t("proof.latenessNote")}</p>
    </>
  );
}
