import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toDataURL } from "qrcode";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { reachFor, withinCode } from "../http/permission-guard.ts";
import {
  closed,
  IdParams,
  Instant,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
  Uuid,
} from "../http/schemas.ts";
import type { RegionService } from "../regions/region-service.ts";
import type { AttendanceService } from "./attendance-service.ts";
import { AttendanceView, SiteCountView } from "./attendance-view.ts";
import type { CheckInLinks } from "./check-in-link.ts";

const viewSpan = ({ from, until }: { from: number; until: number }) => ({
  from: toIso(from),
  until: toIso(until),
});

const SiteParams = closed({ id: Uuid, code: RegionCode });
interface Options {
  attendance: AttendanceService;
  checkInLinks: CheckInLinks;
  regions: Pick<RegionService, "get">;
  publicUrl: string | null;
}

/** How many were at a lecture, and what they thought of it; mounted under the API's prefix, inside the sign-in guard. */
export async function attendanceRoutes(instance: FastifyInstance, options: Options) {
  const { attendance, checkInLinks, regions, publicUrl } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["attendance"];
  const nameOf = (code: string) => regions.get(code).name;

  app.get(
    "/broadcasts/:id/attendance",
    {
      config: { act: "attendance:read", within: () => "narrowed" },
      schema: {
        tags,
        summary: "How many were at a lecture, by town, as far as the own roles reach; no names",
        params: IdParams,
        response: {
          200: AttendanceView,
        },
      },
    },
    async (request) => {
      const reach = reachFor(request, "attendance:read");
      const { checkIn, feedback, towns } = attendance.summary(request.params.id, reach);
      return { checkIn: viewSpan(checkIn), feedback: viewSpan(feedback), towns };
    },
  );

  app.get(
    "/broadcasts/:id/attendance/:code",
    {
      config: { act: "attendance:read", within: withinCode },
      schema: {
        tags,
        summary: "How many were at a lecture in a region and in each village of it; no names",
        params: SiteParams,
        response: { 200: Type.Object({ items: Type.Array(SiteCountView) }) },
      },
    },
    async ({ params }) => ({ items: attendance.sites(params.id, params.code) }),
  );

  app.put(
    "/broadcasts/:id/attendance/:code/headcount",
    {
      config: { act: "attendance:record", within: withinCode },
      schema: {
        tags,
        summary: "Record how many were counted in the room; it takes the place of who checked in there",
        params: SiteParams,
        body: closed({
          people: nullable(
            Type.Integer({ minimum: 0, maximum: 100_000, description: "null takes a count back" }),
          ),
        }),
        response: { 200: SiteCountView },
      },
    },
    async ({ params: { id, code }, body }) =>
      attendance.setHeadcount({ broadcastId: id, regionCode: code }, body.people),
  );

  app.get(
    "/broadcasts/:id/attendance/:code/check-in",
    {
      config: { act: "attendance:record", within: withinCode },
      schema: {
        tags,
        summary: "The address at which members of a site check in to a lecture, to be printed",
        params: SiteParams,
        response: {
          200: Type.Object({
            programme: Type.String(),
            title: Type.String(),
            startAt: Instant,
            url: Type.String(),
            qrCode: Type.String({ description: "The same as a picture, in a `data:` address" }),
          }),
        },
      },
    },
    async (request, reply) => {
      const { id: broadcastId, code: regionCode } = request.params;
      const place = { broadcastId, regionCode };
      const { programme, title, startAt } = attendance.requireSite(place).broadcast;
      const origin = publicUrl ?? `${request.protocol}://${request.host}`;
      const url = checkInLinks.addressOf(origin, place);
      reply.header("cache-control", "no-store");
      const qrCode = await toDataURL(url, { margin: 2, scale: 8 });
      return { programme, title, startAt: toIso(startAt), url, qrCode };
    },
  );

  app.get(
    "/broadcasts/:id/feedback",
    {
      config: { act: "attendance:read", within: () => "narrowed" },
      schema: {
        tags,
        summary: "What members wish to be taught next; nobody knows who, and the order means nothing",
        params: IdParams,
        querystring: closed(PageQuery),
        response: {
          200: pageOf(Type.Object({ townName: Type.String(), wish: Type.String() })),
        },
      },
    },
    async (request) => {
      const { limit, cursor = "" } = request.query;
      const reach = reachFor(request, "attendance:read");
      const rows = attendance.wishes(request.params.id, reach, cursor, limit + 1);
      const page = pageFrom(rows, limit, ({ id }) => id);
      return {
        ...page,
        items: page.items.map(({ townCode, wish }) => ({ townName: nameOf(townCode), wish })),
      };
    },
  );
}
