import { Type } from "typebox";
import { BROADCAST_STATES } from "../broadcasts/broadcast.ts";
import { AiredByView, TargetsView, viewTargets } from "../broadcasts/broadcast-view.ts";
import { toIso } from "../clock.ts";
import { enumOf, Instant, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import {
  ActView,
  OwedView,
  SignatureView,
  viewAct,
  viewOwed,
  viewSignatures,
} from "../review/review-view.ts";
import type { BroadcastEntry, TownProof } from "./register-service.ts";

/** How the API shows a line of a register. */

const count = Type.Integer({ minimum: 0 });
const NullableInstant = nullable(Instant);
const NullableText = nullable(Type.String());

export const BroadcastLine = Type.Object({
  broadcastId: Uuid,
  startAt: Instant,
  programme: Type.String(),
  number: nullable(Type.Integer()),
  title: Type.String(),
  durationMs: nullable(Type.Integer()),
  sha256s: Type.Array(Type.String()),
  targets: TargetsView,
  regionNames: Type.Record(Type.String(), Type.String(), {
    description: "Of the regions in `targets`, by code",
  }),
  state: enumOf(BROADCAST_STATES),
  reason: NullableText,
  devices: count,
  atLeast: Type.Object(
    { delivered: count, cached: count, started: count, finished: count, sensed: count },
    { description: "Devices that proved at least this" },
  ),
  unknown: Type.Integer({ description: "Devices that have reported nothing" }),
  signatures: Type.Array(SignatureView, { description: "By which it was approved" }),
  owed: nullable(OwedView),
  refusal: nullable(ActView),
  settled: nullable(ActView),
  airedBy: nullable(AiredByView),
  stoppedBy: NullableText,
  stoppedAt: NullableInstant,
});

export const ApprovalLine = Type.Object({
  id: Type.Integer(),
  ...ActView.properties,
  programme: Type.String(),
  number: Type.Integer(),
  title: Type.String(),
  recordings: Type.Array(Type.String({ description: "SHA-256" })),
  durationMs: count,
});

export const TownLine = Type.Object({
  regionCode: RegionCode,
  name: Type.String(),
  expected: Type.Integer({
    description: "Devices times broadcasts that they were told of, that are over and were not called off",
  }),
  atLeast: BroadcastLine.properties.atLeast,
  unknown: BroadcastLine.properties.unknown,
});

export function viewTownProof({ proof: { unknown, ...atLeast }, ...town }: TownProof) {
  return { ...town, atLeast, unknown };
}

export function viewBroadcastEntry({ broadcast, proof, approval, stop, ...entry }: BroadcastEntry) {
  const { unknown, ...atLeast } = proof;
  return {
    ...entry,
    broadcastId: broadcast.id,
    startAt: toIso(broadcast.startAt),
    programme: broadcast.programme,
    title: broadcast.title,
    state: broadcast.state,
    reason: broadcast.reason,
    targets: viewTargets(broadcast),
    atLeast,
    unknown,
    signatures: viewSignatures(approval?.review.signatures ?? []),
    owed: approval?.owed ? viewOwed(approval.owed) : null,
    settled: approval?.settled ? viewAct(approval.settled) : null,
    refusal: approval?.refusal ? viewAct(approval.refusal) : null,
    stoppedBy: stop?.by ?? null,
    stoppedAt: stop && toIso(stop.at),
  };
}
