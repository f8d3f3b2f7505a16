import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { notFound } from "../errors.ts";
import type { MediaService } from "./media-service.ts";
import { AssetBody, RecordingView, viewRecording } from "./recording.ts";

/** `/recordings`; mounted under the API's prefix, inside the sign-in guard. */
export async function recordingRoutes(instance: FastifyInstance, { media }: { media: MediaService }) {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    "/recordings/:sha256",
    {
      config: { act: "content:read" },
      schema: {
        tags: ["media"],
        summary:
          "A recording that is in the library, and what was heard in it; it need not be in any place yet",
        params: AssetBody,
        response: { 200: RecordingView },
      },
    },
    async ({ params: { sha256 } }) => {
      const recording = viewRecording(media, { assetSha256: sha256, compositionId: null, trim: null });
      if (!recording) throw notFound("recording", sha256);
      return recording;
    },
  );
}
