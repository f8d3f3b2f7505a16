import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { MediaService } from "../media/media-service.ts";
import { once } from "../once.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import { keepsQuietHours, quietWindowText } from "../protocol/quiet-hours.ts";
import type { Sameness } from "../review/heard.ts";
import type { ReviewService } from "../review/review-service.ts";
import type { IntendedSound, QuietHoursMetBy } from "../schedules/county-wide.ts";
import { formatDay } from "../schedules/day.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { type Calendars, expandRule, type Occurrence } from "../schedules/rule.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { type AirDate, type Assigned, assignContent, type ContentBy } from "./assignment.ts";
import { type Broadcast, type BroadcastItem, isLive } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import { longestMs, playableItems } from "./playable-items.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import type { Reruns } from "./reruns.ts";

/** One coming date of a schedule: what would play, or why nothing would. */
export interface ForecastEntry extends Omit<Occurrence, "barred" | "contentId"> {
  /** The row that stands for it already. */
  broadcast: Broadcast | null;
  content: Content | null;
  contentBy: ContentBy | null;
  /** The exact bytes, by kind of device, also where `whyNot` keeps them off the air; empty without any that are transcoded. */
  items: Map<DeviceKind, BroadcastItem[]>;
  whyNot: Refusal | null;
  /** It could air, but nothing is approved for it. */
  isFree: boolean;
}

/**
 * What a schedule yields from now until `until` (epoch ms), at most 800 days ahead: the one answer that both planning and
 * preview use. What is frozen or aired keeps its content, unless `isReconsidered` says otherwise.
 */
export type Forecast = (
  schedule: Schedule,
  until: number,
  isReconsidered?: (broadcast: Broadcast) => boolean,
  survey?: Survey,
) => ForecastEntry[];

/** What forecasts of many schedules in a row look up once, as nothing changes between them. */
export interface Survey {
  /** By programme. */
  approved: Map<string, Content[]>;
  /** By kind of device and composition. */
  playable: Map<string, ReturnType<MediaService["playableFor"]>>;
  /** By content. */
  allowances: Map<string, (startAt: number) => boolean>;
  /** By content. */
  signed: Map<string, Sameness>;
  /** By content. */
  owed: Map<string, number | null>;
}
export const newSurvey = (): Survey => ({
  approved: new Map(),
  playable: new Map(),
  allowances: new Map(),
  signed: new Map(),
  owed: new Map(),
});

interface Dependencies {
  store: BroadcastStore;
  programmes: ProgrammeService;
  sources: { broadcast: ContentSource; lecture: ContentSource };
  media: MediaService;
  policy: Pick<PolicyService, "quietEverywhere">;
  calendars: Calendars;
  reruns: Reruns;
  /** Whether devices would be given what was signed, and until when it airs without signatures that are owed. */
  reviews: Pick<ReviewService, "compareWithSigned" | "owedUntil">;
  /** Tells of starts whether those who are portrayed agree to its being heard then. */
  allowanceOf: (content: Content) => (startAt: number) => boolean;
  quietHoursMetBy: QuietHoursMetBy;
  clock: Clock;
}

/** Twice the longest plan, and short enough to be expanded while somebody waits, however far ahead they ask. */
export const MAX_AHEAD_DAYS = 800;

export const occurrenceKey = (date: string, time: string): string => `${date}T${time}`;

