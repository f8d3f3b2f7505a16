import { Type } from "typebox";
import { enumOf, Instant, nullable, Uuid } from "../http/schemas.ts";
import { BroadcastClass, GRADES } from "../protocol/messages.ts";

/** What is answered of what devices reported. */

export const QuarantinedReport = Type.Object({
  deviceId: Type.String(),
  deviceName: Type.String(),
  bootId: nullable(Type.String({ description: "Of a single record; null for a whole report" })),
  seq: nullable(Type.Integer()),
  payload: Type.String({ description: "As it came" }),
  problem: Type.String(),
  times: Type.Integer({ description: "How often the same came" }),
  firstAt: Instant,
  lastAt: Instant,
});

export const PlayedBroadcast = Type.Object({
  broadcastId: Uuid,
  startAt: Instant,
  programme: Type.String(),
  title: Type.String(),
  class: BroadcastClass,
  silent: Type.Boolean({ description: "A drill without a sound" }),
  state: Type.String({ description: "Of the broadcast" }),
  grade: nullable(
    enumOf(GRADES, { description: "The strongest that it proved; null: it said nothing of it" }),
  ),
  startedAt: nullable(Instant),
  latenessMs: nullable(Type.Number()),
  finishedAt: nullable(Instant),
  reason: nullable(Type.String({ description: "Why it did not play, or not to the end" })),
});
