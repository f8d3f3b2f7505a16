import { Type } from "typebox";
import { ConsentGaps } from "../consents/consent-view.ts";
import { Instant, nullable, Uuid } from "../http/schemas.ts";
import { AirTime } from "../media/ear/slot.ts";
import { RecordingView, RenditionView } from "../media/recording.ts";
import { ReviewView } from "../review/review-view.ts";

/** How the API shows an episode. */
export const EpisodeView = Type.Object({
  id: Uuid,
  programmeId: Uuid,
  number: Type.Integer(),
  title: Type.String(),
  approved: Type.Boolean(),
  approvedAt: nullable(Instant),
  review: ReviewView,
  consentGaps: ConsentGaps,
  version: Type.Integer({ description: "Another with each change of title, segments or recordings" }),
  createdAt: Instant,
  updatedAt: Instant,
  segments: Type.Array(
    Type.Object({
      position: Type.Integer(),
      name: Type.String(),
      title: Type.String(),
      recording: nullable(RecordingView),
    }),
  ),
  programme: nullable(
    Type.Array(RenditionView, {
      description: "The segments as one continuous recording, where the programme is delivered so",
    }),
  ),
  slot: AirTime,
});
