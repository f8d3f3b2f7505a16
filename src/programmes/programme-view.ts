import { Type } from "typebox";
import { enumOf, nullable, Title, Uuid } from "../http/schemas.ts";
import { STEP_COUNTS, type StepCount } from "../review/review.ts";

/** How the API shows a programme: how it sounds, and how its content is reviewed. */

export const SoundSettings = {
  delivery: enumOf(["list", "programme"], {
    description: "Segments one by one, or as one continuous recording with chapters",
  }),
  gapMs: Type.Integer({
    minimum: 0,
    // A longer one sounds like a broken loudspeaker.
    maximum: 10_000,
    description: "Silence between the parts of a programme",
  }),
  bypass: Type.Array(enumOf(["highPass", "lowPass", "compress"]), {
    uniqueItems: true,
    description: "Steps of the loudspeaker's chain that are switched off",
  }),
  slotMinutes: nullable(Type.Number({ minimum: 0.5, maximum: 720, description: "How long content may be" })),
};

export const ReviewSettingsView = {
  steps: Type.Unsafe<StepCount>(
    Type.Integer({ enum: [...STEP_COUNTS], description: "How many signatures, each by another person" }),
  ),
  consentSegments: Type.Array(Title, {
    uniqueItems: true,
    maxItems: 20,
    description: "Segments that have to have a consent of who is portrayed",
  }),
  reruns: Type.Boolean({
    description: "Whether what has aired is reviewed anew before it airs again on another date",
  }),
  owedHours: Type.Integer({
    minimum: 1,
    maximum: 168,
    description:
      "Within how many hours the signatures are given that an urgent one did not wait for; after that it airs no more",
  }),
  playThrough: Type.Boolean({
    description: "Whether a signature takes the statement that all of it was heard",
  }),
};

const recording = nullable(Type.String({ description: "SHA-256" }));

export const ProgrammeView = Type.Object({
  id: Uuid,
  slug: Type.String(),
  kind: enumOf(["broadcast", "lecture"]),
  title: Type.String(),
  segments: Type.Array(Type.String(), { description: "Segment names in the order they air" }),
  sound: Type.Object({
    ...SoundSettings,
    signature: recording,
    sting: recording,
    closing: recording,
    cover: nullable(Type.String({ description: "SHA-256 of the podcast's cover" })),
  }),
  review: Type.Object(ReviewSettingsView),
});
