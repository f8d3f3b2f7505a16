import { SECOND_MS } from "../clock.ts";
import type {
  BroadcastClass,
  DeviceKind,
  Item,
  LatenessPolicy,
  OfflinePolicy,
} from "../protocol/messages.ts";
import type { ContentBy } from "./assignment.ts";

export const BROADCAST_STATES = [
  "planned",
  "ready",
  "frozen",
  "on_air",
  "aired",
  "failed",
  "cancelled",
  "missed",
] as const;
/**
 * An `alert` is told as the standing state of its areas, never by playlist or `play` command. What is `live` has no items
 * but parts, which are made while it is on air: until its speaker has ended, its end is the latest that it may have.
 */
export const CONTENT_KINDS = ["episode", "session", "announcement", "alert", "live"] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

export type BroadcastState = (typeof BROADCAST_STATES)[number];

/**
 * What may follow what. `failed` means that no device reported a start; records come in days late, so the truth may
 * still turn it into `aired`.
 */
const TRANSITIONS: Record<BroadcastState, readonly BroadcastState[]> = {
  planned: ["ready", "cancelled", "missed"],
  ready: ["planned", "frozen", "cancelled"],
  frozen: ["on_air", "cancelled"],
  on_air: ["aired", "failed", "cancelled"],
  aired: [],
  failed: ["aired"],
  cancelled: [],
  missed: [],
};

/** What a playlist holds: also what is over, until its end has passed, so that a late device may still join. */
export const LISTED_STATES: readonly BroadcastState[] = ["ready", "frozen", "on_air", "aired", "failed"];

/** Why a coming date has nothing to play, in words that do not change. */
export const WHY_NOT = [
  "skipped",
  "holidays-unknown",
  "aired-before-move",
  "stopped",
  "quiet-hours",
  "nothing-approved",
  "review-again",
  "no-consent",
  "not-signed",
  "signatures-owed",
  "not-transcoded",
  "not-confirmed",
] as const;
export type WhyNot = (typeof WHY_NOT)[number];
/** Those that the makers of the content can still do something about. */
export const WAITS_FOR_MAKERS: readonly WhyNot[] = [
  "nothing-approved",
  "review-again",
  "no-consent",
  "signatures-owed",
];

export const mayFollow = (from: BroadcastState, to: BroadcastState): boolean =>
  TRANSITIONS[from].includes(to);

/** One dated occurrence of a schedule, or an interrupt. Instants are epoch ms. */
export interface Broadcast {
  id: string;
  /** `null` for an interrupt: somebody airs it this once. */
  scheduleId: string | null;
  /** The slot of the rule; `startAt` is where it truly stands. */
  localDate: string;
  localTime: string;
  startAt: number;
  /** It may not begin later than this. */
  notAfter: number;
  class: BroadcastClass;
  priority: number;
  lateness: LatenessPolicy;
  offline: OfflinePolicy;
  volume: number | null;
  /** A drill that goes the whole way without a sound. */
  silent: boolean;
  kinds: DeviceKind[];
  areas: string[];
  /** See `Targets`, which a broadcast is. */
  exclude: string[];
  groups: string[];
  tags: string[];
  programme: string;
  contentKind: ContentKind | null;
  contentId: string | null;
  contentBy: ContentBy | null;
  title: string;
  state: BroadcastState;
  /** Why it is not ready, was missed or cancelled. */
  reason: string | null;
  /** Why it was not ready. */
  whyNot: WhyNot | null;
  /** When the longest of its contents ends; `null` without content. */
  endsAt: number | null;
}

/** Planned, and still free to change. */
export const isOpen = ({ state }: Pick<Broadcast, "state">): boolean =>
  state === "planned" || state === "ready";
/** Fixed and commanded: from here on it changes by a stop only. */
export const isLive = ({ state }: Pick<Broadcast, "state">): boolean =>
  state === "frozen" || state === "on_air";

export type CalendarStatus = "tentative" | "confirmed" | "cancelled";

/** What a calendar says of it: whether it takes place, not how well. */
export function calendarStatusOf(state: BroadcastState): CalendarStatus {
  if (state === "planned") return "tentative";
  return state === "cancelled" || state === "missed" ? "cancelled" : "confirmed";
}

/** What one kind of device plays: an item without the addresses, which depend on who asks. */
export interface BroadcastItem extends Omit<Item, "url" | "stream"> {
  /** SHA-256 of the multivariant playlist; `null` without one. */
  stream: string | null;
}

/** A broadcast with what each kind of device plays. */
export interface Airing {
  broadcast: Broadcast;
  itemsFor(kind: DeviceKind): BroadcastItem[];
  /** Whether the device was among those resolved at the freeze. */
  wasTold(deviceId: string): boolean;
}

/** Reports of an ending take a moment to arrive. */
const SETTLE_MS = 30 * SECOND_MS;

/** When an on-air broadcast is over for every device that follows its lateness policy. */
export function settlesAt({ startAt, notAfter, endsAt, lateness }: Broadcast): number {
  const end = endsAt ?? startAt;
  const lastEnd = lateness === "play" ? notAfter + (end - startAt) : end;
  return lastEnd + SETTLE_MS;
}

/** Until when it can become ready. What is on a timetable is not made up for; an interrupt airs as soon as it can. */
const lastMoment = ({ scheduleId, startAt, notAfter }: Broadcast): number =>
  scheduleId === null ? notAfter : startAt;

export interface Moment {
  /** Epoch ms. */
  now: number;
  freezeMs: number;
  /** Whether a device has reported a start. */
  started: () => boolean;
  /** Devices may still have to say what they did while nobody listened: that nothing is known of a start tells nothing yet. */
  isCatchingUp: boolean;
}

/**
 * The state that time alone gives a broadcast next, or `null` when it is not due. Evaluated again until `null`, so that
 * a server that was down over a start catches up by the same steps.
 *
 * A `ready` broadcast was in the playlists already and may have been played without us, so it passes through `frozen`
 * and `on_air` however late; only one that no device can know of is `missed`.
 */
export function dueState(
  broadcast: Broadcast,
  { now, freezeMs, started, isCatchingUp }: Moment,
): BroadcastState | null {
  switch (broadcast.state) {
    case "planned":
      return now >= lastMoment(broadcast) ? "missed" : null;
    case "ready":
      return now >= broadcast.startAt - freezeMs ? "frozen" : null;
    case "frozen":
      return now >= broadcast.startAt ? "on_air" : null;
    case "on_air":
      if (now < settlesAt(broadcast)) return null;
      if (started()) return "aired";
      return isCatchingUp ? null : "failed";
    case "aired":
    case "failed":
    case "cancelled":
    case "missed":
      return null;
  }
}
