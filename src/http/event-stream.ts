import { fastifySSE } from "@fastify/sse";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { SignIn } from "../people/sign-in.ts";
import type { WhoAsks } from "./sign-in-guard.ts";

/** Server-sent events to one listener, until one of the two ends it. */
export interface EventStream {
  /** Who was signed out meanwhile, or disabled, is told nothing more. @param dataFor `null` for what is not theirs to know */
  send(event: string, dataFor: (signIn: SignIn) => object | null): void;
  /** What is to be done once nobody listens any more. */
  onClose(end: () => void): void;
}

/**
 * For the routes of `app` with `sse: "only"`; all that is open ends when the server stops.
 * @returns what makes a request's answer a stream
 */
export async function eventStreams(
  app: FastifyInstance,
  whoAsks: WhoAsks,
): Promise<(request: FastifyRequest, reply: FastifyReply) => EventStream> {
  await app.register(fastifySSE);
  const open = new Set<{ close(): void }>();
  // The server waits for open requests when it stops, and these have no end of their own.
  app.addHook("preClose", async () => {
    for (const stream of open) stream.close();
  });
  return (request, { sse }) => {
    sse.keepAlive();
    open.add(sse);
    sse.onClose(() => void open.delete(sse));
    return {
      send(event, dataFor) {
        const signIn = whoAsks(request);
        if (signIn === null) return sse.close();
        const data = dataFor(signIn);
        // A listener that has gone is told so by its close event, not by this.
        if (data !== null) void sse.send({ event, data }).catch(() => undefined);
      },
      onClose: (end) => sse.onClose(end),
    };
  };
}
