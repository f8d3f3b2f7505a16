import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { SpeechService } from "./speech-service.ts";

const MAX_CHARACTERS = 5_000;

/** Text to speech: listen to it first, then use it where a recording belongs. */
export async function speechRoutes(instance: FastifyInstance, { speech }: { speech: SpeechService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    "/speech",
    {
      config: { act: "recordings:send" },
      schema: {
        tags: ["media"],
        summary: "Speak a text into a recording, to be heard and then used for a segment",
        description:
          "The recording is marked as synthetic. Put it to a segment with `PUT /episodes/{id}/segments/{position}/asset`; " +
          "what is not used is removed after a while.",
        body: closed({ text: Type.String({ minLength: 1, maxLength: MAX_CHARACTERS, pattern: "\\S" }) }),
        response: {
          201: Type.Object({
            sha256: Type.String(),
            url: Type.String({ description: "Where it is listened to" }),
            durationMs: Type.Integer(),
            engine: Type.String(),
            spokenText: Type.String({ description: "What is heard, in words" }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { asset, spokenText } = await speech.speak(request.body.text, requireUser(request).id);
      const { sha256, durationMs } = asset;
      return reply
        .code(201)
        .send({ sha256, durationMs, url: `/media/${sha256}`, engine: speech.engine, spokenText });
    },
  );
}
