import type { Audience, BroadcastClass, DeviceKind, Policy } from "../protocol/messages.ts";
import { keepsQuietHours, quietWindowAt } from "../protocol/quiet-hours.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";

/** Whom something is for; a broadcast is one. Every field narrows, an empty list of groups or tags does not. */
export interface Targets {
  /** Regions, each with everything below it. */
  areas: readonly string[];
  kinds: readonly DeviceKind[];
  /** Regions that it is not for, each with everything below it. */
  exclude: readonly string[];
  /** In any of these groups. */
  groups: readonly string[];
  /** With any of these tags. */
  tags: readonly string[];
}

export interface TargetDevice {
  id: string;
  kind: DeviceKind;
  /** The own region and those around it, nearest first. */
  areas: readonly string[];
  groups: readonly string[];
  tags: readonly string[];
}

/** One in a region as any other there: in no group, without tags. */
export const plainDevice = (regionCode: string, kind: DeviceKind): TargetDevice => ({
  id: "",
  kind,
  areas: selfAndAncestors(regionCode),
  groups: [],
  tags: [],
});

export const NO_TARGET = ["outside-area", "other-kind", "excluded", "not-in-group", "without-tag"] as const;
/** Why something is not for a device. */
export type NoTarget = (typeof NO_TARGET)[number];

export function whyNoTarget(
  { areas, kinds, exclude, groups, tags }: Targets,
  device: TargetDevice,
): NoTarget | null {
  if (!haveCommon(areas, device.areas)) return "outside-area";
  if (!kinds.includes(device.kind)) return "other-kind";
  if (haveCommon(exclude, device.areas)) return "excluded";
  if (groups.length > 0 && !haveCommon(groups, device.groups)) return "not-in-group";
  if (tags.length > 0 && !haveCommon(tags, device.tags)) return "without-tag";
  return null;
}

/** The one answer to whom a broadcast is for, whatever the hour. */
export const isTarget = (targets: Targets, device: TargetDevice): boolean =>
  whyNoTarget(targets, device) === null;

/** Where it is quiet, though it is not in all that the broadcast is for. */
export type NotFor = NoTarget | "quiet-there";

/**
 * Why a device does not get a broadcast; `null` when it does: the one answer of playlists, the freeze and explanations.
 * The start decides, as it does on the device itself: what begins before the quiet hours and runs into them is a conflict
 * that somebody answered for when it was scheduled.
 * @param policyOf what holds in a region
 */
export function whyNotFor(
  broadcast: Targets & { class: BroadcastClass; startAt: number },
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
): NotFor | null {
  const whyNot = whyNoTarget(broadcast, device);
  if (whyNot !== null || !keepsQuietHours(broadcast.class)) return whyNot;
  const [regionCode] = device.areas;
  const isQuiet = regionCode !== undefined && quietWindowAt(policyOf(regionCode), broadcast.startAt);
  return isQuiet ? "quiet-there" : null;
}

const haveCommon = (some: readonly string[], others: readonly string[]): boolean =>
  others.some((each) => some.includes(each));

/**
 * The scopes that reach the targets and nobody else, few of them: whole areas, or without the excluded ones the largest
 * that hold none of those. Devices cannot be told apart by tag or group on the way, as they subscribe to their areas and
 * to themselves alone, so these are addressed one by one.
 * @param devices the targets that there are
 */
export function audienceOf(targets: Targets, devices: readonly TargetDevice[]): Audience {
  const { areas, exclude, groups, tags } = targets;
  if (groups.length > 0 || tags.length > 0) return { devices: devices.map(({ id }) => id) };
  if (exclude.length === 0) return { areas: [...areas] };
  const targeted = new Set(areas);
  /** What has an excluded region inside, or is one. */
  const holed = new Set(exclude.flatMap(selfAndAncestors));
  const whole = new Set<string>();
  const alone: string[] = [];
  for (const device of devices) {
    // Nearest first: up to the outermost targeted one all lie inside it.
    const outermost = device.areas.findLastIndex((area) => targeted.has(area));
    const largest = device.areas.slice(0, outermost + 1).findLast((area) => !holed.has(area));
    if (largest === undefined) alone.push(device.id);
    else whole.add(largest);
  }
  return { areas: [...whole].toSorted(), devices: alone };
}

export const reachesNobody = ({ areas = [], devices = [] }: Audience): boolean =>
  areas.length === 0 && devices.length === 0;
