import { useTranslation } from "react-i18next";
import type { Review } from "../api-types.ts";
import { momentText } from "../format.js";
import { Badge } from "./badges.tsx";
import { actText } from "./review-acts.ts";
import { owedText, personText } from "./review-words.ts";

/** Where a review stands, and who did what in it. */

const LOOKS: Record<Review["state"], [tone: string, sign: string]> = {
  draft: ["warn", "○"],
  submitted: ["plain", "…"],
  in_review: ["plain", "…"],
  approved: ["good", "✓"],
  returned: ["bad", "↩"],
};

export function ReviewBadge({
  review: { state, next, ended },
}: {
  review: Pick<Review, "state" | "next" | "ended">;
}) {
  const { t } = useTranslation();
  // Until somebody submits it anew, that it was let air once is what it must not look like.
  if (state === "draft" && ended !== null)
    return <Badge tone="bad" sign="↩" text={t("review.state.ended")} />;
  const [tone, sign] = LOOKS[state];
  const text =
    next === null || state === "approved"
      ? t(`review.state.${state}`)
      : t("review.waitsFor", { step: t(`step.${next}`) });
  return <Badge tone={tone} sign={sign} text={text} />;
}

/** What ended the round before, what is owed, and each step with who signed it. */
export function ReviewStanding({ review }: { review: Review }) {
  const { t } = useTranslation();
  const { owed, again, ended, submittedBy, openComments } = review;
  return (
    <>
      {owed !== null && <p className="warning">{owedText(owed)}</p>}
      {again && <p className="warning">{t("review.again")}</p>}
      {ended !== null && (
        <>
          <p className="problem">
            {t("text.aside", { text: actText(ended.by), aside: momentText(ended.by.at) })}
            {ended.lost.length > 0 && (
              <span className="hint"> {t("review.lost", { count: ended.lost.length })}</span>
            )}
          </p>
          <p className="hint">{t("review.endedHint")}</p>
        </>
      )}
      {ended === null && submittedBy !== null && <Steps review={review} submittedBy={submittedBy} />}
      {openComments > 0 && <p className="fact">{t("review.openComments", { count: openComments })}</p>}
    </>
  );
}

function Steps({ review: { steps, signatures }, submittedBy }: { review: Review; submittedBy: string }) {
  const { t } = useTranslation();
  return (
    <ol className="plain-list steps">
      <li>{t("review.act.submitted", { by: submittedBy })}</li>
      {steps.map((step) => {
        const signature = signatures.find((each) => each.step === step);
        return (
          <li key={step}>
            <Badge
              tone={signature ? "good" : "plain"}
              sign={signature ? "✓" : "○"}
              text={t(`step.${step}`)}
            />
            {signature ? (
              <>
                <span>
                  {personText(signature)} {momentText(signature.at)}
                </span>
                {signature.urgent !== null && (
                  <span className="hint">{t("review.urgentBecause", { reason: signature.urgent })}</span>
                )}
                {!signature.playedThrough && <span className="hint">{t("review.notAllHeard")}</span>}
              </>
            ) : (
              <span className="quiet-text">{t("review.notSigned")}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
