import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, IdParams, Uuid } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { SignIn } from "../people/sign-in.ts";
import type { Consent, ConsentService } from "./consent-service.ts";
import {
  ConsentDocument,
  ConsentPerson,
  ConsentScope,
  ConsentSegment,
  ConsentsView,
  ConsentUntil,
} from "./consent-view.ts";

const response = { 200: ConsentsView };

/** Who is portrayed is for people who sign in: a script's token may lie anywhere. */
const viewFor = ({ scopes }: SignIn, consents: readonly Consent[]): Static<typeof ConsentsView> => ({
  items: consents.map(({ person, scope, document, changedAt, ...consent }) => ({
    ...consent,
    ...(scopes === null ? { person, scope, document } : { person: null, scope: null, document: null }),
    erased: person === null,
    changedAt: toIso(changedAt),
  })),
});

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
        schema: {
          tags,
          summary: "The consents of who is portrayed in it",
          description: "Scripts see neither persons, scopes nor documents.",
          params: IdParams,
          response,
        },
      },
      async (request) => viewFor(signInOf(request), consents.of({ kind, id: request.params.id })),
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
            segment: ConsentSegment,
            person: ConsentPerson,
            scope: ConsentScope,
            validUntil: ConsentUntil,
            document: ConsentDocument,
            renews: Type.Optional(
              Type.String({ ...Uuid, description: "The erased one that it takes the place of" }),
            ),
          }),
          response,
        },
      },
      async (request) => {
        const key = { kind, id: request.params.id };
        const { renews = null, ...consent } = request.body;
        const held = consents.add(key, { ...consent, renews }, requireUser(request).id);
        return viewFor(signInOf(request), held);
      },
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
            scope: Type.Optional(ConsentScope),
            validUntil: Type.Optional(ConsentUntil),
            document: Type.Optional(ConsentDocument),
          }),
          response,
        },
      },
      async (request) => {
        const { id, consentId } = request.params;
        const held = consents.change({ kind, id }, consentId, request.body, requireUser(request).id);
        return viewFor(signInOf(request), held);
      },
    );

    app.delete(
      `${path}/:consentId`,
      {
        config: { act: "content:edit" },
        schema: {
          tags,
          summary: "Erase who somebody is that is portrayed",
          description:
            "That there was a consent stays, and keeps it off the air until another one `renews` it. Where the same " +
            "person has one that covers more, this one alone goes.",
          params,
          response,
        },
      },
      async (request) => {
        const { id, consentId } = request.params;
        return viewFor(signInOf(request), consents.erase({ kind, id }, consentId, requireUser(request).id));
      },
    );
  }
}
