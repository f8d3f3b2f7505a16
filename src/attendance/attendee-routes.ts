import { Readable } from "node:stream";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { type ActsWithin, reachFor } from "../http/permission-guard.ts";
import {
  closed,
  enumOf,
  IdParams,
  Instant,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
  Uuid,
} from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import type { RegionService } from "../regions/region-service.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { MAX_BRANCH, MAX_NAME } from "./attendance.ts";
import type { AttendanceService } from "./attendance-service.ts";
import type { AttendedPeople } from "./attended-person-service.ts";
import { attendeeList } from "./attendee-list.ts";

const Name = Type.String({ minLength: 1, maxLength: MAX_NAME });
const Branch = Type.String({ minLength: 1, maxLength: MAX_BRANCH, description: "支部" });

const NameLine = Type.Object({
  regionCode: RegionCode,
  regionName: Type.String(),
  name: Type.String(),
  branch: Type.String(),
});
const NamesQuery = closed({
  ...PageQuery,
  regionCode: Type.Optional(RegionCode),
  format: Type.Optional(
    enumOf(["json", "csv"], { description: "json in pages; csv holds all, for a spreadsheet" }),
  ),
});
const withinQuery: ActsWithin = ({ query }) => {
  const { regionCode } = query as { regionCode?: string };
  return regionCode === undefined ? "narrowed" : [regionCode];
};

const FIRST = { regionCode: "", id: 0 };
function placeFrom(cursor: string | undefined): typeof FIRST {
  if (cursor === undefined) return FIRST;
  const [regionCode = "", id = ""] = cursor.split("_");
  if (!/^\d{1,15}$/.test(id)) throw invalid("cursor", "This is not the nextCursor of a page.");
  return { regionCode, id: Number(id) };
}

interface Options {
  attendance: Pick<AttendanceService, "names" | "lecture">;
  attendedPeople: AttendedPeople;
  regions: Pick<RegionService, "get">;
  /** The county's. */
  zone: string;
}

/**
 * Who was at the lectures: personal data, whose every reading the audit log notes. A name that is sought is sent in the body,
 * since an address is kept in histories and logs. Mounted under the API's prefix, inside the sign-in guard.
 */
export async function attendeeRoutes(
  instance: FastifyInstance,
  { attendance, attendedPeople, regions, zone }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["attendance"];
  const nameOf = (code: string) => regions.get(code).name;
  const reachOf = (request: FastifyRequest) => reachFor(request, "attendance:names");

  function sendList(reply: FastifyReply, broadcastId: string, reach: readonly string[] | null) {
    const { programme, startAt } = attendance.lecture(broadcastId);
    const day = createWallClock(zone).textAt(startAt).slice(0, 10);
    const file = encodeURIComponent(`${programme}-${day}-签到名单.csv`);
    const lines = attendeeList((after, limit) => attendance.names(broadcastId, reach, after, limit), nameOf);
    reply.header("content-disposition", `attachment; filename*=UTF-8''${file}`);
    return reply.type("text/csv; charset=utf-8").send(Readable.from(lines));
  }

  app.get(
    "/broadcasts/:id/attendance/names",
    {
      config: { act: "attendance:names", within: withinQuery, isAudited: true },
      schema: {
        tags,
        summary: "Who checked in to a lecture, by place; personal data, and the log says who read it",
        params: IdParams,
        querystring: NamesQuery,
        response: { 200: pageOf(NameLine) },
      },
    },
    async (request, reply) => {
      const { regionCode, format, limit, cursor } = request.query;
      const { id: broadcastId } = request.params;
      const reach = regionCode === undefined ? reachOf(request) : [regionCode];
      reply.header("cache-control", "private, no-store");
      if (format === "csv") return sendList(reply, broadcastId, reach) as never;
      const rows = attendance.names(broadcastId, reach, placeFrom(cursor), limit + 1);
      const page = pageFrom(rows, limit, (row) => `${row.regionCode}_${row.id}`);
      return {
        ...page,
        items: page.items.map(({ id: _, ...row }) => ({ ...row, regionName: nameOf(row.regionCode) })),
      };
    },
  );

  app.post(
    "/attendance/people/search",
    {
      config: { act: "attendance:names", within: () => "narrowed" },
      schema: {
        tags,
        summary: "Everything that is held on one person, for whoever asks for the own data",
        description: "Without a branch, of all who have the name. As far as the own roles reach.",
        body: closed({ name: Name, branch: Type.Optional(Branch) }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                ...NameLine.properties,
                broadcastId: Uuid,
                programme: Type.String(),
                title: Type.String(),
                startAt: Instant,
              }),
            ),
          }),
        },
      },
    },
    async (request, reply) => {
      const { name, branch = null } = request.body;
      reply.header("cache-control", "private, no-store");
      const held = attendedPeople.heldOn(name, branch, reachOf(request));
      return {
        items: held.map((each) => ({
          ...each,
          startAt: toIso(each.startAt),
          regionName: nameOf(each.regionCode),
        })),
      };
    },
  );

  app.post(
    "/attendance/people/erase",
    {
      config: { act: "attendance:erase" },
      schema: {
        tags,
        summary:
          "Take a person's name out of everything; the counts stay, and the log does not say whose it was",
        body: closed({ name: Name, branch: Branch }),
        response: {
          200: Type.Object({ checkIns: Type.Integer({ description: "That count on without the name" }) }),
        },
      },
    },
    async (request) => {
      const { name, branch } = request.body;
      return { checkIns: attendedPeople.erase(name, branch, requireUser(request).id) };
    },
  );
}
