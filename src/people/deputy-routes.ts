import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, enumOf, IdParams, LocalDate, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { type Deputies, type Deputy, ROLES_WITH_DEPUTIES } from "./deputy-service.ts";
import { ROLES } from "./permissions.ts";

const DeputySchema = Type.Object({
  id: Uuid,
  role: enumOf(ROLES),
  of: Type.String({ description: "Who is away" }),
  deputy: Type.String({ description: "Who stands in" }),
  mine: Type.Boolean({ description: "Whether it is whoever asks that is away" }),
  from: LocalDate,
  until: LocalDate,
});
const List = Type.Object({ items: Type.Array(DeputySchema) });

/** Deputies for the time that a reviewer is away; mounted inside the guard. */
export async function deputyRoutes(instance: FastifyInstance, { deputies }: { deputies: Deputies }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["account"];
  const listOf = (userId: string) => ({
    items: deputies.of(userId).map(({ id, role, userName, deputyName, from, until, ...deputy }: Deputy) => ({
      id,
      role,
      of: userName,
      deputy: deputyName,
      mine: deputy.userId === userId,
      from,
      until,
    })),
  });

  app.get(
    "/me/deputies",
    {
      config: { act: "account:own" },
      schema: {
        tags,
        summary: "Who stands in for me, and for whom I do, now or later",
        response: { 200: List },
      },
    },
    async (request) => listOf(requireUser(request).id),
  );

  app.post(
    "/me/deputies",
    {
      config: { act: "content:sign" },
      schema: {
        tags,
        summary: "Name who reviews in my place while I am away",
        body: closed({
          role: enumOf(ROLES_WITH_DEPUTIES),
          deputy: Type.String({ ...Title, description: "What they sign in with" }),
          from: LocalDate,
          until: Type.String({ ...LocalDate, description: "The last day" }),
        }),
        response: { 201: List },
      },
    },
    async (request, reply) => {
      const { id } = requireUser(request);
      deputies.name(id, request.body);
      reply.code(201);
      return listOf(id);
    },
  );

  app.delete(
    "/me/deputies/:id",
    {
      config: { act: "account:own" },
      schema: { tags, summary: "End it at once", params: IdParams, response: { 200: List } },
    },
    async (request) => {
      const { id } = requireUser(request);
      deputies.end(id, request.params.id);
      return listOf(id);
    },
  );
}
