import { type Static, Type } from "typebox";
import { closed, enumOf, LocalDate, LocalTime, RegionCode, Title, Uuid } from "../http/schemas.ts";
import { DeviceKind, LatenessPolicy, OfflinePolicy } from "../protocol/messages.ts";

/** Classes that a timetable may carry; drills and emergencies are started by people, not by the calendar. */
const ScheduledClass = enumOf(["daily", "announcement"]);

export const ScheduleDefinition = closed({
  name: Title,
  rule: closed({
    daysOfMonth: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), { minItems: 1, maxItems: 31, uniqueItems: true }),
    ),
    dates: Type.Optional(Type.Array(LocalDate, { minItems: 1, maxItems: 400, uniqueItems: true })),
    times: Type.Array(LocalTime, { minItems: 1, maxItems: 24, uniqueItems: true }),
  }),
  zone: Type.String({ minLength: 1, maxLength: 64, description: "IANA time zone of the wall-clock times" }),
  validFrom: Type.Optional(LocalDate),
  validUntil: Type.Optional(LocalDate),
  targets: closed({
    regions: Type.Array(RegionCode, {
      minItems: 1,
      maxItems: 2000,
      uniqueItems: true,
      description: "Each with everything below it",
    }),
    kinds: Type.Array(DeviceKind, { minItems: 1, uniqueItems: true }),
  }),
  content: closed({
    policy: enumOf(["next-approved"]),
    fromNumber: Type.Optional(
      Type.Integer({ minimum: 1, description: "Begin with this number instead of the lowest approved one" }),
    ),
  }),
  class: ScheduledClass,
  priority: Type.Integer({ minimum: 0, maximum: 100 }),
  lateness: LatenessPolicy,
  graceMinutes: Type.Integer({ minimum: 1, maximum: 240, description: "How late it may still begin" }),
  offline: OfflinePolicy,
  volume: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" })),
});
export type ScheduleDefinition = Static<typeof ScheduleDefinition>;

export const NewSchedule = closed({ programmeId: Uuid, ...ScheduleDefinition.properties });
export type NewSchedule = Static<typeof NewSchedule>;

export interface Schedule {
  id: string;
  programmeId: string;
  definition: ScheduleDefinition;
  /** Counts the changes. */
  version: number;
  endedAt: number | null;
  createdAt: number;
  updatedAt: number;
}
