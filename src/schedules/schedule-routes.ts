import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, IdParams, NEWEST, PageQuery, pageFrom, pageOf } from "../http/schemas.ts";
import { requireUser, signInOf } from "../http/sign-in-guard.ts";
import type { FreshProof } from "../people/fresh-proof.ts";
import { FreshProofFields } from "../people/person-view.ts";
import { acceptConflicts, OverrideView } from "./conflict-view.ts";
import { NewSchedule, ScheduleDefinition } from "./schedule.ts";
import type { Saving, ScheduleService } from "./schedule-service.ts";
import { ScheduleView, viewSchedule } from "./schedule-view.ts";

/** By whom, and what was asked for with `?acceptConflicts=…`. */
export function savingOf(request: FastifyRequest, reason: string | undefined): Saving {
  const userId = requireUser(request).id;
  return { userId, acceptance: reason === undefined ? undefined : { userId, reason } };
}

export async function scheduleRoutes(
  instance: FastifyInstance,
  { schedules, freshProof }: { schedules: ScheduleService; freshProof: FreshProof },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/schedules",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary: "Schedules, newest first, ended ones too",
        querystring: closed({
          ...PageQuery,
          waiting: Type.Boolean({ default: false, description: "Only those that wait for a second person" }),
        }),
        response: { 200: pageOf(ScheduleView) },
      },
    },
    async ({ query: { limit, cursor, waiting } }) => {
      const page = pageFrom(schedules.page(cursor ?? NEWEST, limit + 1, waiting), limit, (row) => row.id);
      return { ...page, items: page.items.map(viewSchedule) };
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
      return viewSchedule(schedule);
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
    async (request) => viewSchedule(schedules.get(request.params.id)),
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
      return viewSchedule(schedules.change(request.params.id, request.body, saving));
    },
  );

  app.post(
    "/schedules/:id/confirm",
    {
      config: { act: "timetable:confirm" },
      schema: {
        tags: ["schedules"],
        summary: "Confirm, as another person, what a schedule airs in a county's quiet hours",
        description:
          "Dates of the class `announcement` that most of a county would hear inside its quiet hours wait for it " +
          "(`not-confirmed`). Saving the schedule again asks for it anew.",
        params: IdParams,
        body: closed({
          version: Type.Integer({ minimum: 1, description: "Refused when it was changed since" }),
          ...FreshProofFields,
        }),
        response: { 200: ScheduleView },
      },
    },
    async (request) => {
      const { id } = schedules.get(request.params.id);
      const confirm = () => schedules.confirm(id, request.body.version, requireUser(request).id);
      return viewSchedule(await freshProof.require(signInOf(request), request.body, request.ip, confirm));
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
    async (request) => viewSchedule(schedules.end(request.params.id)),
  );
}
