import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { Instant, nullable, Uuid } from "../http/schemas.ts";
import { type Schedule, ScheduleDefinition } from "./schedule.ts";

const ConfirmationView = Type.Object(
  {
    savedBy: Type.Array(Type.Object({ id: Uuid, name: Type.String() }), {
      description: "Since it was confirmed last: cannot confirm it",
    }),
    confirmedBy: nullable(Uuid),
    confirmedAt: nullable(Instant),
  },
  { description: "By a second person, of what it airs in a county's quiet hours, if it does" },
);

export const ScheduleView = Type.Object({
  id: Uuid,
  programmeId: Uuid,
  version: Type.Integer(),
  confirmation: ConfirmationView,
  ended: Type.Boolean(),
  endedAt: nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
  ...ScheduleDefinition.properties,
});

const instant = (at: number | null) => (at === null ? null : toIso(at));

export const viewSchedule = (schedule: Schedule): Static<typeof ScheduleView> => ({
  id: schedule.id,
  programmeId: schedule.programmeId,
  version: schedule.version,
  confirmation: { ...schedule.confirmation, confirmedAt: instant(schedule.confirmation.confirmedAt) },
  ended: schedule.endedAt !== null,
  endedAt: instant(schedule.endedAt),
  createdAt: toIso(schedule.createdAt),
  updatedAt: toIso(schedule.updatedAt),
  ...schedule.definition,
});
