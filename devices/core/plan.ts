import type {
  Alert,
  CommandOf,
  Item,
  Playlist,
  PlaylistBroadcast,
  Policy,
  ReasonCode,
} from "../../src/protocol/messages.ts";
import { exceedsCap, type Heard } from "../../src/protocol/minutes-cap.ts";
import { ALERT_PRIORITY } from "../../src/protocol/precedence.ts";
import { keepsQuietHours, quietWindowAt } from "../../src/protocol/quiet-hours.ts";

/** A broadcast the device knows of, from whichever path it came. */
export interface Entry extends PlaylistBroadcast {
  /** When the server said so; a playlist made later that lacks it withdraws it. Epoch ms. */
  knownSince: number;
  /** The area whose alert it is; only that area's topic withdraws it. */
  alertArea?: string;
  /** What an alert says, to be read. */
  text?: string;
  /** An alert is a state: its items are heard over and over until then, by whoever comes back too. Epoch ms. */
  repeatsUntil?: number;
}

/** What holds before the first playlist: a daily broadcast is silent at night even when correctly signed. */
export const POLICY_UNTIL_TOLD: Policy = {
  zone: "Asia/Shanghai",
  quietHours: [{ from: "22:00", to: "06:00" }],
  maxVolume: 100,
};

/** Something that goes on by itself for a time, joined at any moment of it, not something that is heard once. */
export const isState = ({ repeatsUntil, live }: Entry): boolean =>
  repeatsUntil !== undefined || live !== undefined;

export const durationOf = (items: readonly Item[]): number =>
  items.reduce((sum, item) => sum + item.durationMs, 0);
/** How often the items are heard from start to end: every round that begins before the end of an alert. */
export const roundsOf = ({ items, startAt, repeatsUntil }: Entry): number =>
  repeatsUntil === undefined ? 1 : Math.max(1, Math.ceil((repeatsUntil - startAt) / durationOf(items)));
/** Of all rounds, or of what is spoken at most, ms. */
export const lengthOf = (entry: Entry): number =>
  entry.live?.longestMs ?? roundsOf(entry) * durationOf(entry.items);
const endOf = (entry: Entry): number => entry.startAt + lengthOf(entry);
/** Whether it may still sound. */
export const isAhead = (entry: Entry, now: number): boolean => entry.notAfter > now || endOf(entry) > now;

export function entryFromPlay({ body, issuedAt, class: of, authority }: CommandOf<"play">): Entry {
  const { broadcastId: id, ...rest } = body;
  return { ...rest, id, class: of, authority, knownSince: issuedAt };
}

/** An alert plays like any broadcast, of the highest class unless it says otherwise, joined in progress by whoever comes late. */
export function entryFromAlert(alert: Alert, area: string): Entry {
  return {
    id: alert.id,
    startAt: alert.from,
    notAfter: alert.until,
    class: alert.class ?? "emergency",
    authority: alert.authority,
    priority: ALERT_PRIORITY,
    lateness: "join",
    offline: "play",
    ...(alert.silent ? { silent: true } : {}),
    programme: alert.programme,
    title: alert.title,
    ...(alert.text === undefined ? {} : { text: alert.text }),
    items: alert.items,
    knownSince: alert.issuedAt,
    alertArea: area,
    repeatsUntil: alert.until,
  };
}

/** A stop of everything: of what the server said up to `issuedAt` and what starts before `startBefore`, epoch ms. */
export interface StopOfAll {
  issuedAt: number;
  startBefore: number;
}

/** Clocks differ a little: what is from less than this ahead is not from the future. */
export const SKEW_MS = 5_000;

/**
 * Whether one of them concerns it, whichever came first; what the server said afterwards is none of its business. A stop from the
 * future was made under a clock that has been set back since: what is said now came after it, whatever the instants say.
 */
export const isStopped = (
  stops: Iterable<StopOfAll>,
  { knownSince, startAt }: Pick<Entry, "knownSince" | "startAt">,
  now: number,
): boolean =>
  [...stops].some(
    ({ issuedAt, startBefore }) =>
      issuedAt <= now + SKEW_MS && knownSince <= issuedAt && startAt < startBefore,
  );

