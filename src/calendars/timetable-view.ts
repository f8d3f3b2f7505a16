import { type Static, Type } from "typebox";
import { BROADCAST_STATES, WHY_NOT } from "../broadcasts/broadcast.ts";
import { BroadcastView, PreviewEntry } from "../broadcasts/broadcast-view.ts";
import { toIso } from "../clock.ts";
import { enumOf, Instant, LocalDate, LocalTime, nullable, RegionCode, Uuid } from "../http/schemas.ts";
import { BroadcastClass } from "../protocol/messages.ts";
import { REGION_LEVELS } from "../protocol/region-code.ts";
import { DayKind } from "../schedules/public-holidays.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { QuietRow, TimetableEntry } from "./timetable.ts";

const Day = Type.Object({
  date: LocalDate,
  kind: nullable({ ...DayKind, description: "null: the public holidays of the year are not known" }),
  holiday: nullable(Type.String()),
  lunar: nullable(
    Type.Object({
      month: Type.Integer(),
      day: Type.Integer(),
      isLeap: Type.Boolean({ description: "In the second of two months with the same number" }),
    }),
  ),
});

const Entry = Type.Object({
  broadcastId: nullable(Type.String({ ...Uuid, description: "None before it is planned" })),
  schedule: nullable(
    Type.Object(
      { id: Uuid, name: Type.String(), version: Type.Integer(), ended: Type.Boolean() },
      { description: "None for an interrupt" },
    ),
  ),
  date: Type.String({ ...LocalDate, description: "The rule's own slot, also of what was moved" }),
  time: LocalTime,
  airDate: Type.String({ ...LocalDate, description: "Where it truly stands, in the county's zone" }),
  airTime: LocalTime,
  startAt: Instant,
  endsAt: nullable(Instant),
  state: nullable(enumOf(BROADCAST_STATES, { description: "null: not planned yet" })),
  class: BroadcastClass,
  programme: Type.String(),
  title: Type.String(),
  content: PreviewEntry.properties.content,
  exception: nullable(Type.String({ description: "Why it is not as the rule says" })),
  whyNot: nullable(Type.String({ description: "Why nothing would play, or did, as things stand" })),
  code: nullable(enumOf(WHY_NOT, { description: "The same as a word that does not change" })),
  targets: BroadcastView.properties.targets,
});

export const TimetableView = Type.Object({
  zone: Type.String({ description: "IANA zone of dates and times" }),
  days: Type.Array(Day),
  entries: Type.Array(Entry),
  isCut: Type.Boolean({ description: "There are more entries than these: ask for a region, or fewer days" }),
});

const LocalEnd = Type.String({ pattern: "^([01][0-9]|2[0-4]):[0-5][0-9]$", examples: ["24:00"] });
export const QuietDayView = Type.Object({
  zone: Type.String(),
  items: Type.Array(
    Type.Object({
      code: RegionCode,
      name: Type.String(),
      level: enumOf(REGION_LEVELS),
      quiet: Type.Array(Type.Object({ from: LocalTime, to: LocalEnd })),
    }),
  ),
});

export function viewEntry(
  { schedule, broadcast, forecast, programme, startAt }: TimetableEntry,
  zone: string,
): Static<typeof Entry> {
  const [airDate = "", airTime = ""] = createWallClock(zone).textAt(startAt).split(" ");
  const { content = null, contentBy = null } = forecast ?? {};
  const wanted = schedule?.definition.targets;
  return {
    broadcastId: broadcast?.id ?? null,
    schedule: schedule && {
      id: schedule.id,
      name: schedule.definition.name,
      version: schedule.version,
      ended: schedule.endedAt !== null,
    },
    date: forecast?.date ?? broadcast?.localDate ?? airDate,
    time: forecast?.time ?? broadcast?.localTime ?? airTime,
    airDate,
    airTime,
    startAt: toIso(startAt),
    endsAt: broadcast?.endsAt ? toIso(broadcast.endsAt) : null,
    state: broadcast?.state ?? null,
    class: broadcast?.class ?? schedule?.definition.class ?? "daily",
    programme,
    title: content?.title ?? broadcast?.title ?? "",
    content:
      content && contentBy
        ? {
            kind: content.kind,
            id: content.id,
            number: content.number,
            title: content.title,
            by: contentBy,
          }
        : null,
    exception: forecast?.exception?.reason ?? null,
    whyNot: forecast?.whyNot?.text ?? broadcast?.reason ?? null,
    code: forecast?.whyNot?.code ?? broadcast?.whyNot ?? null,
    targets: {
      regions: broadcast?.areas ?? wanted?.regions ?? [],
      kinds: broadcast?.kinds ?? wanted?.kinds ?? [],
      exclude: broadcast?.exclude ?? wanted?.exclude ?? [],
      groups: broadcast?.groups ?? wanted?.groups ?? [],
      tags: broadcast?.tags ?? wanted?.tags ?? [],
    },
  };
}

const timeOf = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((each) => String(each).padStart(2, "0")).join(":");

export const viewQuiet = ({ region: { code, name, level }, quiet }: QuietRow) => ({
  code,
  name,
  level,
  quiet: quiet.map(({ from, to }) => ({ from: timeOf(from), to: timeOf(to) })),
});
