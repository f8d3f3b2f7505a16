import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { after, repeat } from "../clock.ts";
import { answerBrokenRequest } from "./client-error.ts";

/** Of what goes on for longer than the whole of another body may: a quarter of the slowest mobile line. */
const MIN_BYTES = 32 * 1024;

/**
 * Cuts who sends a body so slowly that only the connection is meant (slow POST): a body that is read before it is looked at has
 * to be whole within the time, and one that is taken as it comes, such as an upload, brings 32 KiB in each such time.
 * Also where the answer was given before the body came. @param withinMs at two minutes, 2 kbit/s
 */
export function cutSlowBodies(app: FastifyInstance, withinMs: number): void {
  const ends = new WeakMap<IncomingMessage, () => void>();

  app.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { headers, socket } = request;
    const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
    if (!hasBody) return;
    const cut = () => {
      if (response.headersSent) socket.destroy();
      else answerBrokenRequest({ code: "ERR_HTTP_REQUEST_TIMEOUT" }, socket);
    };
    const endWhole = after(withinMs, cut);
    let received = socket.bytesRead;
    const endPace = repeat(withinMs, () => {
      if (socket.bytesRead - received < MIN_BYTES) cut();
      received = socket.bytesRead;
    });
    ends.set(request, endWhole);
    const endBoth = () => {
      endWhole();
      endPace();
    };
    request.once("end", endBoth).once("close", endBoth);
  });

  // Whoever takes a body as it comes has it from here on.
  app.addHook("preValidation", (request, _reply, done) => {
    ends.get(request.raw)?.();
    done();
  });
}
