import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { type Clock, DAY_MS, toIso } from "../clock.ts";
import type { Downlink } from "../delivery/downlink.ts";
import { invalid, notFound } from "../errors.ts";
import {
  closed,
  enumOf,
  IdParams,
  Instant,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
  Title,
  Uuid,
} from "../http/schemas.ts";
import { BroadcastClass, DeviceKind, GRADES, LatenessPolicy, OfflinePolicy } from "../protocol/messages.ts";
import type { DeviceProof } from "../reports/proof.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { BROADCAST_STATES, type Broadcast } from "./broadcast.ts";
import type { BroadcastService } from "./broadcast-service.ts";
import type { Forecast } from "./forecast.ts";

const BroadcastView = Type.Object({
  id: Uuid,
  scheduleId: Uuid,
  localDate: Type.String(),
  localTime: Type.String(),
  startAt: Instant,
  notAfter: Instant,
  endsAt: nullable(Instant),
  state: enumOf(BROADCAST_STATES),
  reason: nullable(Type.String({ description: "Why it is not ready, was missed or cancelled" })),
  class: BroadcastClass,
  priority: Type.Integer(),
  lateness: LatenessPolicy,
  offline: OfflinePolicy,
  volume: nullable(Type.Integer()),
  programme: Type.String(),
  title: Type.String(),
  content: nullable(Type.Object({ kind: enumOf(["episode", "session"]), id: Uuid })),
  targets: Type.Object({ regions: Type.Array(RegionCode), kinds: Type.Array(DeviceKind) }),
});

const count = Type.Integer({ minimum: 0 });
const Proof = Type.Object({
  devices: Type.Integer({ description: "How many devices it is for" }),
  atLeast: Type.Object(
    { delivered: count, cached: count, started: count, finished: count, sensed: count },
    { description: "Devices that proved at least this" },
  ),
  unknown: Type.Integer({ description: "Devices that have reported nothing" }),
  startLatenessMs: nullable(
    Type.Object(
      { p50: Type.Number(), p99: Type.Number(), max: Type.Number() },
      { description: "Of those that started" },
    ),
  ),
});

const DeviceProofView = Type.Object({
  deviceId: Uuid,
  name: Type.String(),
  regionCode: RegionCode,
  regionName: Type.String(),
  kind: DeviceKind,
  online: Type.Boolean(),
  grade: nullable(enumOf(GRADES)),
  startedAt: nullable(Instant),
  latenessMs: nullable(Type.Number()),
  finishedAt: nullable(Instant),
  reason: nullable(Type.String({ description: "Why it did not play, or not to the end" })),
});

const BroadcastDetail = Type.Object({
  ...BroadcastView.properties,
  proof: Proof,
  devices: pageOf(DeviceProofView),
});

const StopView = Type.Object({
  commandId: nullable(Uuid),
  targets: Type.Integer({ description: "Devices that are to acknowledge the command" }),
});

const CommandProgress = Type.Object({
  targets: count,
  acked: count,
  settled: Type.Boolean({ description: "Acknowledged by all or expired: it is not repeated any more" }),
});

const reason = Type.Optional(Type.String({ minLength: 1, maxLength: 300 }));
const StopBody = Type.Optional(closed({ reason }));

const PreviewEntry = Type.Object({
  date: Type.String(),
  time: Type.String(),
  startAt: Instant,
  broadcastId: nullable(Uuid),
  content: nullable(
    Type.Object({ kind: enumOf(["episode", "session"]), id: Uuid, number: Type.Integer(), title: Title }),
  ),
  whyNot: nullable(Type.String({ description: "Why nothing would play as things stand" })),
});

const instantOrNull = (at: number | null): string | null => (at === null ? null : toIso(at));

const view = (b: Broadcast): Static<typeof BroadcastView> => ({
  id: b.id,
  scheduleId: b.scheduleId,
  localDate: b.localDate,
  localTime: b.localTime,
  startAt: toIso(b.startAt),
  notAfter: toIso(b.notAfter),
  endsAt: instantOrNull(b.endsAt),
  state: b.state,
  reason: b.reason,
  class: b.class,
  priority: b.priority,
  lateness: b.lateness,
  offline: b.offline,
  volume: b.volume,
  programme: b.programme,
  title: b.title,
  content: b.contentKind === null || b.contentId === null ? null : { kind: b.contentKind, id: b.contentId },
  targets: { regions: b.areas, kinds: b.kinds },
});

