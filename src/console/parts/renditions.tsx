import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { may } from "../api.js";
import type { Recording, Rendition } from "../api-types.ts";
import { durationText, momentText, signedText, sizeText } from "../format.js";
import { sentence } from "../server-words.js";
import { term } from "../shell/texts.ts";
import { Badge } from "./badges.tsx";
import type { Sound } from "./sound-player.tsx";

/** What is made of a recording, and how far the work on it is. */

const LOOKS: Record<Rendition["state"], [tone: string, sign: string]> = {
  queued: ["plain", "…"],
  running: ["plain", "↻"],
  ready: ["good", "✓"],
  failed: ["bad", "!"],
  cancelled: ["bad", "–"],
};

/** Asks for something to be done by a path of the API. */
export type Act = (path: string) => void;

const isReady = ({ state, sha256 }: Rendition) => state === "ready" && sha256 !== null;
const of = (renditions: readonly Rendition[], fits: (rendition: Rendition) => boolean) =>
  renditions.find((rendition) => isReady(rendition) && fits(rendition))?.sha256 ?? null;

/** The ways to hear it in the console. */
export function soundsOf(renditions: readonly Rendition[]): Sound[] {
  const found = {
    picture: of(renditions, ({ mime }) => mime === "video/mp4"),
    preview: of(renditions, ({ profile }) => profile.startsWith("preview")),
    horn: of(renditions, ({ profile }) => profile.startsWith("loudspeaker")),
  };
  const stream = of(renditions, ({ mime }) => mime === "application/vnd.apple.mpegurl");
  return (["picture", "horn", "preview"] as const).flatMap((as) => {
    const sha256 = found[as];
    if (sha256 === null) return [];
    return [as === "picture" ? { as, sha256, stream } : { as, sha256 }];
  });
}

export const peaksOf = (renditions: readonly Rendition[]): string | null =>
  of(renditions, ({ profile }) => profile.startsWith("waveform"));

/** How long what is heard of it lasts; `null` before anything is ready. */
export const heardMsOf = (renditions: readonly Rendition[]): number | null =>
  renditions.find((rendition) => isReady(rendition) && rendition.durationMs !== null)?.durationMs ?? null;

/** Why a job waits, and until when. */
function Waits({ for: { reason, until } }: { for: { reason: string; until: string } }) {
  const { t } = useTranslation();
  return (
    <p className="hint preformatted">
      {sentence(reason)} {t("job.until", { time: momentText(until) })}
    </p>
  );
}

const Failure = ({ error }: { error: string }) => (
  <div className="problem">
    <p className="preformatted">{sentence(error)}</p>
  </div>
);

/** To be made after all; whoever may not ask for it is told who does. */
function Retry({ path, act }: { path: string; act: Act }) {
  const { t } = useTranslation();
  if (!may("jobs:manage")) return <span className="hint">{t("job.retryBy")}</span>;
  return (
    <Button size="small" onClick={() => act(path)}>
      {t("job.retry")}
    </Button>
  );
}

/** A recording that nobody has listened to yet: where the work on it is. */
export function ListeningLine({ job, act }: { job: Recording["listeningJob"]; act: Act }) {
  const { t } = useTranslation();
  if (job === null) return <p className="hint">{t("listening.none")}</p>;
  const { id, state, progress, error, waitingFor } = job;
  const isOpen = state === "queued" || state === "running";
  return (
    <div className="rendition">
      <span>{t(`listening.${state}`, { progress })}</span>
      {!isOpen && <Retry path={`/jobs/${id}/retry`} act={act} />}
      {isOpen && may("jobs:manage") && (
        <Button size="small" onClick={() => act(`/jobs/${id}/cancel`)}>
          {t("job.cancel")}
        </Button>
      )}
      {waitingFor !== null && <Waits for={waitingFor} />}
      {error !== null && <Failure error={error} />}
    </div>
  );
}

function Numbers({ rendition }: { rendition: Rendition }) {
  const { t } = useTranslation();
  const { durationMs, bytes, loudnessLufs, truePeakDbtp, loudnessBy } = rendition;
  const facts = [
    durationMs !== null && durationText(durationMs),
    bytes !== null && sizeText(bytes),
    loudnessLufs !== null && t("rendition.loudness", { lufs: signedText(loudnessLufs) }),
    truePeakDbtp !== null && t("rendition.truePeak", { dbtp: signedText(truePeakDbtp) }),
    // A gain alone changes nothing that an ear would notice.
    loudnessBy !== null && loudnessBy !== "gain" && t(`loudnessBy.${loudnessBy}`),
  ];
  return facts.map(
    (fact) =>
      fact !== false && (
        <span key={fact} className="fact">
          {fact}
        </span>
      ),
  );
}

function RenditionLine({ rendition, act }: { rendition: Rendition; act: Act }) {
  const { t } = useTranslation();
  const { id, profile, state, progress, etaMs, error, waitingFor } = rendition;
  const [tone, sign] = LOOKS[state];
  return (
    <li className="rendition">
      <span className="rendition-name">{term("profile", profile)}</span>
      <Badge tone={tone} sign={sign} text={t(`rendition.${state}`, { progress })} />
      {state === "running" && <progress max={100} value={progress} aria-label={t("rendition.progress")} />}
      {state === "running" && etaMs !== null && (
        <span className="fact">{t("rendition.left", { time: durationText(etaMs) })}</span>
      )}
      {state === "ready" && <Numbers rendition={rendition} />}
      {(state === "failed" || state === "cancelled") && <Retry path={`/renditions/${id}/retry`} act={act} />}
      {waitingFor !== null && <Waits for={waitingFor} />}
      {state === "failed" && error !== null && <Failure error={error} />}
    </li>
  );
}

/** Folded to a line once all is well; with one way to cancel for all that one job makes. */
export function Renditions({ renditions, act }: { renditions: Rendition[]; act: Act }) {
  const { t } = useTranslation();
  const jobs = [...new Set(renditions.flatMap(({ jobId }) => jobId ?? []))];
  const list = (
    <ul className="plain-list">
      {renditions.map((rendition) => (
        <RenditionLine key={rendition.id} rendition={rendition} act={act} />
      ))}
    </ul>
  );
  if (renditions.length > 0 && renditions.every(isReady)) {
    return (
      <details className="made">
        <summary>{t("renditions.ready", { count: renditions.length })}</summary>
        {list}
      </details>
    );
  }
  return (
    <>
      {list}
      {jobs.length > 0 && may("jobs:manage") && (
        <Button size="small" onClick={() => jobs.forEach((id) => act(`/jobs/${id}/cancel`))}>
          {t("rendition.cancel")}
        </Button>
      )}
    </>
  );
}
