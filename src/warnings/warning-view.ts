import { Type } from "typebox";
import { enumOf, Instant, LocalDate, nullable, Uuid } from "../http/schemas.ts";
import { CLOCK_EVENTS } from "./clock-watch.ts";
import { WARNING_DAYS } from "./empty-dates.ts";

export const WarningView = Type.Object({
  scheduleId: Uuid,
  schedule: Type.String({ description: "Its name" }),
  programmeId: Uuid,
  programme: Type.String(),
  airDate: LocalDate,
  startAt: Instant,
  daysLeft: Type.Integer({ minimum: 0, description: "Calendar days; 0 is today" }),
  dueAt: Type.Unsafe<(typeof WARNING_DAYS)[number]>(
    Type.Integer({ enum: [...WARNING_DAYS], description: "Which warning it is, in days; 1 is the last" }),
  ),
  reason: nullable(Type.String({ description: "Why the date has nothing; null when a fallback airs" })),
  airsInstead: nullable(Type.String({ description: "Title of the fallback; null when it stays silent" })),
  reviewAgain: nullable(
    Type.String({ description: "Title of what has aired and waits for another review; null otherwise" }),
  ),
  consentOf: nullable(
    Type.String({ description: "Title of what somebody's consent has ended for by then; null otherwise" }),
  ),
  signaturesOf: nullable(
    Type.String({ description: "Title of what owes signatures that are due by then; null otherwise" }),
  ),
  whatToDo: Type.String(),
});

export const ClockEventView = Type.Object({
  id: Type.Integer(),
  at: Type.String({ ...Instant, description: "By the server's clock after it" }),
  kind: enumOf(CLOCK_EVENTS, {
    description: "`slept`: the server's process did not run; a machine that was suspended steps forward",
  }),
  byMs: Type.Integer({ minimum: 0 }),
});
