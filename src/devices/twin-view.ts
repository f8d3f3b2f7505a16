import { Type } from "typebox";
import { enumOf, GroupId, Instant, nullable, Tag, Uuid } from "../http/schemas.ts";
import { ChannelId } from "./software-channel-view.ts";
import { MANY_OUTCOMES, TWIN_FIELDS, TWIN_STATES } from "./twin.ts";

/** What the twin of a device is told and answers with. */

const Percent = Type.Integer({
  minimum: 0,
  maximum: 100,
  description: "Per cent; the area's policy caps it",
});
const Kbps = Type.Integer({
  minimum: 8,
  maximum: 1_000_000,
  description: "Media is fetched no faster, kbit/s",
});
export const Groups = Type.Array(GroupId, { maxItems: 50 });
export const Tags = Type.Array(Tag, {
  maxItems: 50,
  description: "They only choose devices; no device hears of its own",
});
const settings = { volume: nullable(Percent), maxKbps: nullable(Kbps), softwareChannel: nullable(ChannelId) };
export const optionalSettings = {
  volume: Type.Optional(settings.volume),
  maxKbps: Type.Optional(settings.maxKbps),
  softwareChannel: Type.Optional(settings.softwareChannel),
};

export const Version = Type.Integer({ minimum: 0, description: "Counts the changes of the settings" });
const Value = Type.Union([Type.Array(Type.String()), Type.String(), Type.Number(), Type.Null()]);
export const TwinAnswer = Type.Object({
  deviceId: Uuid,
  version: Version,
  changedAt: nullable(Instant),
  changedBy: nullable(Type.String()),
  desired: Type.Object({
    ...settings,
    groups: Groups,
    tags: Tags,
    version: Version,
    maxVolume: Type.Integer({ description: "What the area's policy allows at most, per cent" }),
    policyVersion: Type.String({
      description: "Another one at each change of what holds in the device's region",
    }),
    software: nullable(Type.String({ description: "What devices of the channel are to run" })),
  }),
  reported: nullable(
    Type.Object(
      {
        version: nullable(Type.Integer({ description: "Of the desired half that the device holds" })),
        volume: Type.Integer(),
        groups: nullable(Type.Array(Type.String())),
        policyVersion: nullable(Type.String()),
        maxKbps: nullable(Type.Integer({ description: "null: as fast as it can" })),
        software: nullable(Type.String()),
        at: Instant,
      },
      { description: "As the device said last; null in it is what it does not say" },
    ),
  ),
  state: enumOf(TWIN_STATES, { description: "`unknown`: the device does not say what it holds" }),
  drift: Type.Array(
    Type.Object({ field: enumOf(TWIN_FIELDS), desired: Value, reported: Value, since: Instant }),
    { description: "Where it does otherwise than it is to" },
  ),
});

export const ManyAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      deviceId: Uuid,
      name: nullable(Type.String()),
      result: enumOf(MANY_OUTCOMES, {
        description: "`conflict`: it was at another version than the one given",
      }),
      version: nullable(Version),
    }),
  ),
});
