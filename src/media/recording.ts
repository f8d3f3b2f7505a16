import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { enumOf, Instant, nullable } from "../http/schemas.ts";
import { Finding, trimOf } from "./ear/findings.ts";
import { JOB_STATES, type Job } from "./jobs/job.ts";
import { RENDITION_STATES, type Rendition } from "./media.ts";
import type { MediaService } from "./media-service.ts";

const WaitView = Type.Object(
  { reason: Type.String(), until: Type.String({ ...Instant, description: "It is tried again then" }) },
  { description: "Of a job that waits for room on the disk, or after a failed attempt" },
);

export const RenditionView = Type.Object({
  id: Type.String(),
  profile: Type.String(),
  state: enumOf(RENDITION_STATES),
  progress: Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" }),
  etaMs: nullable(Type.Integer({ description: "What is left at the pace so far" })),
  error: nullable(Type.String({ description: "Why it failed, with ffmpeg's last words" })),
  jobId: nullable(Type.String({ description: "The job that makes it, or waits to" })),
  waitingFor: nullable(WaitView),
  sha256: nullable(Type.String()),
  bytes: nullable(Type.Integer()),
  mime: nullable(Type.String()),
  durationMs: nullable(Type.Integer()),
  loudnessLufs: nullable(
    Type.Number({ description: "Integrated, measured on the rendition, mono as dual mono" }),
  ),
  truePeakDbtp: nullable(Type.Number({ description: "Measured on the rendition" })),
  loudnessBy: nullable(
    enumOf(["gain", "limiter", "compression"], {
      description:
        "How the loudness was reached: linear gain alone, limited peaks, or evened out as the last resort",
    }),
  ),
});
export type RenditionView = Static<typeof RenditionView>;

export const TrimView = Type.Object(
  { fromMs: Type.Integer({ minimum: 0 }), toMs: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false, description: "A stretch of a recording, in milliseconds" },
);

/** Names a recording that is in the library already. */
export const AssetBody = Type.Object(
  { sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) },
  { additionalProperties: false },
);

const ListeningJobView = Type.Object(
  {
    id: Type.String(),
    state: enumOf(JOB_STATES),
    progress: Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" }),
    error: nullable(Type.String({ description: "Why it failed" })),
    waitingFor: nullable(WaitView),
  },
  { description: "The newest job that was to listen to it" },
);

const ListeningView = Type.Object({
  integratedLufs: nullable(Type.Number()),
  leadingSilenceMs: Type.Integer(),
  trailingSilenceMs: Type.Integer(),
  findings: Type.Array(Finding),
  suggestedTrim: nullable(TrimView),
});

/** What an upload is, what was heard in it and what was made of it, as the API shows it on a segment or a session. */
export const RecordingView = Type.Object({
  sha256: Type.String(),
  originalName: Type.String(),
  bytes: Type.Integer(),
  kind: enumOf(["audio", "video"]),
  container: Type.String(),
  durationMs: Type.Integer(),
  uploadedAt: Instant,
  synthetic: nullable(Type.Object({ engine: Type.String(), text: Type.String() })),
  listening: nullable(ListeningView),
  listeningJob: nullable(ListeningJobView),
  trim: nullable(TrimView),
  renditions: Type.Array(RenditionView),
});
export type RecordingView = Static<typeof RecordingView>;

/** A recording in its place. */
interface PlacedRecording {
  assetSha256: string | null;
  compositionId: string | null;
  trim: Static<typeof TrimView> | null;
}

export function viewRecording(
  media: MediaService,
  { assetSha256, compositionId, trim }: PlacedRecording,
): RecordingView | null {
  const asset = assetSha256 === null ? null : media.assetOf(assetSha256);
  if (!asset) return null;
  const { listening } = asset;
  return {
    sha256: asset.sha256,
    originalName: asset.originalName,
    bytes: asset.bytes,
    kind: asset.probe.kind,
    container: asset.probe.container,
    durationMs: asset.durationMs,
    uploadedAt: toIso(asset.createdAt),
    synthetic: asset.synthetic,
    listening: listening && {
      integratedLufs: listening.integratedLufs,
      leadingSilenceMs: Math.round(listening.leadingSilenceMs),
      trailingSilenceMs: Math.round(listening.trailingSilenceMs),
      findings: listening.findings,
      suggestedTrim: trimOf(listening),
    },
    listeningJob: listening ? null : viewListeningJob(media.listeningJobOf(asset.sha256)),
    trim,
    renditions: compositionId === null ? [] : viewRenditions(media, compositionId),
  };
}

const viewWait = ({ state, error, notBefore }: Job): Static<typeof WaitView> | null =>
  state === "queued" && error !== null ? { reason: error, until: toIso(notBefore) } : null;

const viewListeningJob = (job: Job | null): Static<typeof ListeningJobView> | null =>
  job && {
    id: job.id,
    state: job.state,
    progress: job.progress,
    error: job.state === "failed" ? job.error : null,
    waitingFor: viewWait(job),
  };

export function viewRendition(media: MediaService, rendition: Rendition): RenditionView {
  const { job, ...progress } = media.progressOf(rendition);
  return { ...rendition, ...progress, jobId: job && job.id, waitingFor: job && viewWait(job) };
}

export const viewRenditions = (media: MediaService, compositionId: string): RenditionView[] =>
  media.renditionsOf(compositionId).map((rendition) => viewRendition(media, rendition));

/** Why what is to be aired cannot be yet, or `null`. */
export const whyNotAirable = (media: MediaService, compositionId: string | null): string | null =>
  compositionId === null ? "nothing has been uploaded" : media.whyNotAirable(compositionId);
