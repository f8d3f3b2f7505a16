import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { reachFor } from "../http/permission-guard.ts";
import { closed, Instant, nullable, PageQuery, pageFrom, pageOf, Uuid } from "../http/schemas.ts";
import type { ReportService } from "./report-service.ts";

const QuarantinedReport = Type.Object({
  deviceId: Type.String(),
  deviceName: Type.String(),
  bootId: nullable(Type.String({ description: "Of a single record; null for a whole report" })),
  seq: nullable(Type.Integer()),
  payload: Type.String({ description: "As it came" }),
  problem: Type.String(),
  times: Type.Integer({ description: "How often the same came" }),
  firstAt: Instant,
  lastAt: Instant,
});

/** `/quarantined-reports`; mounted under the API's prefix, inside the sign-in guard. */
export async function reportRoutes(
  instance: FastifyInstance,
  { reports }: { reports: Pick<ReportService, "quarantined"> },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/quarantined-reports",
    {
      config: { act: "devices:read", within: () => "narrowed" },
      schema: {
        tags: ["devices"],
        summary: "What devices reported that could not be stored as a record, newest first",
        querystring: closed({ deviceId: Type.Optional(Uuid), ...PageQuery }),
        response: { 200: pageOf(QuarantinedReport) },
      },
    },
    async (request) => {
      const { deviceId = null, limit, cursor } = request.query;
      const filter = { deviceId, areas: reachFor(request, "devices:read") };
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor) || 0;
      const page = pageFrom(reports.quarantined(filter, before, limit + 1), limit, ({ id }) => `${id}`);
      return {
        ...page,
        items: page.items.map(({ id: _, firstAt, lastAt, ...row }) => ({
          ...row,
          firstAt: toIso(firstAt),
          lastAt: toIso(lastAt),
        })),
      };
    },
  );
}
