import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Content, ReviewCase } from "../../api-types.ts";
import { durationText } from "../../format.js";
import { Findings, marksOf, usedOf } from "../../parts/findings.tsx";
import { createListening, ListeningProvider } from "../../parts/listening.ts";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { peaksOf } from "../../parts/renditions.tsx";
import { ReviewHistory } from "../../parts/review-history.tsx";
import { useReviewCase } from "../../parts/review-live.ts";
import type { Collection } from "../../parts/review-requests.ts";
import { ReviewBadge, ReviewStanding } from "../../parts/review-standing.tsx";
import { commentMarks, ReviewThread } from "../../parts/review-thread.tsx";
import { isEpisode, nameOf } from "../../parts/review-words.ts";
import { SoundPlayer } from "../../parts/sound-player.tsx";
import { Page } from "../../shell/page.tsx";
import { slotsOf, useContent } from "../content/content-data.ts";
import { Decision } from "./decision.tsx";
import { useHeardParts } from "./heard-parts.ts";
import { PlayerTools } from "./player-tools.tsx";

interface Props {
  kind: Collection;
  id: string;
}

/** Listening to one, and signing or returning it. */
export function Desk({ kind, id }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useReviewCase(kind, id);
  return (
    <Page title={data ? nameOf(data) : t("review.title")}>
      <section className="view">
        {data === undefined && error === null && <Loading />}
        {data === undefined && error !== null && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && <Listened kind={kind} id={id} seen={data} />}
      </section>
    </Page>
  );
}

function Listened({ kind, id, seen }: Props & { seen: ReviewCase }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const [listening] = useState(() => createListening(true));
  const { parts, programme, review, comments, acts } = seen;
  const heard = useHeardParts(parts);
  const { data: content } = useContent(kind, id);
  return (
    <ListeningProvider value={listening}>
      <div className="review-desk" ref={place}>
        <p>
          {programme} <ReviewBadge review={review} /> <a href={`#/${kind}/${id}`}>{t("review.toContent")}</a>
        </p>
        <ReviewStanding review={review} />
        {parts.map((part, index) => (
          <section key={part.sha256} className="slot">
            <h3>
              {index + 1}. {part.title}
            </h3>
            <SoundPlayer
              part={index + 1}
              label={t("review.listenTo", { what: part.title })}
              sounds={[{ as: part.mime.startsWith("video/") ? "picture" : "horn", sha256: part.sha256 }]}
              durationMs={part.durationMs}
              peaks={content ? peaksAt(content, index) : null}
              marks={[...(content ? findingMarks(content, index) : []), ...commentMarks(comments, index + 1)]}
              isHearing
              onPlayed={(played) => heard.note(part, played)}
            />
            <p className="fact">
              {heard.msOf(part) === part.durationMs
                ? t("review.heardAll")
                : t("review.heard", {
                    heard: durationText(heard.msOf(part)),
                    total: durationText(part.durationMs),
                  })}
            </p>
            {content && <FindingsAt content={content} index={index} />}
          </section>
        ))}
        {parts.length > 0 && <PlayerTools desk={place} />}
        <Decision kind={kind} seen={seen} isHeard={heard.isAllHeard} />
        <h2>{t("review.comments")}</h2>
        <ReviewThread kind={kind} id={id} parts={parts.length} comments={comments} />
        <h2>{t("review.history")}</h2>
        <ReviewHistory acts={acts} />
      </div>
    </ListeningProvider>
  );
}

const wholeOf = (content: Content) => (isEpisode(content) ? content.programme : null);

/** Of what airs at a place, which may be all segments as one. */
const peaksAt = (content: Content, index: number): string | null =>
  peaksOf(wholeOf(content) ?? slotsOf(content)[index]?.recording?.renditions ?? []);

/** What was heard in the recording there; within the whole, the times of segments are other ones. */
const recordingAt = (content: Content, index: number) =>
  wholeOf(content) === null ? (slotsOf(content)[index]?.recording ?? null) : null;

function findingMarks(content: Content, index: number) {
  const recording = recordingAt(content, index);
  return recording === null ? [] : marksOf(recording.listening?.findings ?? [], usedOf(recording));
}

function FindingsAt({ content, index }: { content: Content; index: number }) {
  const recording = recordingAt(content, index);
  const findings = recording?.listening?.findings ?? [];
  if (recording === null || findings.length === 0) return null;
  return <Findings findings={findings} part={index + 1} used={usedOf(recording)} canHear />;
}
