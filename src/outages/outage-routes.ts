import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { reachFor } from "../http/permission-guard.ts";
import { closed, PageQuery, pageFrom, pageOf, Uuid } from "../http/schemas.ts";
import { levelOf } from "../protocol/region-code.ts";
import type { OutageService } from "./outage-service.ts";
import { OutageView } from "./outage-view.ts";

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
        querystring: closed({
          open: Type.Boolean({ default: false }),
          deviceId: Type.Optional(Uuid),
          ...PageQuery,
        }),
        response: { 200: pageOf(OutageView) },
      },
    },
    async (request) => {
      const { open, deviceId = null, limit, cursor } = request.query;
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor) || 0;
      const filter = { isOpen: open, deviceId, areas: reachFor(request, "devices:read") };
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
