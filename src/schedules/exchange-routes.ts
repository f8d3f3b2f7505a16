import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed } from "../http/schemas.ts";
import { acceptConflicts } from "./conflict-view.ts";
import { ImportReport } from "./exchange-view.ts";
import { ScheduleFile } from "./schedule.ts";
import type { ScheduleExchange } from "./schedule-exchange.ts";
import { savingOf } from "./schedule-routes.ts";

/** 2,000 schedules, most of them for some villages only. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

export async function exchangeRoutes(
  instance: FastifyInstance,
  { exchange }: { exchange: ScheduleExchange },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/schedules/export",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary: "The active schedules with anything left to air, as a file for another server",
        description:
          "As `schedules/schedule-file.schema.json` says: programmes by slug, content by number, regions by code.",
        response: { 200: ScheduleFile },
      },
    },
    async (_request, reply) => {
      const file = exchange.exportFile();
      reply.header("content-disposition", 'attachment; filename="schedules.json"');
      return file;
    },
  );

  app.post(
    "/schedules/import",
    {
      config: { act: "timetable:edit" },
      bodyLimit: MAX_FILE_BYTES,
      schema: {
        tags: ["schedules"],
        summary:
          "Create and change schedules from a file, all or nothing; the same file twice changes nothing",
        description:
          "Schedules are found by programme and name among the active ones; those that the file does not name stay. Conflicts among them and with the others are told by a dry run, and refused otherwise unless they are accepted.",
        querystring: closed({
          dryRun: Type.Boolean({ default: false, description: "Only say what would change" }),
          acceptConflicts,
        }),
        body: ScheduleFile,
        response: { 200: ImportReport },
      },
    },
    async (request) => {
      const { dryRun, acceptConflicts: reason } = request.query;
      return { dryRun, items: exchange.importFile(request.body, dryRun, savingOf(request, reason)) };
    },
  );
}
