import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import {
  closed,
  enumOf,
  GroupId,
  Instant,
  nullable,
  pageOf,
  RegionCode,
  Tag,
  Title,
  Uuid,
} from "../http/schemas.ts";
import { BroadcastClass, DeviceKind, GRADES, LatenessPolicy, OfflinePolicy } from "../protocol/messages.ts";
import type { DeviceProof } from "../reports/proof.ts";
import { ConflictView } from "../schedules/conflict-view.ts";
import { CONTENT_BY } from "./assignment.ts";
import { BROADCAST_STATES, type Broadcast, CONTENT_KINDS, WHY_NOT } from "./broadcast.ts";
import type { ForecastEntry } from "./forecast.ts";

/** Where a broadcast is heard, as the API says it. */
export const TargetsView = Type.Object({
  regions: Type.Array(RegionCode),
  kinds: Type.Array(DeviceKind),
  exclude: Type.Array(RegionCode),
  groups: Type.Array(GroupId),
  tags: Type.Array(Tag),
});

export function viewTargets(broadcast: Broadcast): Static<typeof TargetsView> {
  const { areas, kinds, exclude, groups, tags } = broadcast;
  return { regions: areas, kinds, exclude, groups, tags };
}

export const BroadcastView = Type.Object({
  id: Uuid,
  scheduleId: nullable(Type.String({ ...Uuid, description: "None for an interrupt, which has the same id" })),
  localDate: Type.String(),
  localTime: Type.String(),
  startAt: Instant,
  notAfter: Instant,
  endsAt: nullable(Instant),
  state: enumOf(BROADCAST_STATES),
  reason: nullable(Type.String({ description: "Why it is not ready, was missed or cancelled" })),
  class: BroadcastClass,
  priority: Type.Integer(),
  lateness: LatenessPolicy,
  offline: OfflinePolicy,
  volume: nullable(Type.Integer()),
  silent: Type.Boolean({ description: "A drill without a sound" }),
  programme: Type.String(),
  title: Type.String(),
  content: nullable(
    Type.Object({
      kind: enumOf(CONTENT_KINDS),
      id: Uuid,
      by: enumOf(CONTENT_BY, {
        description: "Whether policy, fallback or somebody's choice gave it this date",
      }),
    }),
  ),
  targets: TargetsView,
});

export const AiredByView = Type.Object(
  {
    asked: Type.String(),
    by: Type.Array(Type.String(), {
      description: "They, and who sent or spoke what is heard: none of them is the second person",
    }),
    confirmed: nullable(Type.String({ description: "The second person" })),
  },
  { description: "Of an interrupt: who had it aired, by name" },
);

const count = Type.Integer({ minimum: 0 });
const Proof = Type.Object({
  devices: Type.Integer({ description: "How many devices it is for" }),
  atLeast: Type.Object(
    { delivered: count, cached: count, started: count, finished: count, sensed: count },
    { description: "Devices that proved at least this" },
  ),
  unknown: Type.Integer({ description: "Devices that have reported nothing" }),
  startLatenessMs: nullable(
    Type.Object(
      { p50: Type.Number(), p99: Type.Number(), max: Type.Number() },
      { description: "Of those that started" },
    ),
  ),
});

const DeviceProofView = Type.Object({
  deviceId: Uuid,
  name: Type.String(),
  regionCode: RegionCode,
  regionName: Type.String(),
  kind: DeviceKind,
  online: Type.Boolean(),
  grade: nullable(enumOf(GRADES)),
  startedAt: nullable(Instant),
  latenessMs: nullable(Type.Number()),
  finishedAt: nullable(Instant),
  reason: nullable(Type.String({ description: "Why it did not play, or not to the end" })),
});

export const BroadcastDetail = Type.Object({
  ...BroadcastView.properties,
  proof: Proof,
  devices: pageOf(DeviceProofView),
});

export const StopView = Type.Object({
  commandId: nullable(Uuid),
  targets: Type.Integer({ description: "Devices that are to acknowledge the command" }),
});

export const CommandProgress = Type.Object({
  targets: count,
  acked: count,
  settled: Type.Boolean({ description: "Acknowledged by all or expired: it is not repeated any more" }),
});

const reason = Type.Optional(Type.String({ minLength: 1, maxLength: 300 }));
export const StopBody = Type.Optional(closed({ reason }));

export const PreviewEntry = Type.Object({
  date: Type.String({ description: "The rule's own slot, also of what was moved" }),
  time: Type.String(),
  airDate: Type.String({ description: "Where it truly stands" }),
  airTime: Type.String(),
  exception: nullable(Type.String({ description: "Why it is not as the rule says" })),
  startAt: Instant,
  broadcastId: nullable(Uuid),
  content: nullable(
    Type.Object({
      kind: enumOf(["episode", "session"]),
      id: Uuid,
      number: Type.Integer(),
      title: Title,
      by: enumOf(CONTENT_BY),
    }),
  ),
  whyNot: nullable(Type.String({ description: "Why nothing would play as things stand" })),
  code: nullable(enumOf(WHY_NOT, { description: "The same as a word that does not change" })),
});

export const ScheduleCheck = Type.Object({
  conflicts: Type.Array(ConflictView),
  total: Type.Integer({ description: "Of the conflicts" }),
  nextDates: Type.Array(PreviewEntry),
  devices: Type.Integer({ description: "How many of those that are enrolled now it is for" }),
});

export const viewForecast = (entry: ForecastEntry): Static<typeof PreviewEntry> => ({
  date: entry.date,
  time: entry.time,
  airDate: entry.airDate,
  airTime: entry.airTime,
  exception: entry.exception?.reason ?? null,
  startAt: toIso(entry.startAt),
  broadcastId: entry.broadcast?.id ?? null,
  content:
    entry.content && entry.contentBy
      ? {
          kind: entry.content.kind,
          id: entry.content.id,
          number: entry.content.number,
          title: entry.content.title,
          by: entry.contentBy,
        }
      : null,
  whyNot: entry.whyNot?.text ?? null,
  code: entry.whyNot?.code ?? null,
});

const instantOrNull = (at: number | null): string | null => (at === null ? null : toIso(at));

export const viewBroadcast = (b: Broadcast): Static<typeof BroadcastView> => ({
  id: b.id,
  scheduleId: b.scheduleId,
  localDate: b.localDate,
  localTime: b.localTime,
  startAt: toIso(b.startAt),
  notAfter: toIso(b.notAfter),
  endsAt: instantOrNull(b.endsAt),
  state: b.state,
  reason: b.reason,
  class: b.class,
  priority: b.priority,
  lateness: b.lateness,
  offline: b.offline,
  volume: b.volume,
  silent: b.silent,
  programme: b.programme,
  title: b.title,
  content:
    b.contentKind === null || b.contentId === null || b.contentBy === null
      ? null
      : { kind: b.contentKind, id: b.contentId, by: b.contentBy },
  targets: viewTargets(b),
});

export const viewDeviceProof = (proof: DeviceProof): Static<typeof DeviceProofView> => ({
  ...proof,
  reason: proof.ending && `${proof.ending.type}: ${proof.ending.reason}`,
  startedAt: instantOrNull(proof.startedAt),
  finishedAt: instantOrNull(proof.finishedAt),
});
