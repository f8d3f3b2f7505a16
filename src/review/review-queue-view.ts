import { Type } from "typebox";
import { ConsentGaps } from "../consents/consent-view.ts";
import { enumOf, Instant, Title, Uuid } from "../http/schemas.ts";
import { STEPS } from "./review.ts";
import { ActView, OwedView, SignatureView } from "./review-view.ts";

/** How the API shows what waits for somebody's review. */

const Named = {
  kind: enumOf(["episode", "session"]),
  id: Uuid,
  number: Type.Integer(),
  title: Title,
  durationMs: Type.Integer(),
};
export const QueueItem = Type.Object({
  ...Named,
  step: enumOf(STEPS),
  submittedBy: Type.String(),
  submittedAt: Instant,
});

const OwingItem = Type.Object({ ...Named, owed: OwedView });
const SilencedItem = Type.Object({
  ...Named,
  gaps: ConsentGaps,
  changedBy: Type.String({ description: "Who changed a consent of it last" }),
  changedAt: Instant,
});
export const EndedItem = Type.Object({
  ...Named,
  by: ActView,
  lost: Type.Array(SignatureView),
  told: Type.Array(Type.String(), { description: "Who had submitted and signed it: they are told by this" }),
});

export const QueueView = Type.Object({
  items: Type.Array(QueueItem),
  owed: Type.Array(OwingItem, {
    description:
      "What was let air urgently and still lacks signatures, whoever they are asked of and whatever became of it since",
  }),
  silenced: Type.Array(SilencedItem, {
    description: "What is approved and kept off the air by consents, and who changed them last",
  }),
  ended: Type.Array(EndedItem, {
    description: "What was returned, withdrawn or voided and is to be submitted anew, the latest first",
  }),
});
