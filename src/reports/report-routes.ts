import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { type Clock, toIso } from "../clock.ts";
import { reachFor } from "../http/permission-guard.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf, Uuid } from "../http/schemas.ts";
import type { ReportService } from "./report-service.ts";
import { PlayedBroadcast, QuarantinedReport } from "./report-view.ts";

interface Options {
  reports: Pick<ReportService, "quarantined" | "playedBy">;
  /** Of a device, by its id. @throws {AppError} `not_found` */
  regionOf: (deviceId: string) => string;
  clock: Clock;
}

/** `/quarantined-reports` and `/devices/:id/played`; mounted under the API's prefix, inside the sign-in guard. */
export async function reportRoutes(instance: FastifyInstance, { reports, regionOf, clock }: Options) {
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

  app.get(
    "/devices/:id/played",
    {
      config: { act: "devices:read", within: ({ params }) => [regionOf((params as { id: string }).id)] },
      schema: {
        tags: ["devices"],
        summary:
          "What was meant for a device or was reported by it, by broadcast, newest first, with what it proved",
        params: IdParams,
        querystring: closed(PageQuery),
        response: { 200: pageOf(PlayedBroadcast) },
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      // What is not there has played nothing, but is not found.
      regionOf(params.id);
      const [startAt = clock.now(), id = NEWEST] = cursor?.split("_") ?? [];
      const rows = reports.playedBy(params.id, { startAt: Number(startAt) || 0, id }, limit + 1);
      const page = pageFrom(rows, limit, (row) => `${row.startAt}_${row.broadcastId}`);
      return {
        ...page,
        items: page.items.map(({ startAt: at, startedAt, finishedAt, ending, ...row }) => ({
          ...row,
          startAt: toIso(at),
          startedAt: startedAt === null ? null : toIso(startedAt),
          finishedAt: finishedAt === null ? null : toIso(finishedAt),
          reason: ending?.reason ?? null,
        })),
      };
    },
  );
}
