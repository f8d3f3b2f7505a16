import { type TProperties, Type } from "typebox";
import { Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { Policy, QuietHours } from "../protocol/messages.ts";
import { OwnAreaPolicy } from "./policy-schemas.ts";

const WhosePolicy = nullable(
  Type.String({ ...RegionCode, description: "null: the policy of the whole server" }),
);
const from = <T extends TProperties>(properties: T) =>
  Type.Object({ ...properties, regionCode: WhosePolicy });
const Limit = nullable(from({ value: Type.Integer() }));

export const AreaPolicyAnswer = Type.Object({
  regionCode: RegionCode,
  own: nullable(OwnAreaPolicy),
  version: Type.Integer({ description: "Counts the changes; 0 before the first" }),
  effective: Policy,
  origins: Type.Object(
    {
      quietHours: Type.Array(from(QuietHours.properties)),
      maxVolume: Limit,
      dailyMinutesCap: Limit,
      weeklyMinutesCap: Limit,
    },
    { description: "Which region each line of `effective` comes from" },
  ),
});

export const ShortenedHoursView = Type.Object({
  regionCode: WhosePolicy,
  regionName: nullable(Type.String()),
  before: Type.Array(QuietHours, { description: "As they count still for what takes two people" }),
  now: Type.Array(QuietHours, { description: "As they hold for everything else" }),
  shortenedBy: Type.Array(Type.Object({ id: Uuid, name: Type.String() }), {
    description: "Whoever had a part in it: cannot confirm it",
  }),
  at: Instant,
  version: Type.Integer({ description: "Sent with the confirmation" }),
});
