import { fastifySSE } from "@fastify/sse";
import type { FastifyInstance } from "fastify";
import type { WhoAsks } from "../http/sign-in-guard.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { TOPICS } from "./table-topics.ts";

interface Options {
  changes: Pick<ChangeFeed, "listen">;
  whoAsks: WhoAsks;
}

/** `/changes`; mounted under the API's prefix, inside the sign-in guard. */
export async function changeRoutes(app: FastifyInstance, { changes, whoAsks }: Options) {
  await app.register(fastifySSE);
  const open = new Set<{ close(): void }>();
  // The server waits for open requests when it stops, and these have no end of their own.
  app.addHook("preClose", async () => {
    for (const stream of open) stream.close();
  });
  app.get(
    "/changes",
    {
      config: { act: "timetable:read" },
      sse: "only",
      schema: {
        tags: ["changes"],
        summary: "That something has changed, as server-sent events: what it is now is asked for as ever",
        description:
          "Each connection begins with an event `open`; what changed before it is not told. Then `changed` with the topics, " +
          `of ${TOPICS.join(", ")}, at most once a second. What devices report by the thousand is not told.`,
        produces: ["text/event-stream"],
      },
    },
    async (request, reply) => {
      reply.sse.keepAlive();
      // A listener that has gone is told so by its close event, not by this.
      const tell = (event: string, data: object) =>
        void reply.sse.send({ event, data }).catch(() => undefined);
      const end = changes.listen((topics) => {
        // Who was signed out meanwhile, or disabled, is told nothing more.
        if (whoAsks(request) === null) reply.sse.close();
        else tell("changed", { topics });
      });
      open.add(reply.sse);
      reply.sse.onClose(() => {
        end();
        open.delete(reply.sse);
      });
      tell("open", { topics: TOPICS });
    },
  );
}
