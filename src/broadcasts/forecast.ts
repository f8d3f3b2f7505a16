import { type Clock, DAY_MS } from "../clock.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { DeviceKind, Policy } from "../protocol/messages.ts";
import { keepsQuietHours, quietWindowAt } from "../protocol/quiet-hours.ts";
import { expandRule, type Occurrence } from "../schedules/rule.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { type AirDate, assignNextApproved } from "./assignment.ts";
import { type Broadcast, type BroadcastItem, isLive } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";

/** One coming date of a schedule: what would play, or why nothing would. */
export interface ForecastEntry extends Occurrence {
  /** The row that stands for it already. */
  broadcast: Broadcast | null;
  content: Content | null;
  /** The exact bytes, by kind of device; empty when `whyNot` is set. */
  items: Map<DeviceKind, BroadcastItem[]>;
  whyNot: string | null;
  /** It could air, but nothing is approved for it. */
  isFree: boolean;
}

/** What a schedule yields from now until `until` (epoch ms): the one answer that both planning and preview use. */
export type Forecast = (schedule: Schedule, until: number) => ForecastEntry[];

interface Dependencies {
  store: BroadcastStore;
  programmes: ProgrammeService;
  sources: { broadcast: ContentSource; lecture: ContentSource };
  media: MediaService;
  policy: { get(): Policy };
  clock: Clock;
}

export const occurrenceKey = (date: string, time: string): string => `${date}T${time}`;

export function createForecast({ store, programmes, sources, media, policy, clock }: Dependencies): Forecast {
  function itemsOf(content: Content, kinds: DeviceKind[]): Map<DeviceKind, BroadcastItem[]> | null {
    const items = new Map<DeviceKind, BroadcastItem[]>();
    for (const kind of kinds) {
      const list: BroadcastItem[] = [];
      for (const { title, compositionId } of content.parts) {
        const {
          sha256 = null,
          mime = null,
          bytes = null,
          durationMs = null,
        } = media.playableFor(compositionId, kind) ?? {};
        if (sha256 === null || mime === null || bytes === null || durationMs === null) return null;
        list.push({ sha256, mime, bytes, durationMs, title });
      }
      items.set(kind, list);
    }
    return items;
  }

  /** What each date airs, given what has aired and what is approved. */
  function assign(
    schedule: Schedule,
    occurrences: Occurrence[],
    existing: Broadcast[],
  ): Map<string, Content | null> {
    const { programmeId, definition } = schedule;
    const first = occurrences[0];
    if (!first) return new Map();
    const approved = sources[programmes.get(programmeId).kind].approved(programmeId, 1);
    const fixedOn = new Map(
      existing.filter((b) => isLive(b) || b.state === "aired").map((b) => [b.localDate, b.contentId]),
    );
    const dates = [...new Set(occurrences.map(({ date }) => date))].map((date): AirDate => {
      const fixed = approved.find(({ id }) => id === fixedOn.get(date));
      return { date, fixed: fixed ? { contentId: fixed.id, number: fixed.number } : null };
    });
    const floor = (definition.content.fromNumber ?? 1) - 1;
    return assignNextApproved(
      dates,
      approved,
      Math.max(floor, store.lastAiredNumber(schedule.id, first.date)),
    );
  }

  /** Why an occurrence cannot air whatever is approved; it takes no content from the dates after it. */
  function whyBarred(
    { definition }: Schedule,
    { startAt }: Occurrence,
    row: Broadcast | undefined,
  ): string | null {
    if (row?.state === "cancelled") return `cancelled: ${row.reason ?? "no reason given"}`;
    const window = keepsQuietHours(definition.class) ? quietWindowAt(policy.get(), startAt) : undefined;
    return window ? `inside the quiet hours ${window.from}–${window.to}` : null;
  }

  return (schedule, until) => {
    const now = clock.now();
    const occurrences = schedule.endedAt === null ? expandRule(schedule.definition, now, until) : [];
    // A day back, for the earlier times of a date that is under way.
    const existing = store.ofSchedule(schedule.id, now - DAY_MS);
    const rows = new Map(existing.map((b) => [occurrenceKey(b.localDate, b.localTime), b]));
    const judged = occurrences.map((occurrence) => {
      const row = rows.get(occurrenceKey(occurrence.date, occurrence.time));
      return { ...occurrence, broadcast: row ?? null, barred: whyBarred(schedule, occurrence, row) };
    });
    const free = judged.filter(({ barred }) => barred === null);
    const contents = assign(schedule, free, existing);

    return judged.map(({ barred, ...occurrence }) => {
      const content = barred === null ? (contents.get(occurrence.date) ?? null) : null;
      const items = content && itemsOf(content, schedule.definition.targets.kinds);
      const whyNot =
        barred ??
        (content ? null : "nothing approved is left for this date") ??
        (items ? null : `number ${content?.number} is not transcoded yet`);
      const isFree = barred === null && content === null;
      return { ...occurrence, content, items: items ?? new Map(), whyNot, isFree };
    });
  };
}
