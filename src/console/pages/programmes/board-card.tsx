import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Content } from "../../api-types.ts";
import { durationText } from "../../format.js";
import { ReviewBadge } from "../../parts/review-standing.tsx";
import { contentName, gapText, isEpisode, owedText } from "../../parts/review-words.ts";
import { readyCount, slotsOf } from "../content/content-data.ts";

/** What it is, how much of it is there, and what stands in its way; the rest is behind it. */
export const BoardCard = memo(function BoardCard({ content }: { content: Content }) {
  const { t } = useTranslation();
  const { id, review, consentGaps, slot } = content;
  const { finding, durationMs } = slot;
  return (
    <li className="board-card">
      <a href={`#/${isEpisode(content) ? "episodes" : "sessions"}/${id}`}>{contentName(content)}</a>
      <p>
        <ReviewBadge review={review} />
      </p>
      <p className="fact">
        {t("content.recordings", { ready: readyCount(content), total: slotsOf(content).length })}
        {durationMs > 0 && ` · ${durationText(durationMs)}`}
      </p>
      {review.openComments > 0 && (
        <p className="fact">{t("review.openComments", { count: review.openComments })}</p>
      )}
      {finding !== null && (
        <p className="fact">{t(`finding.${finding.kind}`, { value: finding.value ?? "" })}</p>
      )}
      {review.owed !== null && <p className="warning">{owedText(review.owed)}</p>}
      {review.again && <p className="fact">{t("review.again")}</p>}
      {consentGaps.map((gap) => (
        <p key={`${gap.segment} ${gap.problem}`} className="warning">
          {gapText(gap)}
        </p>
      ))}
    </li>
  );
});
