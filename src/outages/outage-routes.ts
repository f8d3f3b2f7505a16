import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { reachFor } from "../http/permission-guard.ts";
import {
  closed,
  enumOf,
  Instant,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
} from "../http/schemas.ts";
import { levelOf, REGION_LEVELS } from "../protocol/region-code.ts";
import { OUTAGE_KINDS } from "./outage.ts";
import type { OutageService } from "./outage-service.ts";

const OutageView = Type.Object({
  id: Type.Integer(),
  kind: enumOf(OUTAGE_KINDS, { description: "`unstable`: it comes and goes" }),
  region: Type.Object({ code: RegionCode, name: Type.String(), level: enumOf(REGION_LEVELS) }),
  device: nullable(
    Type.Object(
      { id: Type.String(), name: Type.String() },
      { description: "null when it is the region's: most of its devices went at once" },
    ),
  ),
  devices: Type.Integer({ description: "How many it concerns" }),
  beganAt: Instant,
  endedAt: nullable(Instant),
});

/** `/outages`; mounted under the API's prefix, inside the sign-in guard. */
export async function outageRoutes(
  instance: FastifyInstance,
  { outages }: { outages: Pick<OutageService, "list"> },
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/outages",
    {
      config: { act: "devices:read", within: () => "narrowed" },
      schema: {
        tags: ["devices"],
        summary:
          "Devices and regions that are or were cut off, newest first: one outage for a region most of which went at " +
          "once, none for a line that is back within three minutes",
        querystring: closed({ open: Type.Boolean({ default: false }), ...PageQuery }),
        response: { 200: pageOf(OutageView) },
      },
    },
    async (request) => {
      const { open, limit, cursor } = request.query;
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor) || 0;
      const filter = { isOpen: open, areas: reachFor(request, "devices:read") };
      const page = pageFrom(outages.list(filter, before, limit + 1), limit, ({ id }) => `${id}`);
      return {
        ...page,
        items: page.items.map(
          ({ regionCode, regionName, deviceId, deviceName, beganAt, endedAt, ...row }) => ({
            ...row,
            region: { code: regionCode, name: regionName, level: levelOf(regionCode) },
            device: deviceId === null ? null : { id: deviceId, name: deviceName ?? "" },
            beganAt: toIso(beganAt),
            endedAt: endedAt === null ? null : toIso(endedAt),
          }),
        ),
      };
    },
  );
}
