import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, enumOf, IdParams, nullable, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import { STEP_COUNTS, type StepCount } from "../review/review.ts";
import type { ProgrammeService } from "./programme-service.ts";
import { SOUND_ROLES } from "./programme-sound.ts";

const settings = {
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

const reviewSettings = {
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
  playThrough: Type.Boolean({
    description: "Whether a signature takes the statement that all of it was heard",
  }),
};

const recording = nullable(Type.String({ description: "SHA-256" }));

const Programme = Type.Object({
  id: Uuid,
  slug: Type.String(),
  kind: enumOf(["broadcast", "lecture"]),
  title: Type.String(),
  segments: Type.Array(Type.String(), { description: "Segment names in the order they air" }),
  sound: Type.Object({
    ...settings,
    signature: recording,
    sting: recording,
    closing: recording,
    cover: nullable(Type.String({ description: "SHA-256 of the podcast's cover" })),
  }),
  review: Type.Object(reviewSettings),
});

const tags = ["programmes"];
const response = { 200: Programme };
const RoleParams = closed({ id: Uuid, role: enumOf(SOUND_ROLES) });

export async function programmeRoutes(
  instance: FastifyInstance,
  { programmes }: { programmes: ProgrammeService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/programmes",
    {
      config: { act: "content:read" },
      schema: {
        tags,
        summary: "All programmes",
        response: { 200: Type.Object({ items: Type.Array(Programme) }) },
      },
    },
    async () => ({ items: programmes.all() }),
  );

  app.get(
    "/programmes/:id",
    {
      config: { act: "content:read" },
      schema: { tags, summary: "One programme", params: IdParams, response },
    },
    async (request) => programmes.get(request.params.id),
  );

  app.patch(
    "/programmes/:id/sound",
    {
      config: { act: "content:edit" },
      schema: {
        tags,
        summary: "Change how it sounds; what is approved keeps the sound it was approved with",
        params: IdParams,
        body: Type.Partial(closed(settings), { additionalProperties: false }),
        response,
      },
    },
    async (request) => programmes.changeSound(request.params.id, request.body, requireUser(request).id),
  );

  app.patch(
    "/programmes/:id/review",
    {
      config: { act: "programmes:manage" },
      schema: {
        tags,
        summary: "Change how its content is reviewed; holds for what is submitted from then on",
        params: IdParams,
        body: Type.Partial(closed(reviewSettings), { additionalProperties: false }),
        response,
      },
    },
    async (request) => programmes.changeReview(request.params.id, request.body),
  );

  app.delete(
    "/programmes/:id/sound/:role",
    {
      config: { act: "content:edit" },
      schema: {
        tags,
        summary: "Do without a signature tune, sting or closing",
        params: RoleParams,
        response,
      },
    },
    async (request) => {
      const { id, role } = request.params;
      return programmes.removeSound(id, role, requireUser(request).id);
    },
  );

  app.delete(
    "/programmes/:id/cover",
    {
      config: { act: "content:edit" },
      schema: {
        tags,
        summary: "Go back to the cover that comes with the server",
        params: IdParams,
        response,
      },
    },
    async (request) => programmes.removeSound(request.params.id, "cover", requireUser(request).id),
  );

  await app.register(async (scope) => {
    acceptRawUploads(scope);
    const uploads = scope.withTypeProvider<TypeBoxTypeProvider>();
    const upload = { tags, consumes: ["application/octet-stream"], querystring: UploadQuery, response };

    uploads.put(
      "/programmes/:id/sound/:role",
      {
        config: { act: "content:edit" },
        schema: { ...upload, summary: "Upload a signature tune, sting or closing", params: RoleParams },
      },
      async (request) => {
        const { id, role } = request.params;
        return programmes.uploadSound(id, role, uploadFrom(request), requireUser(request).id);
      },
    );

    uploads.put(
      "/programmes/:id/cover",
      {
        config: { act: "content:edit" },
        schema: { ...upload, summary: "Upload the podcast's cover: JPEG, PNG or WebP", params: IdParams },
      },
      async (request) =>
        programmes.uploadCover(request.params.id, uploadFrom(request), requireUser(request).id),
    );
  });
}
