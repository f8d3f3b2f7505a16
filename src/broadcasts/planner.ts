import { v7 as uuidv7 } from "uuid";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { DeviceKind, Policy } from "../protocol/messages.ts";
import { keepsQuietHours, quietWindowAt } from "../protocol/quiet-hours.ts";
import { expandRule, type Occurrence } from "../schedules/rule.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { ScheduleService } from "../schedules/schedule-service.ts";
import { type AirDate, assignNextApproved } from "./assignment.ts";
import type { Broadcast, BroadcastItem } from "./broadcast.ts";
import type { BroadcastService } from "./broadcast-service.ts";
import type { BroadcastStore } from "./broadcast-store.ts";

/** One coming date of a schedule: what would play, or why nothing would. */
export interface PreviewEntry extends Occurrence {
  broadcastId: string | null;
  content: Content | null;
  whyNot: string | null;
}

export interface Planner {
  /** Brings a schedule's coming broadcasts in line with its rule and with what is approved. Idempotent. */
  plan(schedule: Schedule): void;
  planAll(): void;
  /** The occurrences with `from <= startAt < until` by the very functions that plan them. */
  preview(schedule: Schedule, from: number, until: number): PreviewEntry[];
}

interface Dependencies {
  store: BroadcastStore;
  schedules: ScheduleService;
  programmes: ProgrammeService;
  sources: { broadcast: ContentSource; lecture: ContentSource };
  media: MediaService;
  policy: { get(): Policy };
  broadcasts: BroadcastService;
  downlink: Downlink;
  transact: Transact;
  clock: Clock;
  /** How far ahead broadcasts are made, ms. */
  planMs: number;
}

type Items = Map<DeviceKind, BroadcastItem[]>;
interface Plan {
  content: Content | null;
  items: Items;
  whyNot: string | null;
}

const isOpen = ({ state }: Broadcast): boolean => state === "planned" || state === "ready";
const isLive = ({ state }: Broadcast): boolean => state === "frozen" || state === "on_air";
const occurrenceKey = (date: string, time: string): string => `${date}T${time}`;

