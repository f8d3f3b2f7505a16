import { type Broadcast, LISTED_STATES, WHY_NOT } from "../broadcasts/broadcast.ts";
import { NO_TARGET, type TargetDevice, whyNotFor } from "../broadcasts/targets.ts";
import type { PlaylistBroadcast, Policy, ReportType } from "../protocol/messages.ts";
import { byPrecedence, outranks } from "../protocol/precedence.ts";
import type { Proven } from "../reports/proof.ts";

/** What becomes of one date of a rule, by what is planned. */
export const PLAN_VERDICTS = [
  "plays",
  "moved",
  "extra",
  "chosen",
  "fallback",
  ...WHY_NOT,
  "moved-away",
  "superseded",
  "missed",
  "withdrawn",
  "not-planned",
  ...NO_TARGET,
  "quiet-there",
  "over-minutes",
  "lost",
  "waits",
  "interrupted",
] as const;

/** What became of it on one device or in an area, by what was recorded. */
export const OUTCOMES = [
  "not-yet",
  "played",
  "cut-short",
  "partly-played",
  "device-refused",
  "device-skipped",
  "device-failed",
  "device-offline",
  "no-record",
  "not-told",
  "no-devices",
] as const;

export const VERDICTS = [...PLAN_VERDICTS, ...OUTCOMES] as const;
export type VerdictCode = (typeof VERDICTS)[number];

/** A word that does not change, and a sentence for people. */
export interface Verdict {
  code: VerdictCode;
  text: string;
}

/** What the records of plan and state say of a broadcast, whichever device asks. @param as how it comes to play there */
export function verdictOn(broadcast: Broadcast, isSuperseded: boolean, as: Verdict): Verdict {
  const { state, reason, whyNot } = broadcast;
  const because = reason ?? "no reason given";
  if (LISTED_STATES.includes(state)) return as;
  if (state !== "cancelled") return { code: whyNot ?? "missed", text: `It has nothing to play: ${because}.` };
  return isSuperseded
    ? { code: "superseded", text: `Another broadcast took its place: ${because}.` }
    : { code: "stopped", text: `It was stopped or called off: ${because}.` };
}

/** Why it is not for a device. */
export function verdictOnTarget(
  broadcast: Broadcast,
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
): Verdict | null {
  const code = whyNotFor(broadcast, device, policyOf);
  if (code === null) return null;
  const { kinds, groups, tags } = broadcast;
  const texts: Record<typeof code, string> = {
    "outside-area": "It is for other areas.",
    "other-kind": `It is for ${kinds.join(", ")}, and this is a ${device.kind}.`,
    excluded: "This area is left out of it.",
    "not-in-group": `It is for the groups ${groups.join(", ")}, and this device is in none of them.`,
    "without-tag": `It is for devices tagged ${tags.join(", ")}, and this one has none of these tags.`,
    "quiet-there": "It is quiet there at that time.",
  };
  return { code, text: texts[code] };
}

/** Where what comes first has the minutes that are allowed. */
export function verdictOnMinutes({ dailyMinutesCap: aDay, weeklyMinutesCap: aWeek }: Policy): Verdict {
  const code = "over-minutes";
  if (aWeek === undefined)
    return { code, text: `What comes before it has the ${aDay} min a day that are allowed there.` };
  if (aDay === undefined)
    return { code, text: `What comes before it has the ${aWeek} min a week that are allowed there.` };
  const text = `What comes before it has the ${aDay} min a day or ${aWeek} min a week that are allowed there.`;
  return { code, text };
}

/** What of a playlist's entry decides about the air. */
export type Contender = Pick<
  PlaylistBroadcast,
  | "id"
  | "class"
  | "authority"
  | "priority"
  | "silent"
  | "startAt"
  | "notAfter"
  | "lateness"
  | "programme"
  | "title"
> & { items: readonly { durationMs: number }[] };

const endOf = ({ startAt, items }: Contender): number =>
  items.reduce((end, { durationMs }) => end + durationMs, startAt);

/**
 * What becomes of the entries of one playlist that want the air at the same time, as a device decides it; those that get
 * it undisturbed are left out.
 */
export function contests(entries: readonly Contender[]): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  const airing: Contender[] = [];
  for (const entry of entries.toSorted(byPrecedence)) {
    const { startAt, notAfter, lateness } = entry;
    const end = endOf(entry);
    const holder = airing.find((other) => other.startAt <= startAt && endOf(other) > startAt);
    const cutter = airing.find(
      (other) => outranks(other, entry) && other.startAt > startAt && other.startAt < end,
    );
    if (holder) {
      const freeAt = endOf(holder);
      const isOver = freeAt > notAfter || lateness === "skip" || (lateness === "join" && freeAt >= end);
      const name = nameOf(holder);
      verdicts.set(
        entry.id,
        isOver
          ? { code: "lost", text: `${name} has the air at that time, and it may not begin so late.` }
          : { code: "waits", text: `${name} has the air at that time; it begins after that.` },
      );
      if (isOver) continue;
    } else if (cutter) {
      const after = lateness === "join" ? ", and goes on after that" : "";
      verdicts.set(entry.id, {
        code: "interrupted",
        text: `It begins, is interrupted by ${nameOf(cutter)}${after}.`,
      });
    }
    airing.push(entry);
  }
  return verdicts;
}

const nameOf = ({ programme, title, class: of, authority, priority }: Contender): string =>
  `${programme} ${title} (${of}, of the ${authority}, priority ${priority})`;

export interface Evidence {
  proven: Pick<Proven, "grade" | "ending">;
  /** Whether it was among the devices resolved at the freeze. */
  wasTold: boolean;
  /** `null` when nobody knows. */
  wasOnline: boolean | null;
}

const ENDINGS: Partial<Record<ReportType, VerdictCode>> = {
  refused: "device-refused",
  skipped: "device-skipped",
};

/** What became of a broadcast on one device, by its own records alone: what it did not say is not known. */
export function outcomeOf({ proven: { grade, ending }, wasTold, wasOnline }: Evidence): Verdict {
  if (grade === "finished" || grade === "sensed") {
    const measured = grade === "sensed" ? ", and measured the sound" : "";
    return { code: "played", text: `The device reported that it played it to the end${measured}.` };
  }
  if (ending?.type === "interrupted")
    return { code: "cut-short", text: `The device began it and was interrupted: ${ending.reason}.` };
  if (ending?.type === "failed")
    return { code: "device-failed", text: `The device tried and failed: ${ending.reason}.` };
  if (grade === "started")
    return { code: "played", text: "The device reported that it began; it has reported no end." };
  const code = ending && ENDINGS[ending.type];
  if (code) return { code, text: `The device ${ending.type} it: ${ending.reason}.` };
  const had = grade === null ? "" : ` It had ${grade === "cached" ? "the media" : "the command"} before.`;
  if (wasOnline === false)
    return {
      code: "device-offline",
      text: `The device was not connected and has reported nothing of it since; whether it played from its store is not known.${had}`,
    };
  if (!wasTold)
    return {
      code: "not-told",
      text: "The device was not among those that it was sent to, and has reported nothing of it.",
    };
  return {
    code: "no-record",
    text: `The device has reported no start; whether it played is not known.${had}`,
  };
}

/**
 * Whether a device was connected at an instant, by the last that is known of its presence.
 * @returns `null` when it changed since, so that nothing is known of that instant
 */
export function wasOnlineAt(
  presence: { online: boolean; heardAt: number } | null,
  at: number,
): boolean | null {
  return presence === null || presence.heardAt > at ? null : presence.online;
}