/** The plan after a newer playlist, and what that playlist withdrew. Alerts are withdrawn by their own topic only. */
export function mergePlaylist(
  plan: ReadonlyMap<string, Entry>,
  playlist: Playlist,
): { plan: Map<string, Entry>; withdrawn: Entry[] } {
  const listed = new Map(
    playlist.broadcasts.map((entry) => [entry.id, { ...entry, knownSince: playlist.generatedAt }]),
  );
  const unlisted = [...plan.values()].filter(({ id }) => !listed.has(id));
  const isKept = (entry: Entry) => entry.alertArea !== undefined || entry.knownSince > playlist.generatedAt;
  const kept = unlisted.filter(isKept);
  return {
    plan: new Map([...listed, ...kept.map((entry) => [entry.id, entry] as const)]),
    withdrawn: unlisted.filter((entry) => !isKept(entry)),
  };
}

/** Of somebody who speaks live: whether there is something to be heard. */
export type VoiceState = "audible" | "silent" | "over";

export interface Situation {
  now: number;
  cached: boolean;
  voice: VoiceState;
  online: boolean;
  clockTrusted: boolean;
  policy: Policy;
  /** What of the daily class it has played. */
  heard: Iterable<Heard>;
  /** Somebody at the device holds it silent. */
  silenced: boolean;
  /** Something that it does not outrank has the air. */
  airTaken: boolean;
}

export type Step =
  /** `because` when it should sound by now and must not yet. */
  | { kind: "wait"; until: number; because?: ReasonCode }
  /** Roll the decoder and begin at `startAt`, or now when that has passed, from `seekMs`. */
  | { kind: "play"; seekMs: number }
  | { kind: "drop"; type: "skipped" | "refused"; reason: ReasonCode };

/** How long before air the decoder is rolled. */
export const PREROLL_MS = 3_000;
/** Up to this a start is not late: two steps of the event loop on a busy box are not a reason for silence. */
const LATE_MS = 2_000;
const LOOK_AGAIN_MS = 250;
/** A clock that becomes trusted is a reason to look at once; this is for the rest. */
const LOOK_AT_CLOCK_MS = 10_000;

const drop = (reason: ReasonCode, type: "skipped" | "refused" = "skipped"): Step => ({
  kind: "drop",
  type,
  reason,
});

/** Why it must wait although its time has come. */
function hindrance({ cached, voice, silenced, airTaken }: Situation): ReasonCode | null {
  if (silenced) return "silenced";
  if (!cached) return "not-cached";
  if (voice !== "audible") return "stalled";
  return airTaken ? "preempted" : null;
}

/** What to do about a broadcast that has neither begun nor been dropped. Pure; see the protocol, "What a gateway does". */
export function nextStep(entry: Entry, situation: Situation): Step {
  const { now, online, clockTrusted, policy, heard } = situation;
  if (now < entry.startAt - PREROLL_MS) return { kind: "wait", until: entry.startAt - PREROLL_MS };

  // Nor may a clock that can be wrong say that it is too late: it keeps silent until it is compared.
  if (!clockTrusted) {
    return now < entry.startAt
      ? { kind: "wait", until: Math.min(now + LOOK_AGAIN_MS, entry.startAt) }
      : { kind: "wait", until: now + LOOK_AT_CLOCK_MS, because: "untrusted-clock" };
  }
  const why = hindrance(situation);
  const playAt = Math.max(now, entry.startAt);
  if (playAt > entry.notAfter) return drop(why ?? "expired");
  if (situation.voice === "over") return drop("stalled");
  if (keepsQuietHours(entry.class) && quietWindowAt(policy, playAt)) return drop("quiet-hours", "refused");
  if (entry.offline === "skip" && !online) {
    // It may come back until the last moment.
    if (now >= entry.startAt) return drop("offline");
    return { kind: "wait", until: Math.min(now + LOOK_AGAIN_MS, entry.startAt) };
  }

  const lateMs = now - entry.startAt;
  const isLate = lateMs > LATE_MS;
  if (isLate && entry.lateness === "skip") return drop(why ?? "late");
  const seekMs = isLate && entry.lateness === "join" ? lateMs : 0;
  if (seekMs >= lengthOf(entry)) return drop(why ?? "late");
  const whole = { id: entry.id, at: playAt, ms: durationOf(entry.items) };
  if (keepsQuietHours(entry.class) && exceedsCap(policy, heard, whole)) return drop("minutes-cap", "refused");
  if (why === "silenced" && now >= entry.startAt)
    return { kind: "wait", until: now + LOOK_AGAIN_MS, because: why };
  if (why) return { kind: "wait", until: now + LOOK_AGAIN_MS };
  return { kind: "play", seekMs };
}
