import type { Audience, BroadcastClass, DeviceKind, Policy, QuietHours } from "../protocol/messages.ts";
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

/** The one answer to whom a broadcast is for: of its playlists, its commands, and the devices that are to prove it. */
export function isTarget({ areas, kinds, exclude, groups, tags }: Targets, device: TargetDevice): boolean {
  return (
    kinds.includes(device.kind) &&
    haveCommon(areas, device.areas) &&
    !haveCommon(exclude, device.areas) &&
    (groups.length === 0 || haveCommon(groups, device.groups)) &&
    (tags.length === 0 || haveCommon(tags, device.tags))
  );
}

/**
 * Why a device does not get a broadcast; `null` when it does. The start decides, as it does on the device itself: what
 * begins before the quiet hours and runs into them is a conflict that somebody answered for when it was scheduled.
 * @param policy what holds where the device is
 */
export function whyNotFor(
  broadcast: Targets & { class: BroadcastClass; startAt: number },
  device: TargetDevice,
  policy: Policy,
): string | null {
  if (!isTarget(broadcast, device)) return "it is not for this device";
  const window = keepsQuietHours(broadcast.class) ? quietWindowAt(policy, broadcast.startAt) : undefined;
  return window ? insideQuietHours(window) : null;
}

export const insideQuietHours = ({ from, to }: QuietHours): string => `inside the quiet hours ${from}–${to}`;

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
