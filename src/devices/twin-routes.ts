import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Static } from "typebox";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { AppError, invalid } from "../errors.ts";
import { satisfiesIfMatch } from "../http/etag.ts";
import { type ActsWithin } from "../http/permission-guard.ts";
import { closed, enumOf, IdParams, RegionCode, Uuid } from "../http/schemas.ts";
import { requireUser } from "../http/sign-in-guard.ts";
import { DEVICE_KINDS } from "../protocol/messages.ts";
import type { DeviceService } from "./device-service.ts";
import type { Twin } from "./twin.ts";
import type { TwinService } from "./twin-service.ts";
import { Groups, ManyAnswer, optionalSettings, Tags, TwinAnswer, Version } from "./twin-view.ts";

const ManyBody = closed({
  devices: Type.Optional(
    Type.Array(closed({ id: Uuid, version: Type.Optional(Version) }), {
      minItems: 1,
      maxItems: 5000,
      description: "With a version, one that is at another by now is left as it is",
    }),
  ),
  areas: Type.Optional(
    Type.Array(RegionCode, {
      minItems: 1,
      maxItems: 1000,
      description: "The enrolled devices in any of these regions, each once",
    }),
  ),
  kinds: Type.Array(enumOf(DEVICE_KINDS), {
    minItems: 1,
    default: [...DEVICE_KINDS],
    description: "With `areas`",
  }),
  change: closed({
    ...optionalSettings,
    addGroups: Type.Optional(Groups),
    removeGroups: Type.Optional(Groups),
    addTags: Type.Optional(Tags),
    removeTags: Type.Optional(Tags),
  }),
});
/** Of the settings alone: the reported half moves on by itself, and no change is meant for it. */
const etagOf = (version: number): string => `"${version}"`;

interface Options {
  twins: TwinService;
  devices: Pick<DeviceService, "get" | "list">;
}

/** `/devices/:id/twin` and `/devices/twins`; mounted under the API's prefix, inside the sign-in guard. */
export async function twinRoutes(instance: FastifyInstance, { twins, devices }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["devices"];
  const areaOfDevice: ActsWithin = ({ params }) => [devices.get((params as { id: string }).id).regionCode];
  const areasOfMany: ActsWithin = ({ body }) => {
    const { devices: named = [], areas = [] } = body as Static<typeof ManyBody>;
    return [...areas, ...twins.regionsOf(named.map(({ id }) => id))];
  };
  // The tag is not that of the whole answer, so no cache may take it for that.
  const answer = (reply: FastifyReply, twin: Twin) => {
    reply.header("etag", etagOf(twin.version)).header("cache-control", "no-store");
    return present(twin);
  };

  app.get(
    "/devices/:id/twin",
    {
      config: { act: "devices:read", within: areaOfDevice },
      schema: {
        tags,
        summary: "What a device is to be, what it says that it is, and where and since when the two differ",
        description: "The ETag is that of the settings: it stays while only the reported half moves on.",
        params: IdParams,
        response: { 200: TwinAnswer },
      },
    },
    async (request, reply) => answer(reply, twins.get(request.params.id)),
  );

  app.patch(
    "/devices/:id/twin",
    {
      config: { act: "devices:manage", within: areaOfDevice },
      schema: {
        tags,
        summary:
          "Change the settings of a device; it follows with its next playlist, however long it was away",
        description:
          "Takes `If-Match` with the ETag that was read (RFC 9110 §13.1.1), or `*` for whatever it is: 409 with the settings as " +
          "they are now when somebody else was faster, 428 without it. What is left out stays; null leaves a thing to the device. " +
          "Groups and tags also decide what it plays: what it must not play any more is stopped.",
        params: IdParams,
        headers: Type.Object({ "if-match": Type.Optional(Type.String()) }),
        body: closed({ ...optionalSettings, groups: Type.Optional(Groups), tags: Type.Optional(Tags) }),
        response: { 200: TwinAnswer },
      },
    },
    async (request, reply) => {
      const ifMatch = request.headers["if-match"];
      if (ifMatch === undefined) {
        throw new AppError(
          "precondition_required",
          "Say which version of the settings the change is meant for.",
          {
            hint: "Send If-Match with the ETag that GET answered, or * to overwrite whatever is there.",
          },
        );
      }
      const isFor = (version: number) => satisfiesIfMatch(ifMatch, etagOf(version));
      return answer(reply, twins.change(request.params.id, request.body, isFor, requireUser(request).name));
    },
  );

  app.patch(
    "/devices/twins",
    {
      config: { act: "devices:manage", within: areasOfMany },
      schema: {
        tags,
        summary: "Change the settings of many devices in one transaction, with a result for each",
        description: "Either `devices` or `areas`.",
        body: ManyBody,
        response: { 200: ManyAnswer },
      },
    },
    async (request) => {
      const { devices: named, areas, kinds, change } = request.body;
      const { name } = requireUser(request);
      if (named && !areas) return { items: twins.changeMany({ devices: named }, change, name) };
      if (areas && !named) return { items: twins.changeMany({ areas, kinds }, change, name) };
      throw invalid(
        "/devices",
        "Name the devices, or the regions that they are in.",
        "One of the two, not both.",
      );
    },
  );
}

const present = ({ changedAt, reported, drift, ...twin }: Twin): Static<typeof TwinAnswer> => ({
  ...twin,
  changedAt: changedAt === null ? null : toIso(changedAt),
  reported: reported && { ...reported, at: toIso(reported.at) },
  drift: drift.map((each) => ({ ...each, since: toIso(each.since) })),
});
