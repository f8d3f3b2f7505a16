import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { StopBody } from "../broadcasts/broadcast-view.ts";
import { Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { StopEverything } from "./stop-everything.ts";

export async function stopRoutes(
  instance: FastifyInstance,
  { stopEverything }: { stopEverything: StopEverything },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    "/stop",
    {
      config: { act: "everything:stop" },
      schema: {
        tags: ["broadcasts"],
        summary: "Stop everything that sounds or is about to, everywhere",
        description:
          "Sent to the devices before it is written down, so that a busy database does not delay it.",
        body: StopBody,
        response: {
          200: Type.Object({
            commandId: Uuid,
            targets: Type.Integer({ description: "Devices that are to acknowledge the command" }),
            stopped: Type.Array(Uuid, { description: "Broadcasts stopped" }),
            published: Type.Boolean({
              description: "The broker has it; otherwise it gets it as soon as it is there",
            }),
            recorded: Type.Boolean({
              description:
                "It is written down; otherwise as soon as the database lets go, and repeated meanwhile",
            }),
          }),
        },
      },
    },
    async (request) => {
      const { id, name } = requireUser(request);
      return stopEverything.stop({ id, name }, request.body?.reason ?? "everything was stopped by hand");
    },
  );
}
