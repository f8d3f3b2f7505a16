import { isDeepStrictEqual } from "node:util";
import type { DeviceKind, DeviceState } from "../protocol/messages.ts";
import type { Lifecycle } from "./device.ts";

/** What somebody sets for a device; `null` leaves a thing to the device. */
export interface DeviceSettings {
  /** Per cent. */
  volume: number | null;
  maxKbps: number | null;
  /** Its id. */
  softwareChannel: string | null;
  /** Both sorted. */
  groups: string[];
  /** They only choose devices, on the server: no device hears of its own. */
  tags: string[];
}

/** What is left out stays. Of many devices each has groups and tags of its own, to which some come and some go. */
export type SettingsChange = Partial<DeviceSettings> &
  Partial<Record<"addGroups" | "removeGroups" | "addTags" | "removeTags", string[]>>;

/** The half that the server wants: what was set, and what follows from the area's policy and the channel. */
export interface DesiredHalf extends DeviceSettings {
  /** Counts the changes of the settings. */
  version: number;
  /** What the area's policy allows at most, per cent. */
  maxVolume: number;
  policyVersion: string;
  /** What devices of the channel are to run. */
  software: string | null;
}

/** The half that the device said last; `null` is what it did not say, except for a rate cap, which is none then. */
export interface ReportedHalf {
  version: number | null;
  volume: number;
  groups: string[] | null;
  policyVersion: string | null;
  maxKbps: number | null;
  software: string | null;
}

export const TWIN_FIELDS = ["version", "volume", "groups", "policy", "maxKbps", "software"] as const;
export type TwinField = (typeof TWIN_FIELDS)[number];
type Value = string | number | string[] | null;

/** One field in which the halves differ. */
export interface Drift {
  field: TwinField;
  desired: Value;
  reported: Value;
  /** Since when they have differed in it, whatever the values were meanwhile. Epoch ms. */
  since: number;
}

/** Whether the halves agree; `unknown` while the device does not say which desired half it holds. */
export const TWIN_STATES = ["agrees", "differs", "unknown"] as const;
export type TwinState = (typeof TWIN_STATES)[number];

/** What became of one of many devices whose settings were to change. */
export const MANY_OUTCOMES = ["changed", "unchanged", "conflict", "revoked", "not_found"] as const;
export type ManyOutcome = (typeof MANY_OUTCOMES)[number];

/** What a twin is made of, apart from the policy of its area. Instants are epoch milliseconds. */
export interface TwinRow extends DeviceSettings {
  id: string;
  regionCode: string;
  kind: DeviceKind;
  name: string;
  state: Lifecycle;
  version: number;
  /** `null` before the first change. */
  changedAt: number | null;
  changedBy: string | null;
  /** What devices of its channel are to run. */
  software: string | null;
  /** What it runs, as its presence says. */
  runs: string | null;
  reported: (DeviceState & { receivedAt: number }) | null;
  /** Since when the halves differ, by field. */
  drifts: Map<TwinField, number>;
}

/** A device as it is to be, and as it says that it is. */
export interface Twin extends Pick<TwinRow, "version" | "changedAt" | "changedBy"> {
  deviceId: string;
  desired: DesiredHalf;
  reported: (ReportedHalf & { at: number }) | null;
  state: TwinState;
  drift: Drift[];
}

export const settingsOf = ({
  volume,
  maxKbps,
  softwareChannel,
  groups,
  tags,
}: DeviceSettings): DeviceSettings => ({
  volume,
  maxKbps,
  softwareChannel,
  groups,
  tags,
});

export function settingsAfter(before: DeviceSettings, change: SettingsChange): DeviceSettings {
  const { addGroups = [], removeGroups = [], addTags = [], removeTags = [], ...same } = change;
  const { groups, tags, ...rest } = { ...settingsOf(before), ...same };
  const labels = (own: string[], added: string[], removed: string[]) =>
    [...new Set([...own, ...added])].filter((label) => !removed.includes(label)).toSorted();
  return {
    ...rest,
    groups: labels(groups, addGroups, removeGroups),
    tags: labels(tags, addTags, removeTags),
  };
}

/** Louder than the policy allows is as loud as it allows. */
const loudness = ({ volume, maxVolume }: DesiredHalf) =>
  volume === null ? null : Math.min(volume, maxVolume);

/**
 * Each field in which the device does otherwise than it is to, and since when. Nothing is concluded from what the device
 * did not say, and nothing is asked of it in what was left to it.
 * @param known the differences as they were before: one that is still there goes on
 * @param now epoch ms
 */
export function drift(
  desired: DesiredHalf,
  reported: ReportedHalf | null,
  known: ReadonlyMap<TwinField, number>,
  now: number,
): Drift[] {
  if (reported === null || reported.version === null) return [];
  const pairs: Record<TwinField, [desired: Value, reported: Value]> = {
    version: [desired.version, reported.version],
    volume: [loudness(desired), reported.volume],
    groups: [desired.groups, reported.groups && reported.groups.toSorted()],
    policy: [desired.policyVersion, reported.policyVersion],
    maxKbps: [desired.maxKbps, reported.maxKbps],
    software: [desired.software, reported.software],
  };
  return TWIN_FIELDS.flatMap((field) => {
    const [wanted, said] = pairs[field];
    const isOpen = field !== "maxKbps" && (wanted === null || said === null);
    if (isOpen || isDeepStrictEqual(wanted, said)) return [];
    return [{ field, desired: wanted, reported: said, since: known.get(field) ?? now }];
  });
}

/** @param policy of the device's region */
export function twinOf(
  row: TwinRow,
  policy: Pick<DesiredHalf, "maxVolume" | "policyVersion">,
  now: number,
): Twin {
  const { id, version, changedAt, changedBy, software } = row;
  const desired = { ...settingsOf(row), ...policy, version, software };
  const reported = reportedBy(row);
  // What is new or revoked is not to follow anything.
  const isKnown = row.state === "enrolled" && reported !== null && reported.version !== null;
  const differing = isKnown ? drift(desired, reported, row.drifts, now) : [];
  const state = !isKnown ? "unknown" : differing.length > 0 ? "differs" : "agrees";
  return { deviceId: id, version, changedAt, changedBy, desired, reported, state, drift: differing };
}

function reportedBy({ reported, runs }: TwinRow): Twin["reported"] {
  return (
    reported && {
      version: reported.desiredVersion ?? null,
      volume: reported.volume,
      groups: reported.groups ?? null,
      policyVersion: reported.policyVersion ?? null,
      maxKbps: reported.maxKbps ?? null,
      software: runs,
      at: reported.receivedAt,
    }
  );
}
