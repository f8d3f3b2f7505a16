import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { AppError } from "../../errors.ts";
import type { ActsWithin } from "../../http/permission-guard.ts";
import { closed, IdParams, Uuid } from "../../http/schemas.ts";
import { signInOf } from "../../http/sign-in-guard.ts";
import { VOICE_MIMES } from "../../media/live/voice-encoder.ts";
import type { MediaService } from "../../media/media-service.ts";
import type { AnnouncementService } from "../announcement-service.ts";
import { AnnouncementView, viewAnnouncement } from "../interrupt-view.ts";
import { chunkTooLarge } from "./live-refusals.ts";
import type { LiveService } from "./live-service.ts";

interface Options {
  live: LiveService;
  announcements: Pick<AnnouncementService, "get">;
  media: MediaService;
}

/** Half a second of the best voice has a tenth of it; after a cut one chunk may hold more. */
const MAX_CHUNK_BYTES = 512 * 1024;
const MAX_CHUNKS = 100_000;

/** The speaker's side of what is spoken live; mounted under the API's prefix, inside the sign-in guard. */
export async function liveRoutes(instance: FastifyInstance, { live, announcements, media }: Options) {
  const areasOfAnnouncement: ActsWithin = ({ params }) =>
    announcements.get((params as { id: string }).id).broadcast.areas;
  const config = { act: "announcements:air", within: areasOfAnnouncement } as const;
  const view = (id: string) => viewAnnouncement(media, announcements.get(id));

  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    "/live/:id/end",
    {
      config,
      schema: {
        tags: ["interrupts"],
        summary: "The speaker has ended; what was said is heard to its end",
        params: IdParams,
        response: { 200: AnnouncementView },
      },
    },
    async (request) => {
      live.finish(request.params.id, signInOf(request));
      return view(request.params.id);
    },
  );

  await instance.register(async (chunks) => {
    chunks.setErrorHandler((error: Error & { code?: string }) => {
      throw error.code === "FST_ERR_CTP_BODY_TOO_LARGE" ? chunkTooLarge() : error;
    });
    chunks.removeAllContentTypeParsers();
    chunks.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: MAX_CHUNK_BYTES },
      (_request, body, done) => done(null, body),
    );
    chunks.withTypeProvider<TypeBoxTypeProvider>().put(
      "/live/:id/chunks/:n",
      {
        config,
        logLevel: "warn",
        schema: {
          tags: ["interrupts"],
          summary: "Send what the microphone has recorded since the chunk before, as the request body",
          description:
            "In order, from 0; the first one begins. The same number again changes nothing. 409 says which is " +
            "`expected` when one before it is missing, or in `endedBy` why nothing more is taken. Only the sign-in that began speaks. " +
            "Nothing for ten seconds ends it. A chunk has at most 512 KB, the whole at most 320 kbit/s, and what does not wait " +
            "for the answer to the one before is 503.",
          consumes: VOICE_MIMES,
          params: closed({ id: Uuid, n: Type.Integer({ minimum: 0, maximum: MAX_CHUNKS }) }),
          response: {
            200: Type.Object({
              next: Type.Integer({ description: "The number of the chunk that is expected next" }),
              announcement: AnnouncementView,
            }),
          },
        },
      },
      async (request) => {
        const { body, params, headers } = request;
        if (!(body instanceof Uint8Array) || body.length === 0)
          throw new AppError("invalid", "The chunk is empty.", { hint: "Send what MediaRecorder gave." });
        const chunk = { bytes: body, mime: headers["content-type"] ?? "" };
        const { next } = await live.say(params.id, params.n, chunk, signInOf(request));
        return { next, announcement: view(params.id) };
      },
    );
  });
}