const viewProof = (proof: DeviceProof): Static<typeof DeviceProofView> => ({
  ...proof,
  startedAt: instantOrNull(proof.startedAt),
  finishedAt: instantOrNull(proof.finishedAt),
});

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
  forecast: Forecast;
  downlink: Pick<Downlink, "progressOf">;
  schedules: ScheduleService;
  reports: ReportService;
  clock: Clock;
}

const MAX_PREVIEW_DAYS = 400;

export async function broadcastRoutes(instance: FastifyInstance, options: Options) {
  const { broadcasts, forecast, downlink, schedules, reports, clock } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/broadcasts",
    {
      schema: {
        tags: ["broadcasts"],
        summary: "Broadcasts in order of start; from a day ago unless `from` says otherwise",
        querystring: closed({
          ...PageQuery,
          from: Type.Optional(Instant),
          until: Type.Optional(Instant),
          state: Type.Optional(enumOf(BROADCAST_STATES)),
          scheduleId: Type.Optional(Uuid),
        }),
        response: { 200: pageOf(BroadcastView) },
      },
    },
    async ({ query: { from, until, state, scheduleId, limit, cursor } }) => {
      const filter = {
        from: instantFrom("from", from, clock.now() - DAY_MS),
        until: instantFrom("until", until, Number.MAX_SAFE_INTEGER),
        state: state ?? null,
        scheduleId: scheduleId ?? null,
      };
      const page = pageFrom(broadcasts.page(filter, afterFrom(cursor), limit + 1), limit, cursorOf);
      return { ...page, items: page.items.map(view) };
    },
  );

  app.get(
    "/broadcasts/:id",
    {
      schema: {
        tags: ["broadcasts"],
        summary: "One broadcast with its proof of play; `limit` and `cursor` page through the devices",
        params: IdParams,
        querystring: closed(PageQuery),
        response: { 200: BroadcastDetail },
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      const broadcast = broadcasts.get(params.id);
      const { counts, latenessMs, devices } = reports.proofOf(
        broadcast.id,
        broadcasts.targets(broadcast),
        (deviceId) => broadcasts.isFor(broadcast, deviceId),
      );
      const { unknown, ...atLeast } = counts;
      const begin = cursor === undefined ? 0 : devices.findIndex(({ deviceId }) => deviceId === cursor) + 1;
      const page = pageFrom(devices.slice(begin, begin + limit + 1), limit, (row) => row.deviceId);
      return {
        ...view(broadcast),
        proof: { devices: devices.length, atLeast, unknown, startLatenessMs: latenessMs },
        devices: { ...page, items: page.items.map(viewProof) },
      };
    },
  );

  app.post(
    "/broadcasts/:id/stop",
    {
      schema: {
        tags: ["broadcasts"],
        summary: "Cancel or stop this broadcast",
        params: IdParams,
        body: StopBody,
        response: { 200: StopView },
      },
    },
    async ({ params, body }) => broadcasts.stop(params.id, body?.reason ?? "stopped by hand"),
  );

  app.post(
    "/stop",
    {
      schema: {
        tags: ["broadcasts"],
        summary: "Stop everything that sounds or is about to, everywhere",
        body: StopBody,
        response: {
          200: Type.Object({
            ...StopView.properties,
            stopped: Type.Array(Uuid, { description: "Broadcasts stopped" }),
          }),
        },
      },
    },
    async ({ body }) => broadcasts.stopAll(body?.reason ?? "everything was stopped by hand"),
  );

  app.get(
    "/commands/:id",
    {
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

  app.get(
    "/schedules/:id/preview",
    {
      schema: {
        tags: ["schedules"],
        summary: "The coming dates of a schedule: what would play, or why nothing would",
        params: IdParams,
        querystring: closed({ days: Type.Integer({ minimum: 1, maximum: MAX_PREVIEW_DAYS, default: 60 }) }),
        response: { 200: Type.Object({ items: Type.Array(PreviewEntry) }) },
      },
    },
    async ({ params, query: { days } }) => {
      const entries = forecast(schedules.get(params.id), clock.now() + days * DAY_MS);
      return {
        items: entries.map(({ broadcast, ...entry }) => ({
          ...entry,
          startAt: toIso(entry.startAt),
          broadcastId: broadcast?.id ?? null,
        })),
      };
    },
  );
}
