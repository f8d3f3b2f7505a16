import type { FastifyInstance } from "fastify";
import { repeat, SECOND_MS } from "../clock.ts";
import { eventStreams } from "../http/event-stream.ts";
import type { WhoAsks } from "../http/sign-in-guard.ts";
import { ALL, type ChangeFeed } from "./change-feed.ts";
import { ruleOf, TOPIC_NAMES } from "./topics.ts";
import { hears } from "./who-hears.ts";

interface Options {
  changes: Pick<ChangeFeed, "listen">;
  whoAsks: WhoAsks;
}

const ALIVE_EVERY_MS = 15 * SECOND_MS;
const RESTS = TOPIC_NAMES.map((name) => `${name} (${ruleOf(name).restSeconds} s)`).join(", ");

/** `/changes`; mounted under the API's prefix, inside the sign-in guard. */
export async function changeRoutes(app: FastifyInstance, { changes, whoAsks }: Options) {
  const streamTo = await eventStreams(app, whoAsks);
  app.get(
    "/changes",
    {
      config: { act: "timetable:read" },
      sse: "only",
      schema: {
        tags: ["changes"],
        summary: "That something has changed, as server-sent events: what it is now is asked for as ever",
        description:
          "Each connection begins with an event `open` and the topics that may be told on it; what changed before is not told. " +
          `Then \`changed\` with the topics that did, of ${RESTS}: each at once, and not again before that time has passed. ` +
          `\`alive\` comes every ${ALIVE_EVERY_MS / SECOND_MS} s: who hears nothing for longer connects anew. ` +
          "Of a topic hears who may read it: of devices and attendance in the own area alone, of people also whom it is about.",
        produces: ["text/event-stream"],
      },
    },
    async (request, reply) => {
      const stream = streamTo(request, reply);
      stream.onClose(
        changes.listen((told) =>
          stream.send("changed", (signIn) => {
            const topics = told.filter((change) => hears(signIn, change)).map(({ topic }) => topic);
            return topics.length > 0 ? { topics } : null;
          }),
        ),
      );
      stream.onClose(repeat(ALIVE_EVERY_MS, () => stream.send("alive", () => ({}))));
      stream.send("open", (signIn) => ({
        topics: TOPIC_NAMES.filter((topic) =>
          hears(signIn, { topic, about: new Set([ALL, signIn.user.id]) }),
        ),
      }));
    },
  );
}
