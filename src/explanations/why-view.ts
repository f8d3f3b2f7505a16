import { Type } from "typebox";
import { BROADCAST_STATES } from "../broadcasts/broadcast.ts";
import { AiredByView } from "../broadcasts/broadcast-view.ts";
import { enumOf, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { DeviceState, GRADES, REPORT_TYPES } from "../protocol/messages.ts";
import { RuleDate, VerdictView } from "./explanation-view.ts";

/** Why something played or did not. */

const Record = Type.Object({
  type: enumOf(REPORT_TYPES),
  at: Type.String({ ...Instant, description: "By the device's clock" }),
  receivedAt: Instant,
  grade: nullable(enumOf(GRADES)),
  reason: nullable(Type.String()),
  latenessMs: nullable(Type.Number()),
  commandId: nullable(Type.String()),
});

export const DueView = Type.Object({
  slot: RuleDate,
  state: nullable(enumOf(BROADCAST_STATES)),
  reason: nullable(Type.String()),
  title: nullable(Type.String()),
  verdict: VerdictView,
  stopped: nullable(
    Type.Object({ at: Instant, by: nullable(Type.String({ description: "null: the server" })) }),
  ),
  airedBy: nullable(AiredByView),
  wasTold: nullable(
    Type.Boolean({
      description: "Whether the device was among those resolved at the freeze; null before it",
    }),
  ),
  commands: Type.Array(
    Type.Object({
      id: Type.String(),
      type: Type.String(),
      issuedAt: Instant,
      notAfter: Instant,
      answeredAt: nullable(Instant),
    }),
  ),
  records: Type.Array(Record),
  devices: nullable(
    Type.Object({
      total: Type.Integer(),
      byCode: Type.Record(Type.String(), Type.Integer()),
      silent: Type.Array(
        Type.Object({ deviceId: Uuid, name: Type.String(), regionCode: RegionCode, verdict: VerdictView }),
        { description: "The first of those that did not say that they played it" },
      ),
    }),
  ),
});

export const WhyView = Type.Object({
  at: Instant,
  verdict: Type.Object(
    { ...VerdictView.properties },
    { description: "Of what is meant for the place and nearest to that time" },
  ),
  device: nullable(
    Type.Object({
      id: Uuid,
      name: Type.String(),
      regionCode: RegionCode,
      state: Type.String(),
      wasOnline: nullable(Type.Boolean({ description: "null: not known" })),
      presence: nullable(Type.Object({ online: Type.Boolean(), heardAt: Instant })),
      clock: nullable(Type.Object({ ...DeviceState.properties.clock.properties, receivedAt: Instant })),
    }),
  ),
  due: Type.Array(DueView),
});
