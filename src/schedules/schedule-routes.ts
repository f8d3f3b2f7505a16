import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import {
  closed,
  IdParams,
  Instant,
  NEWEST,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  Uuid,
} from "../http/schemas.ts";
import { NewSchedule, type Schedule, ScheduleDefinition } from "./schedule.ts";
import type { ScheduleService } from "./schedule-service.ts";

const ScheduleView = Type.Object({
  id: Uuid,
  programmeId: Uuid,
  version: Type.Integer(),
  ended: Type.Boolean(),
  endedAt: nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
  ...ScheduleDefinition.properties,
});

const view = (schedule: Schedule): Static<typeof ScheduleView> => ({
  id: schedule.id,
  programmeId: schedule.programmeId,
  version: schedule.version,
  ended: schedule.endedAt !== null,
  endedAt: schedule.endedAt === null ? null : toIso(schedule.endedAt),
  createdAt: toIso(schedule.createdAt),
  updatedAt: toIso(schedule.updatedAt),
  ...schedule.definition,
});

export async function scheduleRoutes(
  instance: FastifyInstance,
  { schedules }: { schedules: ScheduleService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/schedules",
    {
      schema: {
        tags: ["schedules"],
        summary: "Schedules, newest first, ended ones too",
        querystring: closed(PageQuery),
        response: { 200: pageOf(ScheduleView) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const page = pageFrom(schedules.page(cursor ?? NEWEST, limit + 1), limit, (row) => row.id);
      return { ...page, items: page.items.map(view) };
    },
  );

  app.post(
    "/schedules",
    {
      schema: {
        tags: ["schedules"],
        summary: "Create a schedule; its broadcasts are planned at once",
        body: NewSchedule,
        response: { 201: ScheduleView },
      },
    },
    async (request, reply) => {
      const schedule = schedules.create(request.body);
      reply.code(201).header("location", `/api/v1/schedules/${schedule.id}`);
      return view(schedule);
    },
  );

  app.get(
    "/schedules/:id",
    {
      schema: {
        tags: ["schedules"],
        summary: "One schedule",
        params: IdParams,
        response: { 200: ScheduleView },
      },
    },
    async (request) => view(schedules.get(request.params.id)),
  );

  app.put(
    "/schedules/:id",
    {
      schema: {
        tags: ["schedules"],
        summary:
          "Replace the definition; coming broadcasts follow, frozen ones that no longer fit are stopped",
        params: IdParams,
        querystring: closed({
          ifVersion: Type.Optional(
            Type.Integer({ minimum: 1, description: "Refuse when changed since this version" }),
          ),
        }),
        body: ScheduleDefinition,
        response: { 200: ScheduleView },
      },
    },
    async (request) => view(schedules.change(request.params.id, request.body, request.query.ifVersion)),
  );

  app.post(
    "/schedules/:id/end",
    {
      schema: {
        tags: ["schedules"],
        summary: "End the schedule: no further broadcasts",
        params: IdParams,
        response: { 200: ScheduleView },
      },
    },
    async (request) => view(schedules.end(request.params.id)),
  );
}
