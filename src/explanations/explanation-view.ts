import { type Static, Type } from "typebox";
import { toIso } from "../clock.ts";
import { invalid } from "../errors.ts";
import { enumOf, Instant, nullable, Uuid } from "../http/schemas.ts";
import { parseDay } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { PreviewDate } from "./slot-verdict.ts";
import { VERDICTS } from "./verdict.ts";

export const VerdictView = Type.Object({
  code: enumOf(VERDICTS, { description: "Does not change" }),
  text: Type.String({ description: "The same for people" }),
});

export const RuleDate = Type.Object({
  scheduleId: nullable(Uuid),
  schedule: nullable(Type.String({ description: "Its name" })),
  programme: Type.String(),
  date: Type.String({ description: "The slot in the rule's own wall clock" }),
  time: Type.String(),
  startAt: Instant,
  broadcastId: nullable(Uuid),
  isPlanned: Type.Boolean(),
  verdict: VerdictView,
});

export const viewDate = (date: PreviewDate): Static<typeof RuleDate> => ({
  ...date,
  startAt: toIso(date.startAt),
});

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
