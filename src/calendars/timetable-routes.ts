import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { MAX_AHEAD_DAYS } from "../broadcasts/forecast.ts";
import { closed, LocalDate, RegionCode } from "../http/schemas.ts";
import { MAX_DAYS, type Timetable } from "./timetable.ts";
import { QuietDayView, TimetableView, viewEntry, viewQuiet } from "./timetable-view.ts";

/** Mounted under the API's prefix, inside the sign-in guard. */
export async function timetableRoutes(
  instance: FastifyInstance,
  { timetable, zone }: { timetable: Timetable; zone: string },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/timetable",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["calendars"],
        summary: "A range of dates with their holidays and lunar dates, and all that airs on them",
        description:
          "Planned broadcasts as they stand, and beyond the plan what the schedules yield; dates that do not air are among them, " +
          `with the reason. Schedules are looked at ${MAX_AHEAD_DAYS} days ahead.`,
        querystring: closed({
          from: LocalDate,
          until: Type.String({ ...LocalDate, description: `The last date; at most ${MAX_DAYS} in all` }),
          region: Type.Optional(
            Type.String({ ...RegionCode, description: "Only what is meant for any part of it" }),
          ),
        }),
        response: { 200: TimetableView },
      },
    },
    async ({ query: { from, until, region = null } }) => {
      const { days, entries, isCut } = timetable.between(from, until, region);
      return { zone, days, entries: entries.map((entry) => viewEntry(entry, zone)), isCut };
    },
  );

  app.get(
    "/regions/:code/quiet-hours",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["calendars"],
        summary: "What is quiet on a date, in a region and in each right below it",
        params: closed({ code: RegionCode }),
        querystring: closed({
          date: Type.Optional(Type.String({ ...LocalDate, description: "Today without it" })),
        }),
        response: { 200: QuietDayView },
      },
    },
    async ({ params, query }) => ({
      zone,
      items: timetable.quietOn(params.code, query.date ?? null).map(viewQuiet),
    }),
  );
}
