import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, enumOf, IdParams, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../media/upload.ts";
import type { ProgrammeService } from "./programme-service.ts";
import { SOUND_ROLES } from "./programme-sound.ts";
import { ProgrammeView, ReviewSettingsView, SoundSettings } from "./programme-view.ts";

const tags = ["programmes"];
const response = { 200: ProgrammeView };
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
        response: { 200: Type.Object({ items: Type.Array(ProgrammeView) }) },
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
        body: Type.Partial(closed(SoundSettings), { additionalProperties: false }),
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
        body: Type.Partial(closed(ReviewSettingsView), { additionalProperties: false }),
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
