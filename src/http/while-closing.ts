import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.ts";

/** Refuses what still comes while the server ends, by a connection that is open: nothing begins any more. */
export function refuseWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onRequest", (_request, _reply, done) => {
    done(isClosing ? closing() : undefined);
  });
}

const closing = (): AppError =>
  new AppError("unavailable", "The server is being stopped or restarted.", {
    hint: "Nothing was done. Send it again once the server is back.",
  });
