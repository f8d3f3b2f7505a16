import type { Schedule, ScheduleDefinition } from "../../api-types.ts";
import { isDate } from "./dates.ts";

/** What is filled in, as far as it is; empty lists and fields are what nobody has filled in yet. */
export interface Draft {
  programmeId: string;
  definition: ScheduleDefinition;
}

const HELD_BY_THE_SERVER = new Set([
  "id",
  "programmeId",
  "version",
  "confirmation",
  "ended",
  "endedAt",
  "createdAt",
  "updatedAt",
]);

/** A schedule without what the server keeps of it. */
export const definitionOf = (schedule: Schedule): ScheduleDefinition =>
  Object.fromEntries(
    Object.entries(schedule).filter(([name]) => !HELD_BY_THE_SERVER.has(name)),
  ) as unknown as ScheduleDefinition;

export const newDraft = (programmeId: string, zone: string, county: string | null): Draft => ({
  programmeId,
  definition: {
    name: "",
    rule: { daysOfMonth: [1, 15], times: ["07:00"] },
    zone,
    targets: { regions: county === null ? [] : [county], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "join",
    graceMinutes: 5,
    offline: "play",
  },
});

/** For another programme: what was chosen among the content of the former one is to be chosen anew. */
export function withProgramme({ definition }: Draft, programmeId: string): Draft {
  const { policy, fallback } = definition.content;
  const { exceptions, extraDates, ...rest } = definition;
  return {
    programmeId,
    definition: {
      ...rest,
      content: { policy, ...(fallback === undefined ? {} : { fallback }) },
      ...some(
        "exceptions",
        exceptions?.map(({ contentId, ...each }) =>
          contentId === undefined || each.moveTo ? each : { ...each, contentId: "" },
        ),
      ),
      ...some(
        "extraDates",
        extraDates?.map(({ contentId: _, ...each }) => each),
      ),
    },
  };
}

/** A list that says something, and nothing otherwise: the API knows no empty ones. */
const some = <K extends string, T>(name: K, list: readonly T[] | undefined) =>
  (list && list.length > 0 ? { [name]: list } : {}) as { [key in K]?: T[] };

const unique = <T>(list: readonly T[] | undefined): T[] => [...new Set(list)];

/** As it would be sent: without what is empty or only begun. */
export function toSend({
  rule,
  targets,
  exceptions,
  extraDates,
  validFrom,
  validUntil,
  ...rest
}: ScheduleDefinition) {
  const { weekly } = rule;
  return {
    ...rest,
    name: rest.name.trim(),
    rule: {
      ...some("daysOfMonth", rule.daysOfMonth),
      ...some("weekdaysOfMonth", rule.weekdaysOfMonth),
      ...(weekly && weekly.weekdays.length > 0 && isDate(weekly.from) ? { weekly } : {}),
      ...some("dates", unique(rule.dates?.filter(isDate))),
      ...some(
        "dateRanges",
        rule.dateRanges?.filter(({ from, until }) => isDate(from) && isDate(until)),
      ),
      ...some("lunarDays", rule.lunarDays),
      ...some("onlyOn", rule.onlyOn),
      times: unique(rule.times.filter(isTime)).sort(),
      ...some(
        "seasons",
        rule.seasons?.filter(({ from, until, times }) => from && until && times.length > 0),
      ),
    },
    targets: {
      regions: targets.regions,
      kinds: targets.kinds,
      ...some("exclude", targets.exclude),
      ...some("groups", targets.groups),
      ...some("tags", targets.tags),
    },
    ...(validFrom && isDate(validFrom) ? { validFrom } : {}),
    ...(validUntil && isDate(validUntil) ? { validUntil } : {}),
    ...some(
      "exceptions",
      exceptions?.filter(({ date, reason }) => isDate(date) && reason.trim() !== ""),
    ),
    ...some(
      "extraDates",
      extraDates?.filter(({ date, time, reason }) => isDate(date) && isTime(time) && reason.trim() !== ""),
    ),
  } satisfies ScheduleDefinition;
}

const isTime = (text: string): boolean => /^\d{2}:\d{2}$/.test(text);

/** Whether it is worth asking what would come of it. */
export const isWhole = ({ rule, targets, content, exceptions = [] }: ScheduleDefinition): boolean =>
  rule.times.length > 0 &&
  targets.regions.length > 0 &&
  targets.kinds.length > 0 &&
  (content.policy !== "item" || isChosen(content.contentId)) &&
  (content.fallback !== "standing" || isChosen(content.standingContentId)) &&
  exceptions.every(({ contentId }) => contentId !== "");

const isChosen = (contentId: string | undefined): boolean => contentId !== undefined && contentId !== "";

/** The fields in which two definitions differ. */
export function fieldsApart(one: ScheduleDefinition, other: ScheduleDefinition): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof ScheduleDefinition>;
  return [...names].filter((name) => textOf(one[name]) !== textOf(other[name]));
}

/** The same for the same values, however their fields are ordered. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
