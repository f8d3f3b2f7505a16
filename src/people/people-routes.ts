import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { AppError } from "../errors.ts";
import { closed, IdParams, Uuid } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { Access } from "./access-service.ts";
import type { ApiTokens } from "./api-token-service.ts";
import type { Invitation } from "./password-service.ts";
import type { PeopleService } from "./people-service.ts";
import {
  AccessSchema,
  InvitationSchema,
  PersonName,
  PersonSchema,
  Roles,
  SignInSchema,
  TokenSchema,
  viewAccess,
  viewPerson,
  viewSignIn,
  viewToken,
} from "./person-view.ts";
import type { SignIns } from "./sign-in-service.ts";

const OfOne = closed({ id: Uuid, itemId: Uuid });

interface Options {
  access: Pick<Access, "recent">;
  people: PeopleService;
  signIns: SignIns;
  apiTokens: ApiTokens;
  publicUrl: string | null;
}

/** Who there is and what they may do; mounted inside the guard. */
export async function peopleRoutes(
  instance: FastifyInstance,
  { access, people, signIns, apiTokens, publicUrl }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["people"];
  const reading = { act: "people:read" } as const;
  const managing = { act: "people:manage" } as const;

  /** The token after the `#` never reaches a log. */
  function viewInvitation(
    request: FastifyRequest,
    { token, expiresAt }: Invitation,
  ): Static<typeof InvitationSchema> {
    const origin = publicUrl ?? `${request.protocol}://${request.host}`;
    return { url: `${origin}/#/invitation/${token}`, expiresAt: toIso(expiresAt) };
  }

  app.get(
    "/people",
    {
      config: reading,
      schema: {
        tags,
        summary: "Everybody who may sign in, or once could, by name",
        response: { 200: Type.Object({ items: Type.Array(PersonSchema) }) },
      },
    },
    async () => ({ items: people.all().map(viewPerson) }),
  );

  app.get(
    "/people/access-given",
    {
      config: reading,
      schema: {
        tags,
        summary: "Who let whom in, in the last thirty days, newest first",
        description:
          "By a link to set the password, by removing a second factor, or by linking with the sign-in provider. Until " +
          "`settlesAt` the two count as one person for what takes two or three.",
        response: { 200: Type.Object({ items: Type.Array(AccessSchema) }) },
      },
    },
    async () => ({ items: access.recent().map(viewAccess) }),
  );

  app.get(
    "/people/:id",
    {
      config: reading,
      schema: { tags, summary: "One person", params: IdParams, response: { 200: PersonSchema } },
    },
    async ({ params }) => viewPerson(people.get(params.id)),
  );

  app.post(
    "/people",
    {
      config: managing,
      schema: {
        tags,
        summary: "Invite somebody: the link sets the own password, once, within three days",
        body: closed({ name: PersonName, roles: Roles }),
        response: { 201: Type.Object({ person: PersonSchema, invitation: InvitationSchema }) },
      },
    },
    async (request, reply) => {
      const { person, invitation } = people.invite(
        request.body.name,
        request.body.roles,
        requireUser(request).id,
      );
      reply.code(201).header("cache-control", "no-store").header("location", `/api/v1/people/${person.id}`);
      return { person: viewPerson(person), invitation: viewInvitation(request, invitation) };
    },
  );

  app.post(
    "/people/:id/invitation",
    {
      config: managing,
      schema: {
        tags,
        summary: "A new link to set the password, for who did not use it or forgot the password",
        params: IdParams,
        response: { 201: InvitationSchema },
      },
    },
    async (request, reply) => {
      const invitation = people.inviteAgain(request.params.id, requireUser(request).id);
      reply.code(201).header("cache-control", "no-store");
      return viewInvitation(request, invitation);
    },
  );

  app.put(
    "/people/:id/roles",
    {
      config: managing,
      schema: {
        tags,
        summary: "Replace the roles; they hold from the next request on",
        params: IdParams,
        body: closed({ roles: Roles }),
        response: { 200: PersonSchema },
      },
    },
    async ({ params, body }) => viewPerson(people.setRoles(params.id, body.roles)),
  );

  app.post(
    "/people/:id/disable",
    {
      config: managing,
      schema: {
        tags,
        summary: "Let somebody in no more; ends sign-ins, invitations and tokens at once",
        params: IdParams,
        response: { 200: PersonSchema },
      },
    },
    async ({ params }) => viewPerson(people.disable(params.id)),
  );

  app.post(
    "/people/:id/enable",
    {
      config: managing,
      schema: {
        tags,
        summary: "Let somebody in again, with the old password",
        params: IdParams,
        response: { 200: PersonSchema },
      },
    },
    async ({ params }) => viewPerson(people.enable(params.id)),
  );

  app.delete(
    "/people/:id/second-factor",
    {
      config: managing,
      schema: {
        tags,
        summary:
          "Remove the second factor of who lost the telephone; ends all sign-ins and tokens. Never the own one",
        params: IdParams,
        response: { 200: PersonSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const by = requireUser(request).id;
      if (id === by) {
        throw new AppError("forbidden", "Your own second factor is not removed here.", {
          hint: "Remove it under My account, with a code. Who has lost it asks another administrator.",
        });
      }
      return viewPerson(people.removeSecondFactor(id, by));
    },
  );

  app.get(
    "/people/:id/sign-ins",
    {
      config: reading,
      schema: {
        tags,
        summary: "Somebody's sign-ins in force, newest first",
        params: IdParams,
        response: { 200: Type.Object({ items: Type.Array(SignInSchema) }) },
      },
    },
    async (request) => {
      const { id } = people.get(request.params.id);
      return { items: signIns.of(id).map((record) => viewSignIn(record, signInOf(request).id)) };
    },
  );

  app.delete(
    "/people/:id/sign-ins/:itemId",
    {
      config: managing,
      schema: {
        tags,
        summary: "End one of somebody's sign-ins at once",
        params: OfOne,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      signIns.revoke(params.id, params.itemId);
      await reply.code(204).send(null);
    },
  );

  app.get(
    "/people/:id/tokens",
    {
      config: reading,
      schema: {
        tags,
        summary: "Somebody's tokens for scripts, newest first",
        params: IdParams,
        response: { 200: Type.Object({ items: Type.Array(TokenSchema) }) },
      },
    },
    async ({ params }) => ({ items: apiTokens.of(people.get(params.id).id).map(viewToken) }),
  );

  app.delete(
    "/people/:id/tokens/:itemId",
    {
      config: managing,
      schema: {
        tags,
        summary: "Revoke one of somebody's tokens at once",
        params: OfOne,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      apiTokens.revoke(params.id, params.itemId);
      await reply.code(204).send(null);
    },
  );
}
