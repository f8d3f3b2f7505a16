import { Type } from "typebox";
import { enumOf, GroupId, Instant, nullable, RegionCode, Tag, Uuid } from "../http/schemas.ts";
import { DeviceKind, DeviceState } from "../protocol/messages.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { LIFECYCLES } from "./device.ts";
import { TWIN_FIELDS, TWIN_STATES } from "./twin.ts";

/** What `/devices` answers with. */

const issued = {
  code: Type.String({
    description: "Single use; shown once. Case and dashes do not matter when it is typed",
  }),
  expiresAt: Instant,
};
export const IssuedCode = Type.Object(issued);

export const labels = {
  tags: Type.Array(Tag, { maxItems: 50 }),
  groups: Type.Array(GroupId, { maxItems: 50 }),
};

const device = {
  id: Uuid,
  regionCode: RegionCode,
  regionName: Type.String(),
  kind: DeviceKind,
  name: Type.String(),
  state: enumOf(LIFECYCLES),
  hardwareId: nullable(Type.String()),
  model: nullable(Type.String()),
  software: nullable(Type.String()),
  createdAt: Instant,
  enrolledAt: nullable(Instant),
  revokedAt: nullable(Instant),
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
export const DeviceAnswer = Type.Object(device);
export const DeviceWithCode = Type.Object({ ...device, ...issued });

const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) });
export const CountsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      code: RegionCode,
      name: Type.String(),
      level: enumOf(REGION_LEVELS),
      villages: count("In it, or 1 for a village"),
      served: count("Villages with an enrolled loudspeaker of their own"),
      reached: count("Villages of which such a loudspeaker is online"),
      devices: count("New or enrolled"),
      enrolled: count(),
      online: count("Enrolled and online"),
      differing: count("Enrolled, and otherwise than they are to be"),
      faulty: count("Enrolled, with faults that they report themselves"),
    }),
  ),
});
