import type { FastifyInstance } from "fastify";

/** Takes `application/x-www-form-urlencoded` as well; of a field that is given twice the last counts. */
export function acceptForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
}
