import { type Static, type TProperties, Type } from "typebox";
import {
  closed,
  enumOf,
  GroupId,
  LocalDate,
  LocalTime,
  RegionCode,
  Slug,
  Tag,
  Title,
  Uuid,
} from "../http/schemas.ts";
import { DeviceKind, LatenessPolicy, OfflinePolicy } from "../protocol/messages.ts";
import { DayKind } from "./public-holidays.ts";

/** Classes that a timetable may carry; drills and emergencies are started by people, not by the calendar. */
const ScheduledClass = enumOf(["daily", "announcement"]);

const Times = Type.Array(LocalTime, { minItems: 1, maxItems: 24, uniqueItems: true });
const Weekday = Type.Integer({ minimum: 1, maximum: 7, description: "ISO 8601: Monday is 1" });
const MonthDay = Type.String({ pattern: "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples: ["05-01"] });
const Reason = Type.String({ minLength: 1, maxLength: 300, pattern: "\\S" });
export const MAX_LIST = 400;

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
      description:
        "Of all these days only such; in a year whose public holidays are not known nothing airs but what an exception moves or chooses content for",
    }),
  ),
  times: Times,
  seasons: Type.Optional(
    Type.Array(closed({ from: MonthDay, until: MonthDay, times: Times }), {
      minItems: 1,
      maxItems: 12,
      description: "Other times for a part of each year; one until 02-28 holds 29 February too",
    }),
  ),
});

const exceptionsOf = <T extends TProperties>(content: T) =>
  Type.Array(
    closed({
      date: LocalDate,
      time: Type.Optional(
        Type.String({ ...LocalTime, description: "One of the date's times; all without it" }),
      ),
      skip: Type.Optional(Type.Literal(true)),
      moveTo: Type.Optional(closed({ date: Type.Optional(LocalDate), time: Type.Optional(LocalTime) })),
      ...content,
      reason: Reason,
    }),
    { maxItems: MAX_LIST, description: "What becomes of single dates" },
  );
const extraDatesOf = <T extends TProperties>(content: T) =>
  Type.Array(closed({ date: LocalDate, time: LocalTime, ...content, reason: Reason }), {
    maxItems: MAX_LIST,
    description: "Dates that the rule does not yield",
  });

const policyFields = {
  policy: enumOf(["next-approved", "latest-approved", "item", "rotation"]),
  fromNumber: Type.Optional(
    Type.Integer({ minimum: 1, description: "next-approved: begin with this number instead of the lowest" }),
  ),
  fallback: Type.Optional(
    enumOf(["silence", "repeat-last", "standing"], {
      description: "When nothing is approved; silence without it",
    }),
  ),
};

/** What each date airs. */
const ContentPolicy = closed({
  ...policyFields,
  contentId: Type.Optional(Type.String({ ...Uuid, description: "item: the one that airs" })),
  contentIds: Type.Optional(
    Type.Array(Uuid, {
      minItems: 1,
      maxItems: MAX_LIST,
      uniqueItems: true,
      description: "rotation: these in turn; without it all that is approved",
    }),
  ),
  standingContentId: Type.Optional(Type.String({ ...Uuid, description: "standing: what airs then" })),
});
export type ContentPolicy = Static<typeof ContentPolicy>;

const ownFields = {
  name: Title,
  rule: Rule,
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
    exclude: Type.Optional(
      Type.Array(RegionCode, {
        minItems: 1,
        maxItems: 2000,
        uniqueItems: true,
        description: "Inside the regions; not these, each with everything below it",
      }),
    ),
    groups: Type.Optional(
      Type.Array(GroupId, {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description: "Of the devices in the regions only those in any of these groups",
      }),
    ),
    tags: Type.Optional(
      Type.Array(Tag, {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description: "Of the devices in the regions only those with any of these tags",
      }),
    ),
  }),
  class: ScheduledClass,
  priority: Type.Integer({ minimum: 0, maximum: 100 }),
  lateness: LatenessPolicy,
  graceMinutes: Type.Integer({ minimum: 1, maximum: 240, description: "How late it may still begin" }),
  offline: OfflinePolicy,
  volume: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: "Per cent" })),
  slotMinutes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 720,
      description: "How long it may last; without it the programme's slot",
    }),
  ),
};

export const ScheduleDefinition = closed({
  ...ownFields,
  exceptions: Type.Optional(
    exceptionsOf({
      contentId: Type.Optional(Type.String({ ...Uuid, description: "What plays instead" })),
    }),
  ),
  extraDates: Type.Optional(extraDatesOf({ contentId: Type.Optional(Uuid) })),
  content: ContentPolicy,
});
export type ScheduleDefinition = Static<typeof ScheduleDefinition>;

export const NewSchedule = closed({ programmeId: Uuid, ...ScheduleDefinition.properties });
export type NewSchedule = Static<typeof NewSchedule>;

const ContentNumber = Type.Integer({ minimum: 1, description: "Of an episode or session of the programme" });

/**
 * A schedule in words that mean the same on every server: the programme by its slug, content by its number. Two active
 * schedules of one programme are told apart by their names.
 */
export const PortableSchedule = closed({
  programme: Slug,
  ...ownFields,
  exceptions: Type.Optional(exceptionsOf({ number: Type.Optional(ContentNumber) })),
  extraDates: Type.Optional(extraDatesOf({ number: Type.Optional(ContentNumber) })),
  content: closed({
    ...policyFields,
    number: Type.Optional(ContentNumber),
    numbers: Type.Optional(Type.Array(ContentNumber, { minItems: 1, maxItems: MAX_LIST, uniqueItems: true })),
    standingNumber: Type.Optional(ContentNumber),
  }),
});
export type PortableSchedule = Static<typeof PortableSchedule>;

export const JSON_SCHEMA_DRAFT = "https://json-schema.org/draft/2020-12/schema";
const MAX_SCHEDULES = 2000;

/** What an export writes and an import reads. */
export const ScheduleFile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    version: Type.Literal(1),
    schedules: Type.Array(PortableSchedule, { maxItems: MAX_SCHEDULES }),
  },
  { $schema: JSON_SCHEMA_DRAFT, title: "Schedules of Cuncunxiang", additionalProperties: false },
);
export type ScheduleFile = Static<typeof ScheduleFile>;

/** Of what it airs in a county's quiet hours, if it does. */
export interface ScheduleConfirmation {
  /** Whoever saved it since it was confirmed last; none for what came with the server. */
  savedBy: { id: string; name: string }[];
  /** The second person, until somebody saves it again. */
  confirmedBy: string | null;
  confirmedAt: number | null;
}

export interface Schedule {
  id: string;
  programmeId: string;
  definition: ScheduleDefinition;
  /** Counts the changes. */
  version: number;
  confirmation: ScheduleConfirmation;
  endedAt: number | null;
  createdAt: number;
  updatedAt: number;
}
