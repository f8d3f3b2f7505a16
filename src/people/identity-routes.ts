import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { closed, IdParams } from "../http/schemas.ts";
import type { PeopleService } from "./people-service.ts";
import { PersonSchema, Subject, viewPerson } from "./person-view.ts";

/** Who somebody is at the sign-in provider, by an administrator's word; mounted inside the guard. */
export async function identityRoutes(instance: FastifyInstance, { people }: { people: PeopleService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["people"];
  const managing = { act: "people:manage" } as const;

  app.put(
    "/people/:id/identity",
    {
      config: managing,
      schema: {
        tags,
        summary: "Link somebody with the sign-in provider: whoever has the subject there is this person here",
        params: IdParams,
        body: closed({ subject: Subject }),
        response: { 200: PersonSchema },
      },
    },
    async ({ params, body }) => viewPerson(people.link(params.id, body.subject)),
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