export function createPlanner(deps: Dependencies): Planner {
  const {
    store,
    schedules,
    programmes,
    sources,
    media,
    policy,
    broadcasts,
    downlink,
    transact,
    clock,
    planMs,
  } = deps;

  function itemsOf(content: Content, kinds: DeviceKind[]): Items | null {
    const items: Items = new Map();
    for (const kind of kinds) {
      const list = content.parts.map(({ title, assetSha256 }): BroadcastItem | null => {
        const rendition = media.playableFor(assetSha256, kind);
        if (!rendition || rendition.sha256 === null || rendition.mime === null) return null;
        const { sha256, mime, bytes, durationMs } = rendition;
        return bytes === null || durationMs === null ? null : { sha256, mime, bytes, durationMs, title };
      });
      if (list.includes(null)) return null;
      items.set(kind, list as BroadcastItem[]);
    }
    return items;
  }

  /** What each date of a schedule would air, given what has aired and what is approved. */
  function assign(
    schedule: Schedule,
    occurrences: Occurrence[],
    existing: Broadcast[],
  ): Map<string, Content | null> {
    const { programmeId, definition } = schedule;
    const first = occurrences[0];
    if (!first) return new Map();
    const source = sources[programmes.get(programmeId).kind];
    const approved = source.approved(programmeId, 1);
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

  function planOne(schedule: Schedule, { startAt }: Occurrence, content: Content | null): Plan {
    const { definition } = schedule;
    if (!content) return { content, items: new Map(), whyNot: "nothing approved is left for this date" };
    const window = keepsQuietHours(definition.class) ? quietWindowAt(policy.get(), startAt) : undefined;
    if (window)
      return { content, items: new Map(), whyNot: `inside the quiet hours ${window.from}–${window.to}` };
    const items = itemsOf(content, definition.targets.kinds);
    return items
      ? { content, items, whyNot: null }
      : { content, items: new Map(), whyNot: `number ${content.number} is not transcoded yet` };
  }

  function toBroadcast(schedule: Schedule, occurrence: Occurrence, plan: Plan, id: string): Broadcast {
    const { definition } = schedule;
    const durations = [...plan.items.values()].map((list) =>
      list.reduce((sum, item) => sum + item.durationMs, 0),
    );
    return {
      id,
      scheduleId: schedule.id,
      localDate: occurrence.date,
      localTime: occurrence.time,
      startAt: occurrence.startAt,
      notAfter: occurrence.startAt + definition.graceMinutes * MINUTE_MS,
      class: definition.class,
      priority: definition.priority,
      lateness: definition.lateness,
      offline: definition.offline,
      volume: definition.volume ?? null,
      kinds: definition.targets.kinds,
      areas: definition.targets.regions.toSorted(),
      programme: programmes.get(schedule.programmeId).title,
      contentKind: plan.content?.kind ?? null,
      contentId: plan.content?.id ?? null,
      title: plan.content?.title ?? "",
      state: plan.whyNot === null ? "ready" : "planned",
      reason: plan.whyNot,
      endsAt: plan.whyNot === null ? occurrence.startAt + Math.max(...durations) : null,
    };
  }

  /** Writes what differs; returns the areas whose playlists it changes. */
  function write(before: Broadcast | undefined, after: Broadcast, items: Items): string[] {
    const now = clock.now();
    if (!before) store.insert(after, now);
    else if (sameBroadcast(before, after) && sameItems(before, items)) return [];
    else store.update(after, now);
    store.replaceItems(after.id, items);
    const inPlaylist = after.state === "ready" || before?.state === "ready";
    return inPlaylist ? [...after.areas, ...(before?.areas ?? [])] : [];
  }

  function sameItems(before: Broadcast, items: Items): boolean {
    return before.kinds.every((kind) => {
      const planned = items.get(kind) ?? [];
      return JSON.stringify(store.items(before.id, kind)) === JSON.stringify(planned);
    });
  }

  function plan(schedule: Schedule): void {
    transact(() => {
      const now = clock.now();
      const occurrences = schedule.endedAt === null ? expandRule(schedule.definition, now, now + planMs) : [];
      // A day back, for the earlier times of a date that is under way.
      const existing = store.ofSchedule(schedule.id, now - 24 * 60 * MINUTE_MS);
      const byKey = new Map(existing.map((b) => [occurrenceKey(b.localDate, b.localTime), b]));
      const wanted = new Set(occurrences.map(({ date, time }) => occurrenceKey(date, time)));
      const contents = assign(schedule, occurrences, existing);
      const changed = new Set<string>();
      let nextStartAt: number | null = null;
      const noteChange = (areas: string[], startAt: number) => {
        for (const area of areas) changed.add(area);
        if (areas.length > 0) nextStartAt = Math.min(nextStartAt ?? startAt, startAt);
      };

      for (const occurrence of occurrences) {
        const before = byKey.get(occurrenceKey(occurrence.date, occurrence.time));
        if (before && !isOpen(before)) {
          if (isLive(before) && !stillFits(before, schedule))
            broadcasts.stop(before.id, "the schedule was changed");
          continue;
        }
        const planned = planOne(schedule, occurrence, contents.get(occurrence.date) ?? null);
        const after = toBroadcast(schedule, occurrence, planned, before?.id ?? uuidv7());
        noteChange(write(before, after, planned.items), after.startAt);
      }
      for (const before of existing) {
        if (wanted.has(occurrenceKey(before.localDate, before.localTime))) continue;
        const live = isLive(before) && (schedule.endedAt !== null || before.startAt > now);
        if (live) broadcasts.stop(before.id, "the schedule was changed");
        if (!isOpen(before) || before.startAt <= now) continue;
        store.remove(before.id);
        if (before.state === "ready") noteChange(before.areas, before.startAt);
      }
      downlink.playlistChanged([...changed].toSorted(), nextStartAt);
    });
  }

  return {
    plan,
    planAll() {
      for (const schedule of schedules.active()) plan(schedule);
    },

    preview(schedule, from, until) {
      const now = clock.now();
      const occurrences =
        schedule.endedAt === null ? expandRule(schedule.definition, Math.min(from, now), until) : [];
      const coming = occurrences.filter(({ startAt }) => startAt >= Math.min(now, from));
      const existing = store.ofSchedule(schedule.id, Math.min(from, now - 24 * 60 * MINUTE_MS));
      const byKey = new Map(existing.map((b) => [occurrenceKey(b.localDate, b.localTime), b]));
      const contents = assign(schedule, coming, existing);
      return coming
        .filter(({ startAt }) => startAt >= from)
        .map((occurrence) => {
          const broadcast = byKey.get(occurrenceKey(occurrence.date, occurrence.time));
          const { content, whyNot } = planOne(schedule, occurrence, contents.get(occurrence.date) ?? null);
          const cancelled = broadcast?.state === "cancelled";
          return {
            ...occurrence,
            broadcastId: broadcast?.id ?? null,
            content,
            whyNot: cancelled ? `cancelled: ${broadcast.reason ?? ""}` : whyNot,
          };
        });
    },
  };
}

/** Whether a frozen broadcast is still what its schedule says, apart from the content, which is fixed by then. */
function stillFits(broadcast: Broadcast, { definition }: Schedule): boolean {
  const { targets } = definition;
  return (
    broadcast.areas.join() === targets.regions.toSorted().join() &&
    broadcast.kinds.join() === targets.kinds.join() &&
    broadcast.class === definition.class &&
    broadcast.volume === (definition.volume ?? null)
  );
}

function sameBroadcast(before: Broadcast, after: Broadcast): boolean {
  return (Object.keys(after) as (keyof Broadcast)[]).every(
    (key) => JSON.stringify(before[key]) === JSON.stringify(after[key]),
  );
}
