import { type Static, Type } from "typebox";
import { closed, enumOf, LocalDate, LocalTime, RegionCode, Title, Uuid } from "../http/schemas.ts";
import { DeviceKind, LatenessPolicy, OfflinePolicy } from "../protocol/messages.ts";
import { DayKind } from "./public-holidays.ts";

/** Classes that a timetable may carry; drills and emergencies are started by people, not by the calendar. */
const ScheduledClass = enumOf(["daily", "announcement"]);

const Times = Type.Array(LocalTime, { minItems: 1, maxItems: 24, uniqueItems: true });
const Weekday = Type.Integer({ minimum: 1, maximum: 7, description: "ISO 8601: Monday is 1" });
const MonthDay = Type.String({ pattern: "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples: ["05-01"] });
const Reason = Type.String({ minLength: 1, maxLength: 300, pattern: "\\S" });
const MAX_LIST = 400;

export const Rule = closed({
  daysOfMonth: Type.Optional(
    Type.Array(Type.Union([Type.Integer({ minimum: 1, maximum: 31 }), Type.Literal(-1)]), {
      minItems: 1,
      maxItems: 32,
      uniqueItems: true,
      description: "−1 is the last day of each month",
    }),
  ),
  weekdaysOfMonth: Type.Optional(
    Type.Array(
      closed({
        weekday: Weekday,
        nth: Type.Union([Type.Integer({ minimum: 1, maximum: 5 }), Type.Literal(-1)]),
      }),
      { minItems: 1, maxItems: 42, uniqueItems: true, description: "As the last Tuesday: weekday 2, nth −1" },
    ),
  ),
  weekly: Type.Optional(
    closed({
      weekdays: Type.Array(Weekday, { minItems: 1, maxItems: 7, uniqueItems: true }),
      everyWeeks: Type.Integer({ minimum: 1, maximum: 52 }),
      from: LocalDate,
    }),
  ),
  dates: Type.Optional(Type.Array(LocalDate, { minItems: 1, maxItems: MAX_LIST, uniqueItems: true })),
  dateRanges: Type.Optional(
    Type.Array(closed({ from: LocalDate, until: LocalDate }), {
      minItems: 1,
      maxItems: MAX_LIST,
      description: "Every day of them, both ends included",
    }),
  ),
  lunarDays: Type.Optional(
    Type.Array(
      closed({
        month: Type.Integer({ minimum: 1, maximum: 12 }),
        day: Type.Union([Type.Integer({ minimum: 1, maximum: 30 }), Type.Literal(-1)]),
      }),
      {
        minItems: 1,
        maxItems: MAX_LIST,
        uniqueItems: true,
        description: "Of the Chinese lunar year; −1 is the last of the month",
      },
    ),
  ),
  onlyOn: Type.Optional(
    Type.Array(DayKind, {
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      description: "Of all these days only such; in a year whose public holidays are not known nothing airs",
    }),
  ),
  times: Times,
  seasons: Type.Optional(
    Type.Array(closed({ from: MonthDay, until: MonthDay, times: Times }), {
      minItems: 1,
      maxItems: 12,
      description: "Other times for a part of each year",
    }),
  ),
});

const Exceptions = Type.Array(
  closed({
    date: LocalDate,
    time: Type.Optional(
      Type.String({ ...LocalTime, description: "One of the date's times; all without it" }),
    ),
    skip: Type.Optional(Type.Literal(true)),
    moveTo: Type.Optional(closed({ date: Type.Optional(LocalDate), time: Type.Optional(LocalTime) })),
    contentId: Type.Optional(Type.String({ ...Uuid, description: "What plays instead" })),
    reason: Reason,
  }),
  { maxItems: MAX_LIST, description: "What becomes of single dates" },
);
const ExtraDates = Type.Array(
  closed({ date: LocalDate, time: LocalTime, contentId: Type.Optional(Uuid), reason: Reason }),
  { maxItems: MAX_LIST, description: "Dates that the rule does not yield" },
);

/** What each date airs. */
const ContentPolicy = closed({
  policy: enumOf(["next-approved", "latest-approved", "item", "rotation"]),
  fromNumber: Type.Optional(
    Type.Integer({ minimum: 1, description: "next-approved: begin with this number instead of the lowest" }),
  ),
  contentId: Type.Optional(Type.String({ ...Uuid, description: "item: the one that airs" })),
  contentIds: Type.Optional(
    Type.Array(Uuid, {
      minItems: 1,
      maxItems: MAX_LIST,
      uniqueItems: true,
      description: "rotation: these in turn; without it all that is approved",
    }),
  ),
  fallback: Type.Optional(
    enumOf(["silence", "repeat-last", "standing"], {
      description: "When nothing is approved; silence without it",
    }),
  ),
  standingContentId: Type.Optional(Type.String({ ...Uuid, description: "standing: what airs then" })),
});
export type ContentPolicy = Static<typeof ContentPolicy>;

export const ScheduleDefinition = closed({
  name: Title,
  rule: Rule,
  exceptions: Type.Optional(Exceptions),
  extraDates: Type.Optional(ExtraDates),
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
  content: ContentPolicy,
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
