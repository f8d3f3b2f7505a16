import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { IdParams } from "../http/schemas.ts";
import type { MediaService } from "./media-service.ts";
import { RenditionView, viewRendition } from "./recording.ts";

/** What an operator may do with a rendition; mounted under the API's prefix, inside the sign-in guard. */
export async function renditionRoutes(instance: FastifyInstance, { media }: { media: MediaService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    "/renditions/:id/retry",
    {
      config: { act: "jobs:manage" },
      schema: {
        tags: ["media"],
        summary: "Make a failed or cancelled rendition again",
        params: IdParams,
        response: { 200: RenditionView },
      },
    },
    async ({ params }) => viewRendition(media, media.retryRendition(params.id)),
  );
}
