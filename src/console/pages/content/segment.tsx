import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { asProblem, may, send } from "../../api.js";
import type { Content, Recording, ReviewComment } from "../../api-types.ts";
import { durationText, momentText, sizeText } from "../../format.js";
import { announce } from "../../notices.js";
import { Findings, marksOf, usedOf } from "../../parts/findings.tsx";
import {
  type Act,
  heardMsOf,
  ListeningLine,
  peaksOf,
  Renditions,
  soundsOf,
} from "../../parts/renditions.tsx";
import { commentMarks } from "../../parts/review-thread.tsx";
import { SoundPlayer } from "../../parts/sound-player.tsx";
import { sentence } from "../../server-words.js";
import type { Slot } from "./content-data.ts";
import { UploadPlace } from "./upload-place.tsx";

interface Props {
  slot: Slot;
  comments: ReviewComment[];
  isReviewed: boolean;
  act: Act;
  onChanged: (content: Content) => void;
}

/** One place for a recording: what is in it, how it sounds, and the ways to another. */
export function Segment({ slot, comments, isReviewed, act, onChanged }: Props) {
  const { t } = useTranslation();
  const { place, name, title, recording } = slot;
  return (
    <section className="segment">
      <h3>
        {name === null ? t("content.recording") : <span className="segment-name">{name}</span>}
        {name !== null && ` ${title}`}
      </h3>
      {recording === null ? (
        <p className="quiet-text">{t("recording.none")}</p>
      ) : (
        <RecordingPart
          slot={slot}
          recording={recording}
          comments={comments}
          act={act}
          onChanged={onChanged}
        />
      )}
      {may("content:edit") && (
        <UploadPlace
          place={place}
          what={title}
          hasRecording={recording !== null}
          isReviewed={isReviewed}
          onChanged={onChanged}
        />
      )}
    </section>
  );
}

interface RecordingProps extends Omit<Props, "isReviewed"> {
  recording: Recording;
}

function RecordingPart({ slot, recording, comments, act, onChanged }: RecordingProps) {
  const { t } = useTranslation();
  const { title, part, place } = slot;
  const { listening, listeningJob, renditions, synthetic } = recording;
  const used = usedOf(recording);
  const findings = listening?.findings ?? [];
  const sounds = soundsOf(renditions);
  return (
    <>
      <Original recording={recording} />
      {synthetic !== null && <p className="hint">{t("recording.synthetic", { engine: synthetic.engine })}</p>}
      <SoundPlayer
        part={part}
        label={t("recording.listenTo", { what: title })}
        sounds={sounds}
        peaks={peaksOf(renditions)}
        durationMs={heardMsOf(renditions) ?? used.toMs - used.fromMs}
        marks={[...marksOf(findings, used), ...commentMarks(comments, part)]}
      />
      {listening === null && <ListeningLine job={listeningJob} act={act} />}
      {findings.length > 0 && (
        <Findings findings={findings} part={part} used={used} canHear={sounds.length > 0} />
      )}
      {may("content:edit") && <Trim place={place} recording={recording} onChanged={onChanged} />}
      <Renditions renditions={renditions} act={act} />
    </>
  );
}

function Original({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const { originalName, kind, durationMs, bytes, uploadedAt, sha256 } = recording;
  return (
    <p className="original">
      <span className="file">{originalName}</span>
      <span className="fact">{t(`recording.kind.${kind}`)}</span>
      <span className="fact">{durationText(durationMs)}</span>
      <span className="fact">{sizeText(bytes)}</span>
      <span className="fact">{t("recording.uploadedAt", { time: momentText(uploadedAt) })}</span>
      <a href={`/media/${sha256}`} download={originalName}>
        {t("recording.download")}
      </a>
    </p>
  );
}

/** Silence at both ends is cut off, or used again. */
function Trim({
  place,
  recording: { trim, listening },
  onChanged,
}: {
  place: string;
  recording: Recording;
  onChanged: (content: Content) => void;
}) {
  const { t } = useTranslation();
  const suggested = listening?.suggestedTrim ?? null;
  const change = (answer: Promise<Content>) =>
    void answer.then(onChanged, (error: unknown) => announce(() => sentence(asProblem(error).detail)));
  if (trim !== null)
    return <Button onClick={() => change(send("DELETE", `/${place}/trim`))}>{t("recording.untrim")}</Button>;
  if (suggested === null) return null;
  return (
    <Button onClick={() => change(send("PUT", `/${place}/trim`, suggested))}>{t("recording.trim")}</Button>
  );
}
