import { type TProperties, type TSchema, Type } from "typebox";
import { REGION_CODE_PATTERN } from "../protocol/region-code.ts";

/** Objects of the HTTP API are closed: a misspelt field is an error, not silence. */
export const closed = <T extends TProperties>(properties: T, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

export const enumOf = <const T extends readonly string[]>(
  values: T,
  options: { description?: string } = {},
) => Type.Unsafe<T[number]>(Type.String({ enum: [...values], ...options }));

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Uuid = Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" });
export const Instant = Type.String({
  description: "UTC instant, ISO 8601",
  examples: ["2026-12-01T07:00:00.000Z"],
});
export const LocalDate = Type.String({ pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" });
export const LocalTime = Type.String({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$" });
export const RegionCode = Type.String({ pattern: REGION_CODE_PATTERN });
export const Title = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
/** Ad-hoc sets of devices; part of a topic's name. */
export const GroupId = Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,63}$", examples: ["party-schools"] });
export const Tag = Type.String({
  minLength: 1,
  maxLength: 50,
  pattern: "^\\S(.*\\S)?$",
  examples: ["文化广场"],
});
/** A short name for files and addresses, the same on every server. */
export const Slug = Type.String({ pattern: "^[a-z0-9-]+$" });
export const IdParams = closed({ id: Uuid });

export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: "`nextCursor` of the page before" })),
};

/** A cursor after every id of version 7, to begin a list at its newest end. */
export const NEWEST = "z";

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: nullable(Type.String()) });

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Cuts a page from rows read with one more than `limit`, which tells whether there is a next one. */
export function pageFrom<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
