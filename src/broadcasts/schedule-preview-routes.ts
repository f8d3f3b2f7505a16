import { isDeepStrictEqual } from "node:util";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { closed, IdParams, Uuid } from "../http/schemas.ts";
import { MAX_CONFLICTS } from "../schedules/conflicting.ts";
import { NewSchedule, type ScheduleDefinition } from "../schedules/schedule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { PreviewEntry, ScheduleCheck, viewForecast } from "./broadcast-view.ts";
import type { Forecast } from "./forecast.ts";
import { isTarget } from "./targets.ts";

const MAX_PREVIEW_DAYS = 400;
const MAX_NEXT_DATES = 20;
const NOBODYS = { savedBy: [], confirmedBy: null, confirmedAt: null };

interface Options {
  schedules: ScheduleService;
  forecast: Forecast;
  devices: Pick<DeviceService, "enrolledWithin">;
  clock: Clock;
}

/** What a schedule would air, saved or not. */
export async function schedulePreviewRoutes(
  instance: FastifyInstance,
  { schedules, forecast, devices, clock }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  function reached({
    regions: areas,
    kinds,
    exclude = [],
    groups = [],
    tags = [],
  }: ScheduleDefinition["targets"]): number {
    const targets = { areas, kinds, exclude, groups, tags };
    return devices.enrolledWithin(areas, kinds).filter((device) => isTarget(targets, device)).length;
  }

  app.post(
    "/schedules/check",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary:
          "What saving a schedule would say: its conflicts, its next dates with what would play, and how many devices it is for",
        description: "Nothing is saved.",
        querystring: closed({
          id: Type.Optional(Type.String({ ...Uuid, description: "The schedule that it would replace" })),
        }),
        body: NewSchedule,
        response: {
          200: ScheduleCheck,
        },
      },
    },
    async ({ body, query: { id = null } }) => {
      const { occurrences, conflicts } = schedules.tryOut(id, body);
      const { programmeId, ...definition } = body;
      const now = clock.now();
      const saved = id === null ? null : schedules.get(id);
      // A second person confirmed what is saved, and no other.
      const isAsSaved = saved !== null && isDeepStrictEqual(saved.definition, definition);
      const confirmation = isAsSaved ? saved.confirmation : NOBODYS;
      const tried = { id: id ?? uuidv7(), programmeId, definition, confirmation, endedAt: null };
      const last = occurrences.slice(0, MAX_NEXT_DATES).at(-1)?.startAt ?? now;
      const entries = forecast({ ...tried, version: 0, createdAt: now, updatedAt: now }, last + 1);
      return {
        conflicts: conflicts.slice(0, MAX_CONFLICTS),
        total: conflicts.length,
        nextDates: entries.slice(0, MAX_NEXT_DATES).map(viewForecast),
        devices: reached(definition.targets),
      };
    },
  );

  app.get(
    "/schedules/:id/preview",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["schedules"],
        summary: "The coming dates of a schedule: what would play, or why nothing would",
        params: IdParams,
        querystring: closed({ days: Type.Integer({ minimum: 1, maximum: MAX_PREVIEW_DAYS, default: 60 }) }),
        response: { 200: Type.Object({ items: Type.Array(PreviewEntry) }) },
      },
    },
    async ({ params, query: { days } }) => ({
      items: forecast(schedules.get(params.id), clock.now() + days * DAY_MS).map(viewForecast),
    }),
  );
}
