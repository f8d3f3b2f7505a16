import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, enumOf, nullable, PageQuery, pageFrom, pageOf, RegionCode } from "../http/schemas.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { acceptCsv, MAX_CSV_BYTES } from "./csv-body.ts";
import { REGION_COLUMNS } from "./region-csv.ts";
import type { RegionService } from "./region-service.ts";

const RegionLevel = enumOf(REGION_LEVELS);
const Region = Type.Object({
  code: RegionCode,
  level: RegionLevel,
  parent: nullable(RegionCode),
  name: Type.String(),
  note: Type.String(),
});
const Count = Type.Integer({ minimum: 0 });

/** `/regions`; mounted under the API's prefix, inside the sign-in guard. */
export async function regionRoutes(instance: FastifyInstance, { regions }: { regions: RegionService }) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  acceptCsv(instance);

  app.post(
    "/regions/import",
    {
      config: { act: "regions:import" },
      bodyLimit: MAX_CSV_BYTES,
      schema: {
        tags: ["regions"],
        summary: "Import regions from CSV, all or nothing; existing ones are renamed, none is removed",
        consumes: ["text/csv"],
        body: Type.String({ description: `UTF-8, header \`${REGION_COLUMNS.join(",")}\`` }),
        response: { 200: Type.Object({ created: Count, updated: Count, unchanged: Count }) },
      },
    },
    async (request) => regions.importCsv(request.body),
  );

  app.get(
    "/regions",
    {
      config: { act: "regions:read" },
      schema: {
        tags: ["regions"],
        summary: "Regions by code",
        querystring: closed({
          parent: Type.Optional(RegionCode),
          level: Type.Optional(RegionLevel),
          q: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 100,
              description: "Part of a name, or the beginning of a code",
            }),
          ),
          ...PageQuery,
        }),
        response: { 200: pageOf(Region) },
      },
    },
    async ({ query: { parent = null, level = null, q = null, limit, cursor = "" } }) =>
      pageFrom(regions.list({ parent, level, q }, cursor, limit), limit, (region) => region.code),
  );

  app.get(
    "/regions/:code",
    {
      config: { act: "regions:read" },
      schema: {
        tags: ["regions"],
        summary: "One region",
        params: closed({ code: RegionCode }),
        response: { 200: Region },
      },
    },
    async (request) => regions.get(request.params.code),
  );
}
