import { Type } from "typebox";
import { ConsentGaps } from "../consents/consent-view.ts";
import { Instant, nullable, Uuid } from "../http/schemas.ts";
import { AirTime } from "../media/ear/slot.ts";
import { RecordingView } from "../media/recording.ts";
import { ReviewView } from "../review/review-view.ts";

/** How the API shows a session. */
export const SessionView = Type.Object({
  id: Uuid,
  programmeId: Uuid,
  number: Type.Integer(),
  topic: Type.String(),
  speakers: Type.Array(Type.String()),
  modules: Type.Array(Type.String()),
  approved: Type.Boolean(),
  approvedAt: nullable(Instant),
  review: ReviewView,
  consentGaps: ConsentGaps,
  createdAt: Instant,
  updatedAt: Instant,
  recording: nullable(RecordingView),
  slot: AirTime,
});
