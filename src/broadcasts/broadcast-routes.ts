import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { type Clock, DAY_MS } from "../clock.ts";
import type { Downlink } from "../delivery/downlink.ts";
import { invalid, notFound } from "../errors.ts";
import { type ActsWithin, reachFor } from "../http/permission-guard.ts";
import { closed, enumOf, IdParams, Instant, PageQuery, pageFrom, pageOf, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { reaches } from "../people/permissions.ts";
import type { ReportService } from "../reports/report-service.ts";
import { BROADCAST_STATES, type Broadcast } from "./broadcast.ts";
import type { BroadcastService } from "./broadcast-service.ts";
import {
  BroadcastDetail,
  BroadcastView,
  CommandProgress,
  StopBody,
  StopView,
  viewBroadcast,
  viewDeviceProof,
} from "./broadcast-view.ts";
import { BY_HAND } from "./office-words.ts";

function instantFrom(at: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Date.parse(text);
  if (Number.isNaN(value))
    throw invalid(at, `"${text}" is not an instant.`, "Write it as 2026-12-01T00:00:00Z.");
  return value;
}

/** Pages of broadcasts go by start, then id. */
const cursorOf = ({ startAt, id }: Broadcast): string => `${startAt}_${id}`;
function afterFrom(cursor: string | undefined): { startAt: number; id: string } {
  const [startAt = "", id = ""] = cursor?.split("_") ?? ["-1"];
  if (!/^-?\d+$/.test(startAt)) throw invalid("cursor", "This is not the nextCursor of a page.");
  return { startAt: Number(startAt), id };
}

interface Options {
  broadcasts: BroadcastService;
  downlink: Pick<Downlink, "progressOf">;
  reports: ReportService;
  clock: Clock;
}

export async function broadcastRoutes(instance: FastifyInstance, options: Options) {
  const { broadcasts, downlink, reports, clock } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const areasOfBroadcast: ActsWithin = ({ params }) => broadcasts.get((params as { id: string }).id).areas;

  app.get(
    "/broadcasts",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["broadcasts"],
        summary: "Broadcasts in order of start; from a day ago unless `from` says otherwise",
        querystring: closed({
          ...PageQuery,
          from: Type.Optional(Instant),
          until: Type.Optional(Instant),
          state: Type.Optional(enumOf(BROADCAST_STATES)),
          scheduleId: Type.Optional(Uuid),
          contentId: Type.Optional(
            Type.String({ ...Uuid, description: "Where an episode or a session is or was aired" }),
          ),
        }),
        response: { 200: pageOf(BroadcastView) },
      },
    },
    async ({ query: { from, until, state, scheduleId, contentId, limit, cursor } }) => {
      const filter = {
        from: instantFrom("from", from, clock.now() - DAY_MS),
        until: instantFrom("until", until, Number.MAX_SAFE_INTEGER),
        state: state ?? null,
        scheduleId: scheduleId ?? null,
        contentId: contentId ?? null,
      };
      const page = pageFrom(broadcasts.page(filter, afterFrom(cursor), limit + 1), limit, cursorOf);
      return { ...page, items: page.items.map(viewBroadcast) };
    },
  );

  app.get(
    "/broadcasts/:id",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["broadcasts"],
        summary: "One broadcast with its proof of play; `limit` and `cursor` page through the devices",
        description: "The counts are of all devices; the list is of those that the own roles reach.",
        params: IdParams,
        querystring: closed(PageQuery),
        response: { 200: BroadcastDetail },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const broadcast = broadcasts.get(request.params.id);
      const {
        counts,
        latenessMs,
        devices: all,
      } = reports.proofOf(broadcast.id, broadcasts.targets(broadcast), (deviceId) =>
        broadcasts.isFor(broadcast, deviceId),
      );
      const { unknown, ...atLeast } = counts;
      const reach = reachFor(request, "devices:read");
      const devices = all.filter(({ regionCode }) => reaches(reach, [regionCode]));
      const begin = cursor === undefined ? 0 : devices.findIndex(({ deviceId }) => deviceId === cursor) + 1;
      const page = pageFrom(devices.slice(begin, begin + limit + 1), limit, (row) => row.deviceId);
      return {
        ...viewBroadcast(broadcast),
        proof: { devices: all.length, atLeast, unknown, startLatenessMs: latenessMs },
        devices: { ...page, items: page.items.map(viewDeviceProof) },
      };
    },
  );

  app.post(
    "/broadcasts/:id/stop",
    {
      config: { act: "broadcasts:stop", within: areasOfBroadcast },
      schema: {
        tags: ["broadcasts"],
        summary: "Cancel or stop this broadcast",
        params: IdParams,
        body: StopBody,
        response: { 200: StopView },
      },
    },
    async (request) => {
      const { params, body } = request;
      return broadcasts.stop(params.id, body?.reason ?? BY_HAND, requireUser(request).id);
    },
  );

  app.get(
    "/commands/:id",
    {
      config: { act: "timetable:read" },
      schema: {
        tags: ["broadcasts"],
        summary: "How many of its devices have acknowledged a stop",
        params: IdParams,
        response: { 200: CommandProgress },
      },
    },
    async ({ params }) => {
      const progress = downlink.progressOf(params.id);
      if (!progress) throw notFound("command", params.id);
      return progress;
    },
  );
}
