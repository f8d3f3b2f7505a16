import { Type } from "typebox";
import { invalid } from "../errors.ts";
import { parseDay } from "./day.ts";
import { createWallClock } from "./wall-clock.ts";

export const Moment = Type.String({
  maxLength: 40,
  description: "An instant with offset, or a local time of the county such as 2026-12-01T07:00",
});

/** An instant with its offset, or a local time of the county. A `+` that a query string made a space is one again. */
export function momentFrom(at: string, text: string, zone: string): number {
  const local = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  const day = parseDay(local?.[1] ?? "");
  if (local && day !== null) return createWallClock(zone).instantOf(day, `${local[2]}:${local[3]}`);
  const value = /T.*(Z|[+ -]\d{2}:\d{2})$/.test(text) ? Date.parse(text.replace(" ", "+")) : Number.NaN;
  if (!Number.isNaN(value)) return value;
  throw invalid(
    at,
    `"${text}" is neither an instant nor a local time.`,
    `Write it as 2026-12-01T07:00 (in ${zone}) or 2026-12-01T07:00:00+08:00.`,
  );
}
