import { type Static, Type } from "typebox";
import { enumOf, LocalDate, LocalTime, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { CONFLICT_KINDS } from "./conflicts/conflict.ts";

/** A `Conflict` as the API shows it. */
export const ConflictView = Type.Object({
  kind: enumOf(CONFLICT_KINDS),
  time: nullable(Type.String({ ...LocalTime, description: "null: it is about whole days" })),
  dates: Type.Array(LocalDate, { description: "The first of them" }),
  count: Type.Integer({ description: "How many dates there are, within a year" }),
  areas: Type.Array(RegionCode, { description: "Where; the first of them" }),
  devices: Type.Integer({ description: "At most so many: groups and tags may leave some out" }),
  other: nullable(Type.Object({ scheduleId: nullable(Uuid), name: Type.String() })),
  winner: nullable(
    enumOf(["this", "other"], {
      description: "Who has the air: by class, authority of the areas, priority, then the earlier start",
    }),
  ),
  message: Type.String(),
  mend: Type.Object({
    text: Type.String(),
    time: Type.Optional(
      Type.String({ ...LocalTime, description: "The nearest that is free on all the dates" }),
    ),
    slotMinutes: Type.Optional(Type.Integer()),
  }),
});

export const ScheduleConflictView = Type.Object({
  scheduleId: Uuid,
  schedule: Type.String({ description: "Its name" }),
  ...ConflictView.properties,
});

export const acceptConflicts = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 300,
    pattern: "\\S",
    description: "Save although there are conflicts, for this reason, which is kept",
  }),
);

export const OverrideView = Type.Object({
  version: Type.Integer({ description: "Of the schedule that was saved so" }),
  user: Type.String(),
  reason: Type.String(),
  at: Type.String({ description: "UTC instant, ISO 8601" }),
  conflicts: Type.Array(ConflictView),
});
export type OverrideView = Static<typeof OverrideView>;
