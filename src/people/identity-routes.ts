import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, IdParams, nullable } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { PeopleService } from "./people-service.ts";
import { CurrentPassword, LinkSchema, PersonSchema, Subject, viewPerson } from "./person-view.ts";
import type { SignIns } from "./sign-in-service.ts";

interface Options {
  people: PeopleService;
  signIns: Pick<SignIns, "confirm">;
  attemptsPerMinute: number;
}

/** Who somebody is at the sign-in provider, by an administrator's word and the own; mounted inside the guard. */
export async function identityRoutes(
  instance: FastifyInstance,
  { people, signIns, attemptsPerMinute }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["people"];
  const managing = { act: "people:manage" } as const;

  app.get(
    "/me/identity",
    {
      config: { act: "account:own" },
      schema: {
        tags: ["account"],
        summary: "Who one is at the sign-in provider, by a link or by having signed in there",
        response: { 200: Type.Object({ identity: nullable(LinkSchema) }) },
      },
    },
    async (request) => ({ identity: people.linkOf(requireUser(request).id) }),
  );

  app.post(
    "/me/identity/confirm",
    {
      config: { act: "account:own", rateLimit: { max: attemptsPerMinute, timeWindow: "1 minute" } },
      schema: {
        tags: ["account"],
        summary: "Confirm that an administrator linked the own account with oneself at the sign-in provider",
        body: closed({ currentPassword: CurrentPassword }),
        response: { 200: LinkSchema },
      },
    },
    async (request) => {
      const signIn = signInOf(request);
      return signIns.confirm(signIn, request.body, request.ip, () => people.confirmLink(signIn.user.id));
    },
  );

  app.put(
    "/people/:id/identity",
    {
      config: managing,
      schema: {
        tags,
        summary: "Link somebody with the sign-in provider: whoever has the subject there is this person here",
        description:
          "Who can sign in with a password confirms it first: `POST /me/identity/confirm`. Until then it signs nobody in.",
        params: IdParams,
        body: closed({ subject: Subject }),
        response: { 200: PersonSchema },
      },
    },
    async (request) =>
      viewPerson(people.link(request.params.id, request.body.subject, requireUser(request).id)),
  );

  app.delete(
    "/people/:id/identity",
    {
      config: managing,
      schema: {
        tags,
        summary: "Remove the link; ends all sign-ins, and takes the roles that the provider's groups gave",
        params: IdParams,
        response: { 200: PersonSchema },
      },
    },
    async ({ params }) => viewPerson(people.unlink(params.id)),
  );
}
