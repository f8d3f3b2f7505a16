import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ConflictFinder } from "../broadcasts/conflict-finder.ts";
import { toIso } from "../clock.ts";
import { closed } from "../http/schemas.ts";
import { ScheduleConflictView } from "../schedules/conflict-view.ts";
import { WARNING_DAYS } from "./empty-dates.ts";
import type { Warning, WarningService } from "./warning-service.ts";
import { ClockEventView, WarningView } from "./warning-view.ts";

function whatToDo({
  programme,
  airDate,
  fallbackTitle,
  againTitle,
  consentTitle,
  owedTitle,
}: Warning): string {
  if (againTitle !== null)
    return `Have "${againTitle}" of ${programme} reviewed again before ${airDate}, or choose something else, or skip the date.`;
  if (consentTitle !== null)
    return `Renew the consent of who is portrayed in "${consentTitle}" of ${programme} before ${airDate}, or choose something else, or skip the date.`;
  if (owedTitle !== null)
    return `Have "${owedTitle}" of ${programme} signed by whom it still lacks before ${airDate}, or choose something else, or skip the date.`;
  const act = `Upload and approve something of ${programme} for ${airDate}, or choose what is approved already, or skip the date.`;
  return fallbackTitle === null ? act : `${act} Otherwise "${fallbackTitle}" airs.`;
}

export async function warningRoutes(
  instance: FastifyInstance,
  {
    warnings,
    conflicts,
  }: {
    warnings: Pick<WarningService, "emptyDates" | "clockEvents">;
    conflicts: Pick<ConflictFinder, "coming">;
  },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/warnings",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["broadcasts"],
        summary: `Dates within ${WARNING_DAYS[0]} days that have nothing approved, the next one first`,
        response: { 200: Type.Object({ items: Type.Array(WarningView) }) },
      },
    },
    async () => ({
      items: warnings.emptyDates().map((warning) => {
        const { fallbackTitle, againTitle, consentTitle, owedTitle, startAt, ...rest } = warning;
        return {
          ...rest,
          startAt: toIso(startAt),
          airsInstead: fallbackTitle,
          reviewAgain: againTitle,
          consentOf: consentTitle,
          signaturesOf: owedTitle,
          whatToDo: whatToDo(warning),
        };
      }),
    }),
  );

  app.get(
    "/conflicts",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["broadcasts"],
        summary: "Conflicts of what is planned, with the lengths that are known by now; the next dates first",
        querystring: closed({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }) }),
        response: {
          200: Type.Object({ items: Type.Array(ScheduleConflictView), total: Type.Integer() }),
        },
      },
    },
    async ({ query: { limit } }) => {
      const all = conflicts.coming();
      return { items: all.slice(0, limit), total: all.length };
    },
  );

  app.get(
    "/clock-events",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["operation"],
        summary: "When the server's clock was set by more than 5 s, or its process slept for more than 30 s",
        querystring: closed({ limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }) }),
        response: { 200: Type.Object({ items: Type.Array(ClockEventView) }) },
      },
    },
    async ({ query: { limit } }) => ({
      items: warnings.clockEvents(limit).map((event) => ({ ...event, at: toIso(event.at) })),
    }),
  );
}
