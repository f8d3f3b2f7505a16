import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { enumOf, Instant, nullable } from "../http/schemas.ts";
import type { MediaService } from "./media-service.ts";

export const RenditionView = Type.Object({
  id: Type.String(),
  profile: Type.String(),
  state: enumOf(["queued", "running", "ready", "failed"]),
  progress: Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" }),
  error: nullable(Type.String({ description: "Why it failed, with ffmpeg's last words" })),
  sha256: nullable(Type.String()),
  bytes: nullable(Type.Integer()),
  mime: nullable(Type.String()),
  durationMs: nullable(Type.Integer()),
  loudnessLufs: nullable(
    Type.Number({ description: "Integrated, measured on the rendition, mono as dual mono" }),
  ),
  truePeakDbtp: nullable(Type.Number({ description: "Measured on the rendition" })),
});

/** What an upload is and what was made of it, as the API shows it on a segment or a session. */
export const RecordingView = Type.Object({
  sha256: Type.String(),
  originalName: Type.String(),
  bytes: Type.Integer(),
  kind: enumOf(["audio", "video"]),
  container: Type.String(),
  durationMs: Type.Integer(),
  uploadedAt: Instant,
  renditions: Type.Array(RenditionView),
});
export type RecordingView = Static<typeof RecordingView>;

export function viewRecording(media: MediaService, assetSha256: string | null): RecordingView | null {
  const asset = assetSha256 === null ? null : media.assetOf(assetSha256);
  if (!asset) return null;
  return {
    sha256: asset.sha256,
    originalName: asset.originalName,
    bytes: asset.bytes,
    kind: asset.kind,
    container: asset.container,
    durationMs: asset.durationMs,
    uploadedAt: toIso(asset.createdAt),
    renditions: media.renditionsOf(asset.sha256),
  };
}

/** Why a recording cannot air yet, or `null` when every rendition of it is ready. */
export function whyNotReady(media: MediaService, assetSha256: string | null): string | null {
  if (assetSha256 === null) return "nothing has been uploaded";
  const unready = media.renditionsOf(assetSha256).find((rendition) => rendition.state !== "ready");
  if (!unready) return null;
  if (unready.state === "failed") return `${unready.profile} failed: ${unready.error ?? "unknown reason"}`;
  return `${unready.profile} is being made (${unready.progress} %)`;
}
