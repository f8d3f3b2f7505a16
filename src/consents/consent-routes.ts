import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, IdParams, LocalDate, nullable, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { ConsentService } from "./consent-service.ts";

const ValidUntil = nullable(
  Type.String({ ...LocalDate, description: "The last day that it covers; null without an end" }),
);
const Scope = Type.String({ maxLength: 500, description: "What it is for" });
const Document = Type.String({
  maxLength: 500,
  description: "Where the signed sheet is: a number, a shelf, an address",
});
const Segment = nullable(Type.String({ description: "By its name; null of a session" }));
const Person = Type.String({ ...Title, description: "Who is portrayed, as the office calls them" });

const ConsentView = Type.Object({
  id: Uuid,
  segment: Segment,
  person: Person,
  scope: Scope,
  validUntil: ValidUntil,
  document: Document,
});
const response = { 200: Type.Object({ items: Type.Array(ConsentView) }) };

/** Consents of episodes and sessions; mounted under the API's prefix, inside the sign-in guard. */
export async function consentRoutes(instance: FastifyInstance, { consents }: { consents: ConsentService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["review"];

  for (const kind of ["episode", "session"] as const) {
    const path = `/${kind}s/:id/consents`;
    const params = closed({ id: Uuid, consentId: Uuid });

    app.get(
      path,
      {
        config: { act: "consents:read" },
        schema: { tags, summary: "The consents of who is portrayed in it", params: IdParams, response },
      },
      async (request) => ({ items: consents.of({ kind, id: request.params.id }) }),
    );

    app.post(
      path,
      {
        config: { act: "content:edit" },
        schema: {
          tags,
          summary: "Record the consent of somebody who is portrayed",
          params: IdParams,
          body: closed({
            segment: Segment,
            person: Person,
            scope: Scope,
            validUntil: ValidUntil,
            document: Document,
          }),
          response,
        },
      },
      async (request) => ({
        items: consents.add({ kind, id: request.params.id }, request.body, requireUser(request).id),
      }),
    );

    app.patch(
      `${path}/:consentId`,
      {
        config: { act: "content:edit" },
        schema: {
          tags,
          summary: "Renew it, or end it when somebody takes it back: what is on air then is stopped",
          params,
          body: closed({
            scope: Type.Optional(Scope),
            validUntil: Type.Optional(ValidUntil),
            document: Type.Optional(Document),
          }),
          response,
        },
      },
      async ({ params: { id, consentId }, body }) => ({
        items: consents.change({ kind, id }, consentId, body),
      }),
    );

    app.delete(
      `${path}/:consentId`,
      {
        config: { act: "content:edit" },
        schema: {
          tags,
          summary: "Erase the consent of somebody who is not portrayed any more",
          params,
          response,
        },
      },
      async ({ params: { id, consentId } }) => ({ items: consents.remove({ kind, id }, consentId) }),
    );
  }
}
