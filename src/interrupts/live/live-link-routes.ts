import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { deviceOf, requireDevice } from "../../devices/device-auth.ts";
import { closed, IdParams } from "../../http/schemas.ts";
import { LiveIndex } from "../../protocol/live-index.ts";
import type { LiveService } from "./live-service.ts";

/** The devices' side of what is spoken live. */
export async function liveLinkRoutes(
  instance: FastifyInstance,
  { live }: { live: Pick<LiveService, "follow"> },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/device/v1/live/:id",
    {
      onRequest: requireDevice,
      logLevel: "warn",
      schema: {
        tags: ["device link"],
        summary:
          "The signed index of a live broadcast (application/jose), once it tells of a part after `after`",
        description: "It answers within about ten seconds: what nobody speaks into any more ends.",
        params: IdParams,
        querystring: closed({ after: Type.Integer({ minimum: 0, default: 0 }) }),
        response: { 200: LiveIndex },
      },
    },
    async (request, reply) => {
      const jws = await live.follow(request.params.id, request.query.after, deviceOf(request));
      return reply
        .type("application/jose")
        .header("cache-control", "private, no-store")
        .serializer((text) => text as string)
        .send(jws as never);
    },
  );
}
