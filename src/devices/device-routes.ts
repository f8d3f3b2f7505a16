import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { type ActsWithin, reachFor } from "../http/permission-guard.ts";
import { closed, enumOf, IdParams, PageQuery, pageFrom, pageOf, RegionCode, Title } from "../http/schemas.ts";
import { DeviceKind } from "../protocol/messages.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { type DeviceView, LIFECYCLES, LINES } from "./device.ts";
import type { DeviceCounts } from "./device-counts.ts";
import type { DeviceService } from "./device-service.ts";
import { CountsAnswer, DeviceAnswer, DeviceWithCode, IssuedCode, labels } from "./device-view.ts";
import { TWIN_STATES } from "./twin.ts";

const DEFAULT_EXPIRY_HOURS = 168;
const ExpiresInHours = Type.Integer({ minimum: 1, maximum: 8760, default: DEFAULT_EXPIRY_HOURS });
const optionalLabels = { tags: Type.Optional(labels.tags), groups: Type.Optional(labels.groups) };

interface Options {
  devices: DeviceService;
  counts: DeviceCounts;
}

/** `/devices`; mounted under the API's prefix, inside the sign-in guard. */
export async function deviceRoutes(instance: FastifyInstance, { devices, counts }: Options) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["devices"];
  const areaOfNew: ActsWithin = ({ body }) => [(body as { regionCode: string }).regionCode];
  const areaOfBulk: ActsWithin = ({ body }) => [(body as { within: string }).within];
  const areaOfDevice: ActsWithin = ({ params }) => [devices.get((params as { id: string }).id).regionCode];
  const areaOfList: ActsWithin = ({ query }) => {
    const { within } = query as { within?: string };
    return within === undefined ? "narrowed" : [within];
  };

  app.post(
    "/devices",
    {
      config: { act: "devices:manage", within: areaOfNew },
      schema: {
        tags,
        summary: "Create a device; it can enrol once it has a code",
        body: closed({
          regionCode: RegionCode,
          kind: DeviceKind,
          name: Type.Optional(Title),
          ...optionalLabels,
        }),
        response: { 201: DeviceAnswer },
      },
    },
    async (request, reply) => reply.code(201).send(present(devices.create(request.body))),
  );

  app.post(
    "/devices/bulk",
    {
      config: { act: "devices:manage", within: areaOfBulk },
      schema: {
        tags,
        summary: "Create the missing device of each region inside an area, with enrolment codes",
        body: closed({
          within: RegionCode,
          level: Type.Optional(enumOf(REGION_LEVELS)),
          kind: DeviceKind,
          expiresInHours: ExpiresInHours,
        }),
        response: { 201: Type.Object({ items: Type.Array(DeviceWithCode) }) },
      },
    },
    async (request, reply) => {
      const { within, level = "village", kind, expiresInHours } = request.body;
      const created = devices.createMissing(within, level, kind, expiresInHours);
      return reply.code(201).send({
        items: created.map(({ code, expiresAt, ...device }) => ({
          ...present(device),
          code,
          expiresAt: toIso(expiresAt),
        })),
      });
    },
  );

  app.get(
    "/devices",
    {
      config: { act: "devices:read", within: areaOfList },
      schema: {
        tags,
        summary: "Devices, oldest first, with what each last said of itself",
        querystring: closed({
          within: Type.Optional(RegionCode),
          kind: Type.Optional(DeviceKind),
          state: Type.Optional(enumOf(LIFECYCLES)),
          twin: Type.Optional(enumOf(TWIN_STATES)),
          line: Type.Optional(enumOf(LINES, { description: "`never`: it was never heard of" })),
          q: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 100,
              description:
                "Part of its name, its region's or its hardware's, or the beginning of its region's code",
            }),
          ),
          ...PageQuery,
        }),
        response: { 200: pageOf(DeviceAnswer) },
      },
    },
    async (request) => {
      const { within, limit, cursor = "", ...chosen } = request.query;
      const { kind = null, state = null, twin = null, line = null, q = null } = chosen;
      const areas = within === undefined ? reachFor(request, "devices:read") : [within];
      const page = pageFrom(
        devices.list({ areas, kind, state, twin, line, q }, cursor, limit),
        limit,
        (device) => device.id,
      );
      return { ...page, items: page.items.map(present) };
    },
  );

  app.get(
    "/devices/counts",
    {
      config: { act: "devices:read", within: areaOfList },
      schema: {
        tags,
        summary: "How many devices there are in each region right below one, and how they are",
        description: "Without `within`: of the counties, or of the regions that whoever asks is there for.",
        querystring: closed({ within: Type.Optional(RegionCode) }),
        response: { 200: CountsAnswer },
      },
    },
    async (request) => {
      const { within } = request.query;
      return within === undefined
        ? counts.below(null, reachFor(request, "devices:read"))
        : counts.below(within, null);
    },
  );

  app.get(
    "/devices/:id",
    {
      config: { act: "devices:read", within: areaOfDevice },
      schema: { tags, summary: "One device", params: IdParams, response: { 200: DeviceAnswer } },
    },
    async (request) => present(devices.get(request.params.id)),
  );

  app.post(
    "/devices/:id/enrolment-code",
    {
      config: { act: "devices:manage", within: areaOfDevice },
      schema: {
        tags,
        summary: "Issue a code to enrol the device with; its earlier unused ones end",
        params: IdParams,
        body: closed({ expiresInHours: ExpiresInHours }),
        response: { 201: IssuedCode },
      },
      // All of the body has defaults, so it may be left out.
      preValidation: async (request) => {
        request.body ??= { expiresInHours: DEFAULT_EXPIRY_HOURS };
      },
    },
    async (request, reply) => {
      const { code, expiresAt } = devices.issueCode(request.params.id, request.body.expiresInHours);
      return reply.code(201).send({ code, expiresAt: toIso(expiresAt) });
    },
  );

  app.post(
    "/devices/:id/revoke",
    {
      config: { act: "devices:manage", within: areaOfDevice },
      schema: {
        tags,
        summary: "Void the device's credentials for good, and disconnect it",
        params: IdParams,
        response: { 200: DeviceAnswer },
      },
    },
    async (request) => {
      devices.revoke(request.params.id);
      return present(devices.get(request.params.id));
    },
  );
}

const instantOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : toIso(epochMs));

const present = ({ presence, reported, twin, ...device }: DeviceView): Static<typeof DeviceAnswer> => ({
  ...device,
  createdAt: toIso(device.createdAt),
  enrolledAt: instantOrNull(device.enrolledAt),
  revokedAt: instantOrNull(device.revokedAt),
  presence: presence && { ...presence, at: toIso(presence.at) },
  reported: reported && { ...reported, receivedAt: toIso(reported.receivedAt) },
  twin: { ...twin, drift: twin.drift.map(({ field, since }) => ({ field, since: toIso(since) })) },
});
