import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { enumOf, IdParams, Uuid } from "../http/schemas.ts";
import type { ProgrammeService } from "./programme-service.ts";

const Programme = Type.Object({
  id: Uuid,
  slug: Type.String(),
  kind: enumOf(["broadcast", "lecture"]),
  title: Type.String(),
  segments: Type.Array(Type.String(), { description: "Segment names in the order they air" }),
});

export async function programmeRoutes(
  instance: FastifyInstance,
  { programmes }: { programmes: ProgrammeService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/programmes",
    {
      schema: {
        tags: ["programmes"],
        summary: "All programmes",
        response: { 200: Type.Object({ items: Type.Array(Programme) }) },
      },
    },
    async () => ({ items: programmes.all() }),
  );

  app.get(
    "/programmes/:id",
    {
      schema: {
        tags: ["programmes"],
        summary: "One programme",
        params: IdParams,
        response: { 200: Programme },
      },
    },
    async (request) => programmes.get(request.params.id),
  );
}
