import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { type ActsWithin, reachFor } from "../http/permission-guard.ts";
import {
  closed,
  enumOf,
  GroupId,
  IdParams,
  Instant,
  nullable,
  PageQuery,
  pageFrom,
  pageOf,
  RegionCode,
  Tag,
  Title,
  Uuid,
} from "../http/schemas.ts";
import { DEVICE_KINDS, DeviceState } from "../protocol/messages.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { type DeviceView, LIFECYCLES } from "./device.ts";
import type { DeviceService } from "./device-service.ts";
import { TWIN_FIELDS, TWIN_STATES } from "./twin.ts";

const Kind = enumOf(DEVICE_KINDS);
const DEFAULT_EXPIRY_HOURS = 168;
const ExpiresInHours = Type.Integer({ minimum: 1, maximum: 8760, default: DEFAULT_EXPIRY_HOURS });
const NullableInstant = nullable(Instant);

const IssuedCode = {
  code: Type.String({
    description: "Single use; shown once. Case and dashes do not matter when it is typed",
  }),
  expiresAt: Instant,
};
const labels = {
  tags: Type.Array(Tag, { maxItems: 50 }),
  groups: Type.Array(GroupId, { maxItems: 50 }),
};
const optionalLabels = { tags: Type.Optional(labels.tags), groups: Type.Optional(labels.groups) };
const deviceProperties = {
  id: Uuid,
  regionCode: RegionCode,
  kind: Kind,
  name: Type.String(),
  state: enumOf(LIFECYCLES),
  hardwareId: nullable(Type.String()),
  model: nullable(Type.String()),
  software: nullable(Type.String()),
  createdAt: Instant,
  enrolledAt: NullableInstant,
  revokedAt: NullableInstant,
  ...labels,
  presence: nullable(
    Type.Object({ online: Type.Boolean(), bootId: Type.String(), at: Instant, software: Type.String() }),
  ),
  reported: nullable(Type.Object({ ...DeviceState.properties, receivedAt: Instant })),
  twin: Type.Object(
    {
      version: Type.Integer({ description: "Of its settings" }),
      state: enumOf(TWIN_STATES),
      drift: Type.Array(Type.Object({ field: enumOf(TWIN_FIELDS), since: Instant })),
    },
    { description: "Whether it is as it is to be; see `GET /devices/{id}/twin`" },
  ),
};
const Device = Type.Object(deviceProperties);
const DeviceWithCode = Type.Object({ ...deviceProperties, ...IssuedCode });

/** `/devices`; mounted under the API's prefix, inside the sign-in guard. */
export async function deviceRoutes(instance: FastifyInstance, { devices }: { devices: DeviceService }) {
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
        body: closed({ regionCode: RegionCode, kind: Kind, name: Type.Optional(Title), ...optionalLabels }),
        response: { 201: Device },
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
          kind: Kind,
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
          kind: Type.Optional(Kind),
          state: Type.Optional(enumOf(LIFECYCLES)),
          twin: Type.Optional(enumOf(TWIN_STATES)),
          ...PageQuery,
        }),
        response: { 200: pageOf(Device) },
      },
    },
    async (request) => {
      const { within, kind = null, state = null, twin = null, limit, cursor = "" } = request.query;
      const areas = within === undefined ? reachFor(request, "devices:read") : [within];
      const page = pageFrom(
        devices.list({ areas, kind, state, twin }, cursor, limit),
        limit,
        (device) => device.id,
      );
      return { ...page, items: page.items.map(present) };
    },
  );

  app.get(
    "/devices/:id",
    {
      config: { act: "devices:read", within: areaOfDevice },
      schema: { tags, summary: "One device", params: IdParams, response: { 200: Device } },
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
        response: { 201: Type.Object(IssuedCode) },
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
        response: { 200: Device },
      },
    },
    async (request) => {
      devices.revoke(request.params.id);
      return present(devices.get(request.params.id));
    },
  );
}

const instantOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : toIso(epochMs));

const present = ({ presence, reported, twin, ...device }: DeviceView): Static<typeof Device> => ({
  ...device,
  createdAt: toIso(device.createdAt),
  enrolledAt: instantOrNull(device.enrolledAt),
  revokedAt: instantOrNull(device.revokedAt),
  presence: presence && { ...presence, at: toIso(presence.at) },
  reported: reported && { ...reported, receivedAt: toIso(reported.receivedAt) },
  twin: { ...twin, drift: twin.drift.map(({ field, since }) => ({ field, since: toIso(since) })) },
});
