import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
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
import { requireUser } from "../http/sign-in-guard.ts";
import { acceptConflicts, ConflictView, OverrideView } from "./conflict-view.ts";
import { MAX_CONFLICTS } from "./conflicting.ts";
import { NewSchedule, type Schedule, ScheduleDefinition } from "./schedule.ts";
import type { Saving, ScheduleService } from "./schedule-service.ts";

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

/** What was asked for with `?acceptConflicts=…`. */
export const savingOf = (request: FastifyRequest, reason: string | undefined): Saving =>
  reason === undefined ? {} : { acceptance: { userId: requireUser(request).id, reason } };

const MAX_NEXT_DATES = 20;

export async function scheduleRoutes(
  instance: FastifyInstance,
  { schedules }: { schedules: ScheduleService },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/schedules",
    {
      config: { act: "timetable:read" },
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
      config: { act: "timetable:edit" },
      schema: {
        tags: ["schedules"],
        summary: "Create a schedule; its broadcasts are planned at once",
        description: "409 with the conflicts, unless they are accepted.",
        querystring: closed({ acceptConflicts }),
        body: NewSchedule,
        response: { 201: ScheduleView },
      },
    },
    async (request, reply) => {
      const { acceptConflicts: reason } = request.query;
      const schedule = schedules.create(request.body, savingOf(request, reason));
      reply.code(201).header("location", `/api/v1/schedules/${schedule.id}`);
      return view(schedule);
    },
  );

  app.post(
    "/schedules/check",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary: "What saving a schedule would say: its conflicts and next dates; nothing is saved",
        querystring: closed({
          id: Type.Optional(Type.String({ ...Uuid, description: "The schedule that it would replace" })),
        }),
        body: NewSchedule,
        response: {
          200: Type.Object({
            conflicts: Type.Array(ConflictView),
            total: Type.Integer({ description: "Of the conflicts" }),
            nextDates: Type.Array(
              Type.Object({
                airDate: Type.String(),
                airTime: Type.String(),
                startAt: Instant,
                whyNot: nullable(Type.String()),
              }),
            ),
          }),
        },
      },
    },
    async ({ body, query: { id = null } }) => {
      const { occurrences, conflicts } = schedules.tryOut(id, body);
      return {
        conflicts: conflicts.slice(0, MAX_CONFLICTS),
        total: conflicts.length,
        nextDates: occurrences.slice(0, MAX_NEXT_DATES).map(({ airDate, airTime, startAt, barred }) => ({
          airDate,
          airTime,
          startAt: toIso(startAt),
          whyNot: barred,
        })),
      };
    },
  );

  app.get(
    "/schedules/:id/overrides",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary: "The versions that were saved in spite of conflicts: by whom and why; newest first",
        params: IdParams,
        response: { 200: Type.Object({ items: Type.Array(OverrideView) }) },
      },
    },
    async ({ params }) => ({
      items: schedules.overrides(params.id).map((override) => ({ ...override, at: toIso(override.at) })),
    }),
  );

  app.get(
    "/schedules/:id",
    {
      config: { act: "timetable:read" },
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
      config: { act: "timetable:edit" },
      schema: {
        tags: ["schedules"],
        summary:
          "Replace the definition; coming broadcasts follow, frozen ones that no longer fit are stopped",
        description: "409 with the conflicts, unless they are accepted.",
        params: IdParams,
        querystring: closed({
          ifVersion: Type.Optional(
            Type.Integer({ minimum: 1, description: "Refuse when changed since this version" }),
          ),
          acceptConflicts,
        }),
        body: ScheduleDefinition,
        response: { 200: ScheduleView },
      },
    },
    async (request) => {
      const { ifVersion, acceptConflicts: reason } = request.query;
      const saving = { ...savingOf(request, reason), ...(ifVersion === undefined ? {} : { ifVersion }) };
      return view(schedules.change(request.params.id, request.body, saving));
    },
  );

  app.post(
    "/schedules/:id/end",
    {
      config: { act: "timetable:edit" },
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
