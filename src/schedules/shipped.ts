import { readdirSync, readFileSync } from "node:fs";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { AppError } from "../errors.ts";
import { closed, enumOf, Title } from "../http/schemas.ts";
import { CountyPolicy } from "./policy.ts";
import { ScheduleDefinition } from "./schedule.ts";

const SchemaReference = Type.Optional(Type.String());

/** A file of `schedules/`: a programme and its timetables, loaded once, at the first start. */
export const Timetable = closed({
  $schema: SchemaReference,
  programme: closed({
    slug: Type.String({ pattern: "^[a-z0-9-]+$" }),
    kind: enumOf(["broadcast", "lecture"]),
    title: Title,
    segments: Type.Array(Title, { uniqueItems: true }),
  }),
  schedules: Type.Array(ScheduleDefinition),
});
export type Timetable = Static<typeof Timetable>;

export const QuietHoursFile = closed({ $schema: SchemaReference, ...CountyPolicy.properties });

/** The generated JSON Schemas that stand beside the data, by file name. */
export const DATA_SCHEMAS = { "timetable.schema.json": Timetable, "quiet-hours.schema.json": QuietHoursFile };

const QUIET_HOURS = "quiet-hours.json";

/** @throws {AppError} `invalid` naming the file and every problem in it */
export function readShippedTimetables(folder: string): Timetable[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== QUIET_HOURS && !name.endsWith(".schema.json"))
    .toSorted()
    .map((name) => readChecked(folder, name, Timetable));
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
