import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { MINUTE_MS, toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import type { ActsWithin } from "../http/permission-guard.ts";
import { closed, RegionCode, Uuid } from "../http/schemas.ts";
import { Moment, momentFrom, viewDate } from "./explanation-view.ts";
import type { DueBroadcast, Why, WhyService } from "./why-service.ts";
import { type DueView, WhyView } from "./why-view.ts";

interface Options {
  whys: WhyService;
  /** Of a device, by its id. @throws {AppError} `not_found` */
  regionOf: (deviceId: string) => string;
  /** The county's. */
  zone: string;
}

/** Why something played or did not; mounted under the API's prefix, inside the sign-in guard. */
export async function whyRoutes(instance: FastifyInstance, { whys, regionOf, zone }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const areaOfQuestion: ActsWithin = ({ query }) => {
    const { device, region } = query as { device?: string; region?: string };
    // Without either it is refused for that.
    if (device === undefined) return region === undefined ? "narrowed" : [region];
    return [regionOf(device)];
  };

  app.get(
    "/broadcasts/why",
    {
      config: { act: "devices:read", within: areaOfQuestion },
      schema: {
        tags: ["broadcasts"],
        summary:
          "Why something played or did not play on a device or in a region at a time, from the records",
        querystring: closed({
          device: Type.Optional(Uuid),
          region: Type.Optional(RegionCode),
          at: Moment,
          within: Type.Integer({
            minimum: 1,
            maximum: 720,
            default: 30,
            description: "Minutes before and after that count",
          }),
        }),
        response: { 200: WhyView },
      },
    },
    async ({ query: { device, region, at: text, within } }) => {
      const at = momentFrom("at", text, zone);
      if ((device === undefined) === (region === undefined))
        throw invalid(
          "device",
          "Ask about a device or about a region.",
          "Give one of `device` and `region`.",
        );
      const why =
        device === undefined
          ? whys.inRegion(region ?? "", at, within * MINUTE_MS)
          : whys.onDevice(device, at, within * MINUTE_MS);
      return {
        at: toIso(at),
        verdict: why.verdict,
        device: why.device && viewDevice(why.device),
        due: why.due.map(viewDue),
      };
    },
  );
}

function viewDevice({
  wasOnline,
  view: { id, name, regionCode, state, presence, reported },
}: NonNullable<Why["device"]>) {
  return {
    id,
    name,
    regionCode,
    state,
    wasOnline,
    presence: presence && { online: presence.online, heardAt: toIso(presence.heardAt) },
    clock: reported && { ...reported.clock, receivedAt: toIso(reported.receivedAt) },
  };
}

const viewDue = ({
  broadcast,
  slot,
  stop,
  commands,
  records,
  ...rest
}: DueBroadcast): Static<typeof DueView> => ({
  ...rest,
  slot: viewDate(slot),
  state: broadcast?.state ?? null,
  reason: broadcast?.reason ?? null,
  title: broadcast?.title ?? null,
  stopped: stop && { at: toIso(stop.at), by: stop.by },
  commands: commands.map((command) => ({
    ...command,
    issuedAt: toIso(command.issuedAt),
    notAfter: toIso(command.notAfter),
    answeredAt: command.answeredAt === null ? null : toIso(command.answeredAt),
  })),
  records: records.map((record) => ({
    ...record,
    at: toIso(record.at),
    receivedAt: toIso(record.receivedAt),
  })),
});
