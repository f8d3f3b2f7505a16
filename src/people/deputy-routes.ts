import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, enumOf, IdParams, LocalDate, Title, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { type Deputies, ROLES_WITH_DEPUTIES } from "./deputy-service.ts";
import { DeputySchema, viewDeputy } from "./deputy-view.ts";

const List = Type.Object({ items: Type.Array(DeputySchema) });

/** Deputies for the time that a reviewer is away; mounted inside the guard. */
export async function deputyRoutes(instance: FastifyInstance, { deputies }: { deputies: Deputies }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["account"];
  const listOf = (userId: string) => ({
    items: deputies.of(userId).map((deputy) => viewDeputy(deputy, userId)),
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

  app.get(
    "/people/:id/deputies",
    {
      config: { act: "people:read" },
      schema: {
        tags: ["people"],
        summary: "Who stands in for somebody, and for whom they do, now or later",
        params: IdParams,
        response: { 200: List },
      },
    },
    async ({ params }) => listOf(params.id),
  );

  app.delete(
    "/people/:id/deputies/:itemId",
    {
      config: { act: "people:manage" },
      schema: {
        tags: ["people"],
        summary: "End at once that somebody is stood in for, or stands in; what was signed stays signed",
        params: closed({ id: Uuid, itemId: Uuid }),
        response: { 200: List },
      },
    },
    async ({ params }) => {
      deputies.endFor(params.id, params.itemId);
      return listOf(params.id);
    },
  );
}
