import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, enumOf, Instant, nullable, Uuid } from "../http/schemas.ts";
import { CONTENT_CHANGES, REVIEW_ACTS, REVIEW_STATES, type ReviewAct, STEPS, THE_SERVER } from "./review.ts";
import type { Owed, Standing } from "./review-service.ts";

/** How the API shows a review and the acts that it consists of. */

const NullableText = nullable(Type.String());
const Step = enumOf(STEPS, { description: "初审, 复审, 终审" });
const Digest = Type.String({
  pattern: "^[0-9a-f]{64}$",
  description: "Of what is heard, as docs/review.md defines it",
});

export const SignedFiles = Type.Array(
  Type.Object({ part: Type.Integer(), profile: Type.String(), sha256: Type.String() }),
  { description: "All that devices may be given, on whatever line: what the digest is of" },
);

export const ActView = Type.Object({
  at: Instant,
  act: enumOf(REVIEW_ACTS, {
    description:
      "edited: while no review was under way; returned: by a reviewer; withdrawn: the approval taken back; voided: ended by an edit, or because devices would be given other bytes",
  }),
  by: nullable(Type.String({ description: "Who did that; null for the server itself" })),
  inPlaceOf: nullable(Type.String({ description: "Who was away and was stood in for" })),
  step: nullable(Step),
  digest: NullableText,
  files: nullable(SignedFiles),
  playedThrough: nullable(
    Type.Boolean({ description: "Whether the server had played all of it to who signed" }),
  ),
  change: nullable(enumOf(CONTENT_CHANGES, { description: "What an edit was about" })),
  reason: NullableText,
});

export const viewAct = ({
  at,
  act,
  by,
  inPlaceOf,
  step,
  digest,
  files,
  playedThrough,
  change,
  reason,
}: ReviewAct) => ({
  at: toIso(at),
  act,
  by: by === THE_SERVER ? null : by.name,
  inPlaceOf: inPlaceOf && inPlaceOf.name,
  step,
  digest,
  files: files && [...files],
  playedThrough,
  change,
  reason,
});

export const SignatureView = Type.Object({
  step: Step,
  by: Type.String(),
  inPlaceOf: ActView.properties.inPlaceOf,
  at: Instant,
  playedThrough: Type.Boolean(),
  urgent: nullable(Type.String({ description: "Why it could not wait for the signatures before it" })),
});

export const viewSignatures = (signatures: readonly ReviewAct[]): Static<typeof SignatureView>[] =>
  signatures.flatMap(({ step, by, inPlaceOf, at, playedThrough, reason: urgent }) =>
    step === null
      ? []
      : [
          {
            step,
            by: by.name,
            inPlaceOf: inPlaceOf && inPlaceOf.name,
            at: toIso(at),
            playedThrough: playedThrough === true,
            urgent,
          },
        ],
  );

export const OwedView = Type.Object(
  {
    steps: Type.Array(Step),
    until: Type.String({ ...Instant, description: "Without them it airs after this no more" }),
    isOverdue: Type.Boolean(),
  },
  { description: "Signatures that an urgent one did not wait for; asked for until they are given" },
);
export const viewOwed = ({ steps, until, isOverdue }: Owed): Static<typeof OwedView> => ({
  steps: [...steps],
  until: toIso(until),
  isOverdue,
});

export const ReviewView = Type.Object({
  state: enumOf(REVIEW_STATES, {
    description: "`submitted` waits for its first signature, `in_review` for a later one",
  }),
  version: Type.Integer({ description: "Of its last act; a signature and a return name it" }),
  steps: Type.Array(Step, { description: "Of the round under way, or of the last one" }),
  next: nullable(Step),
  digest: nullable(Digest),
  submittedBy: NullableText,
  signatures: Type.Array(SignatureView, { description: "In force" }),
  owed: nullable(OwedView),
  ended: nullable(
    Type.Object(
      { by: ActView, lost: Type.Array(SignatureView) },
      {
        description:
          "What ended the last round, and what was signed until then; null once it is submitted anew",
      },
    ),
  ),
  again: Type.Boolean({ description: "It has aired, and takes another review before it airs again" }),
  openComments: Type.Integer({ minimum: 0 }),
});

export const viewReview = ({ review, isAgain, owed, openComments }: Standing): Static<typeof ReviewView> => ({
  state: review.state,
  version: review.version,
  steps: [...review.steps],
  next: review.next,
  digest: review.digest,
  submittedBy: review.submission?.by.name ?? null,
  signatures: viewSignatures(review.signatures),
  owed: owed && viewOwed(owed),
  ended: review.ended && { by: viewAct(review.ended.act), lost: viewSignatures(review.ended.lost) },
  again: isAgain,
  openComments,
});

export const CommentView = Type.Object({
  id: Uuid,
  part: Type.Integer({ description: "In air order, from 1" }),
  partTitle: Type.String({ description: "Its title then" }),
  atMs: Type.Integer(),
  text: Type.String(),
  digest: Digest,
  by: Type.String(),
  createdAt: Instant,
  resolved: nullable(Type.Object({ at: Instant, by: Type.String() })),
});

export const SignatureBody = closed({
  step: Step,
  version: Type.Integer({ minimum: 0, description: "As the review had it that was looked at" }),
  digest: Digest,
  urgent: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: "\\S",
      description:
        "Of a final signature: why it cannot wait for the ones before, which are asked for afterwards",
    }),
  ),
});

export const CaseView = Type.Object({
  kind: enumOf(["episode", "session"]),
  id: Uuid,
  programme: Type.String(),
  number: Type.Integer(),
  title: Type.String(),
  review: ReviewView,
  playThrough: Type.Boolean({
    description: "Whether a signature takes that all of it was played to who signs",
  }),
  digest: nullable(
    Type.String({ ...Digest, description: "Of what is there now; null while it cannot be heard whole" }),
  ),
  files: SignedFiles,
  lacks: Type.Array(Type.Object({ at: Type.String(), message: Type.String() }), {
    description: "Why it cannot be signed now; it can be returned all the same",
  }),
  parts: Type.Array(
    Type.Object({
      title: Type.String(),
      sha256: Type.String(),
      mime: Type.String(),
      bytes: Type.Integer(),
      durationMs: Type.Integer(),
    }),
    { description: "What devices play, to be heard for a signature at /media/<sha256>?hearing, in order" },
  ),
  myTurn: Type.Boolean(),
  mayUrge: Type.Boolean({ description: "Whether whoever asks can let it air before the other signatures" }),
  whyNotMe: nullable(
    Type.Object(
      { detail: Type.String(), hint: NullableText },
      { description: "Why whoever asks cannot sign what it waits for" },
    ),
  ),
  comments: Type.Array(CommentView),
  acts: Type.Array(ActView, { description: "In order, the last 200" }),
});
