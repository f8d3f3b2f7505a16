import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { may } from "../../api.js";
import type { Content } from "../../api-types.ts";
import { durationText } from "../../format.js";
import { FindingText } from "../../parts/findings.tsx";
import { createListening, ListeningProvider } from "../../parts/listening.ts";
import { Loading, ProblemNotice } from "../../parts/notices.tsx";
import { heardMsOf, peaksOf, Renditions, soundsOf } from "../../parts/renditions.tsx";
import { ReviewHistory } from "../../parts/review-history.tsx";
import { useReviewCase } from "../../parts/review-live.ts";
import type { Collection } from "../../parts/review-requests.ts";
import { ReviewBadge, ReviewStanding } from "../../parts/review-standing.tsx";
import { commentMarks, ReviewThread } from "../../parts/review-thread.tsx";
import { contentName, gapText, isEpisode, isOpen } from "../../parts/review-words.ts";
import { SoundPlayer } from "../../parts/sound-player.tsx";
import { Page } from "../../shell/page.tsx";
import { Consents } from "./consents.tsx";
import { slotsOf, useContent, useContentChange, useProgramme, useWork } from "./content-data.ts";
import { ReviewActions } from "./review-actions.tsx";
import { Segment } from "./segment.tsx";
import { SegmentsDialog } from "./segments-dialog.tsx";
import { useMissedFiles } from "./upload-place.tsx";
import { Used } from "./used.tsx";
import "./content.css";

/** An episode or a session: its recordings, how they sound, its review, and where it airs. */
export default function ContentPage({ kind }: { kind: Collection }) {
  const { id = "" } = useParams();
  return <ContentOf key={id} kind={kind} id={id} />;
}

function ContentOf({ kind, id }: { kind: Collection; id: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useContent(kind, id);
  useMissedFiles();
  return (
    <Page title={data ? contentName(data) : t("programmes.title")}>
      <section className="view">
        {data === undefined && error === null && <Loading />}
        {error !== null && data === undefined && (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        )}
        {data && <ContentView kind={kind} content={data} />}
      </section>
    </Page>
  );
}

function ContentView({ kind, content }: { kind: Collection; content: Content }) {
  const { t } = useTranslation();
  const { id, review, consentGaps } = content;
  const [listening] = useState(() => createListening(false));
  const [isEditing, setEditing] = useState(false);
  const onChanged = useContentChange(kind, id);
  const act = useWork(kind, id);
  const seen = useReviewCase(kind, id);
  const comments = seen.data?.comments ?? [];
  const slots = slotsOf(content);
  const whole = isEpisode(content) ? content.programme : null;
  return (
    <ListeningProvider value={listening}>
      <Head content={content} />
      <div className="content-columns">
        <div>
          <div className="heading-row">
            <h2>{t(isEpisode(content) ? "content.segments" : "content.recording")}</h2>
            {isEpisode(content) && may("content:edit") && (
              <Button onClick={() => setEditing(true)}>{t("segments.edit")}</Button>
            )}
          </div>
          {isEpisode(content) && isEditing && (
            <SegmentsDialog episode={content} onChanged={onChanged} onClose={() => setEditing(false)} />
          )}
          {slots.map((slot) => (
            <Segment
              key={slot.place}
              // What airs may be all segments as one: then that is the first and only part.
              slot={whole === null ? slot : { ...slot, part: slot.part + 1 }}
              comments={comments}
              isReviewed={isOpen(review)}
              act={act}
              onChanged={onChanged}
            />
          ))}
          {whole !== null && (
            <section className="segment">
              <h3>{t("content.whole")}</h3>
              <p className="hint">{t("content.wholeHint")}</p>
              <SoundPlayer
                part={1}
                label={t("content.wholeListen")}
                sounds={soundsOf(whole)}
                peaks={peaksOf(whole)}
                durationMs={heardMsOf(whole) ?? content.slot.durationMs}
                marks={commentMarks(comments, 1)}
              />
              <Renditions renditions={whole} act={act} />
            </section>
          )}
        </div>
        <div>
          <section className="panel">
            <h2>{t("content.review")}</h2>
            {consentGaps.map((gap) => (
              <p key={`${gap.segment} ${gap.problem}`} className="warning">
                {gapText(gap)}
              </p>
            ))}
            <ReviewStanding review={review} />
            <ReviewActions kind={kind} content={content} onChanged={onChanged} />
          </section>
          <section className="panel">
            <h2>{t("review.comments")}</h2>
            {seen.error !== null && seen.data === undefined && (
              <ProblemNotice error={seen.error} onRetry={() => void seen.refetch()} />
            )}
            <ReviewThread kind={kind} id={id} parts={whole === null ? slots.length : 1} comments={comments} />
          </section>
          <section className="panel">
            <h2>{t("used.title")}</h2>
            <Used id={id} />
          </section>
          <Consents kind={kind} content={content} onChanged={onChanged} />
          <section className="panel">
            <h2>{t("versions.title")}</h2>
            <ReviewHistory acts={seen.data?.acts ?? []} />
          </section>
        </div>
      </div>
    </ListeningProvider>
  );
}

function Head({ content }: { content: Content }) {
  const { t } = useTranslation();
  const { programmeId, review, slot } = content;
  const { data: programme } = useProgramme(programmeId);
  const { durationMs, finding } = slot;
  return (
    <>
      <p className="original">
        <a href={`#/programmes/${programmeId}`}>← {programme?.title ?? t("programmes.title")}</a>
        <ReviewBadge review={review} />
        {durationMs > 0 && (
          <span className="fact">{t("content.airTime", { duration: durationText(durationMs) })}</span>
        )}
        {finding !== null && <FindingText finding={finding} />}
      </p>
      {!isEpisode(content) && <Lecture content={content} />}
    </>
  );
}

function Lecture({ content: { speakers, modules } }: { content: Exclude<Content, { segments: unknown }> }) {
  const { t } = useTranslation();
  const comma = t("list.comma");
  return (
    <>
      {speakers.length > 0 && <p>{t("content.speakers", { names: speakers.join(comma) })}</p>}
      {modules.length > 0 && <p>{t("content.modules", { names: modules.join(comma) })}</p>}
    </>
  );
}