export function createForecast(dependencies: Dependencies): Forecast {
  const {
    store,
    programmes,
    sources,
    media,
    policy,
    calendars,
    reruns,
    reviews,
    allowanceOf,
    quietHoursMetBy,
    clock,
  } = dependencies;

  /** What each date airs by the schedule's policy, given what has aired and what is approved. */
  function assign(
    { id, definition }: Schedule,
    occurrences: Pick<Occurrence, "airDate" | "startAt">[],
    settled: Broadcast[],
    approved: Content[],
  ): Map<string, Assigned | null> {
    const first = occurrences[0];
    if (!first) return new Map();
    const wallClock = createWallClock(definition.zone);
    const fixed = new Map(
      settled
        .filter((b) => b.contentBy === "policy" && (isLive(b) || b.state === "aired"))
        .map((b) => [formatDay(wallClock.dayAt(b.startAt)), b.contentId]),
    );
    const dates = [...new Set(occurrences.map(({ airDate }) => airDate))].map(
      (date): AirDate => ({
        date,
        fixed: approved.find((content) => content.id === fixed.get(date)) ?? null,
      }),
    );
    const midnight = wallClock.instantOf(wallClock.dayAt(first.startAt), "00:00");
    const { exceptions = [], extraDates = [] } = definition;
    return assignContent(definition.content, dates, approved, {
      ...store.airedBefore(id, midnight),
      chosen: new Set([
        ...store.chosenContent(id),
        ...[...exceptions, ...extraDates].flatMap(({ contentId }) => contentId ?? []),
      ]),
    });
  }

  /** Why an occurrence cannot air whatever is approved; it takes no content from the dates after it. */
  function whyBarred(
    schedule: Schedule,
    { startAt, barred, exception }: Occurrence,
    row: Broadcast | undefined,
    met: ReturnType<QuietHoursMetBy>,
  ): Refusal | null {
    const { definition } = schedule;
    if (barred !== null && isSkip(exception)) return { code: "skipped", text: barred };
    if (barred !== null)
      return {
        code: "holidays-unknown",
        text: `${barred}; it airs all the same once it is moved or its content is chosen`,
      };
    if (row && (row.state === "aired" || row.state === "failed") && row.startAt !== startAt)
      return { code: "aired-before-move", text: "this date was broadcast before it was moved" };
    if (row?.state === "cancelled")
      return { code: "stopped", text: `cancelled: ${row.reason ?? "no reason given"}` };
    if (!keepsQuietHours(definition.class)) return null;
    const window = policy.quietEverywhere(definition.targets.regions, startAt);
    if (window) return { code: "quiet-hours", text: `inside the quiet hours ${quietWindowText(window)}` };
    const shorter = met(startAt, startAt);
    if (!shorter) return null;
    const text = `the quiet hours ${quietWindowText(shorter)} count until a second person has confirmed shorter ones`;
    return { code: "quiet-hours", text };
  }

  /** Whether a start waits for a second person: most of a county would hear it in its quiet hours. */
  function awaitsSecondPerson(
    { definition, confirmation }: Schedule,
    met: ReturnType<QuietHoursMetBy>,
  ): (startAt: number, lengthMs: number) => boolean {
    if (keepsQuietHours(definition.class) || confirmation.confirmedBy !== null) return () => false;
    const graceMs = definition.graceMinutes * MINUTE_MS;
    return (startAt, lengthMs) => met(startAt, startAt + graceMs + lengthMs) !== null;
  }

  return (schedule, until, isReconsidered = () => false, survey = newSurvey()) => {
    const now = clock.now();
    const { definition, programmeId } = schedule;
    const end = Math.min(until, now + MAX_AHEAD_DAYS * DAY_MS);
    const occurrences = schedule.endedAt === null ? expandRule(definition, now, end, calendars) : [];
    // A day back, for the earlier times of a date that is under way; a slot that was moved here may have aired long ago.
    const slotDates = [...new Set(occurrences.map(({ date }) => date))];
    const existing = store.ofSchedule(schedule.id, now - DAY_MS, slotDates);
    const rows = new Map(existing.map((b) => [occurrenceKey(b.localDate, b.localTime), b]));
    // Once for all dates: it counts the part of a county that hears it.
    const met = quietHoursMetBy(soundOf(schedule));
    const judged = occurrences.map((occurrence) => {
      const row = rows.get(occurrenceKey(occurrence.date, occurrence.time));
      return { ...occurrence, broadcast: row ?? null, barred: whyBarred(schedule, occurrence, row, met) };
    });
    const approved = once(survey.approved, programmeId, () =>
      sources[programmes.get(programmeId).kind].approved(programmeId, 1),
    );
    const byPolicy = judged.filter(({ barred, contentId }) => barred === null && contentId === null);
    const assigned = assign(
      schedule,
      byPolicy,
      existing.filter((row) => !isReconsidered(row)),
      approved,
    );

    function contentOf({ airDate, contentId, barred }: (typeof judged)[number]): Assigned | null {
      if (barred !== null) return null;
      if (contentId === null) return assigned.get(airDate) ?? null;
      const content = approved.find(({ id }) => id === contentId);
      return content ? { content, by: "choice" } : null;
    }

    const surveyed: Pick<MediaService, "playableFor"> = {
      playableFor: (compositionId, kind) =>
        once(survey.playable, `${kind} ${compositionId}`, () => media.playableFor(compositionId, kind)),
    };
    const isAllowed = (content: Content, startAt: number): boolean =>
      once(survey.allowances, content.id, () => allowanceOf(content))(startAt);
    const isSigned = (content: Content): boolean =>
      once(survey.signed, content.id, () => reviews.compareWithSigned(content)) === "same";
    const owes = (content: Content, startAt: number): boolean => {
      const until = once(survey.owed, content.id, () => reviews.owedUntil(content));
      return until !== null && startAt > until;
    };
    const isRerun = programmes.get(programmeId).review.reruns ? reruns.inOrder(schedule.id) : () => false;
    const isAwaited = awaitsSecondPerson(schedule, met);
    return judged.map(({ barred, ...occurrence }) => {
      const { content = null, by: contentBy = null } = contentOf({ ...occurrence, barred }) ?? {};
      const rendered = content && playableItems(surveyed, content.parts, definition.targets.kinds);
      const items: ForecastEntry["items"] = rendered ?? new Map();
      const whyNot: Refusal | null =
        barred ??
        (content ? null : nothingFor(occurrence)) ??
        (content && isRerun(content, occurrence.startAt) ? refusalOf("review-again") : null) ??
        (content && owes(content, occurrence.startAt) ? refusalOf("signatures-owed") : null) ??
        (content && !isAllowed(content, occurrence.startAt) ? refusalOf("no-consent") : null) ??
        (content && !isSigned(content) ? refusalOf("not-signed") : null) ??
        (rendered
          ? null
          : { code: "not-transcoded", text: `number ${content?.number} is not transcoded yet` }) ??
        (isAwaited(occurrence.startAt, longestMs(items)) ? refusalOf("not-confirmed") : null);
      const isFree = barred === null && content === null;
      return { ...occurrence, content, contentBy, items, whyNot, isFree };
    });
  };
}

const nothingFor = ({ contentId }: Pick<Occurrence, "contentId">): Refusal => ({
  code: "nothing-approved",
  text:
    contentId === null
      ? "nothing approved is left for this date"
      : "what was chosen for this date is not approved",
});

function soundOf({ id, definition, confirmation }: Schedule): IntendedSound {
  const { regions: areas, exclude = [] } = definition.targets;
  const by = confirmation.savedBy.map((person) => person.id);
  return { id, class: definition.class, silent: false, areas, exclude, by };
}

export const isSkip = (exception: Occurrence["exception"]): boolean =>
  exception !== null && "skip" in exception && exception.skip !== undefined;
