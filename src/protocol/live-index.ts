import { type Static, Type } from "typebox";
import { Audience, Id, Item, object } from "./messages.ts";

/** A second or so of what is spoken live: MP3 whose frames need none before them, so that any part may be missing. */
export const LivePart = object({
  n: Type.Integer({ minimum: 1, description: "From 1, without a gap" }),
  atMs: Type.Number({
    minimum: 0,
    description: "Due so long after `startAt`; what lies between two parts is silence",
  }),
  durationMs: Type.Number({ exclusiveMinimum: 0 }),
  sha256: Item.properties.sha256,
  url: Item.properties.url,
  bytes: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
export type LivePart = Static<typeof LivePart>;

/** What there is of a live broadcast: the same, and the same signature, for all of its devices that know the same parts. */
export const LiveIndex = object({
  broadcastId: Id,
  audience: Audience,
  parts: Type.Array(LivePart, {
    maxItems: 100,
    description:
      "In order: those that are not known and not over yet, what is due first, and at least the last one",
  }),
  ended: Type.Boolean({ description: "There will be no further part" }),
});
export type LiveIndex = Static<typeof LiveIndex>;
