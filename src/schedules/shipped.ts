import { readdirSync, readFileSync } from "node:fs";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { AppError } from "../errors.ts";
import { closed, enumOf, Slug, Title } from "../http/schemas.ts";
import { createLunarCalendar, LunarYears } from "./lunar-calendar.ts";
import { CountyPolicy } from "./policy-schemas.ts";
import { createHolidayCalendar, PublicHolidays } from "./public-holidays.ts";
import type { Calendars } from "./rule.ts";
import { ScheduleDefinition, ScheduleFile } from "./schedule.ts";

const SchemaReference = Type.Optional(Type.String());

/** A file of `schedules/`: a programme and its timetables, loaded once, at the first start. */
export const Timetable = closed({
  $schema: SchemaReference,
  programme: closed({
    slug: Slug,
    kind: enumOf(["broadcast", "lecture"]),
    title: Title,
    segments: Type.Array(Title, { uniqueItems: true }),
    consentSegments: Type.Optional(
      Type.Array(Title, {
        uniqueItems: true,
        description: "Those that have to have a consent of who is portrayed",
      }),
    ),
  }),
  schedules: Type.Array(ScheduleDefinition),
});
export type Timetable = Static<typeof Timetable>;

export const QuietHoursFile = closed({ $schema: SchemaReference, ...CountyPolicy.properties });

const HolidaysFile = closed({ $schema: SchemaReference, ...PublicHolidays.properties });
const LunarFile = closed({ $schema: SchemaReference, ...LunarYears.properties });

/** The generated JSON Schemas that stand beside the data, by file name. */
export const DATA_SCHEMAS = {
  "timetable.schema.json": Timetable,
  "schedule-file.schema.json": ScheduleFile,
  "quiet-hours.schema.json": QuietHoursFile,
  "public-holidays.schema.json": HolidaysFile,
  "lunar-years.schema.json": LunarFile,
};

const QUIET_HOURS = "quiet-hours.json";
const PUBLIC_HOLIDAYS = "public-holidays.json";
const LUNAR_YEARS = "lunar-years.json";
const DATA = [QUIET_HOURS, PUBLIC_HOLIDAYS, LUNAR_YEARS];

/** @throws {AppError} `invalid` naming the file and every problem in it */
export function readShippedTimetables(folder: string): Timetable[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !DATA.includes(name) && !name.endsWith(".schema.json"))
    .toSorted()
    .map((name) => readChecked(folder, name, Timetable));
}

/** @throws {AppError} `invalid` */
export function readCalendars(folder: string): Calendars {
  return {
    holidays: createHolidayCalendar(readChecked(folder, PUBLIC_HOLIDAYS, HolidaysFile)),
    lunar: createLunarCalendar(readChecked(folder, LUNAR_YEARS, LunarFile)),
  };
}

/** @throws {AppError} `invalid` */
export function readShippedPolicy(folder: string): CountyPolicy {
  const { $schema: _, ...policy } = readChecked(folder, QUIET_HOURS, QuietHoursFile);
  return policy;
}

function readChecked<T extends TSchema>(folder: string, name: string, schema: T): Static<T> {
  const data: unknown = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
  if (Value.Check(schema, data)) return data;
  const details = Value.Errors(schema, data).map(({ instancePath, message }) => ({
    at: instancePath,
    message,
  }));
  throw new AppError("invalid", `schedules/${name} is not as its schema says.`, { details });
}
