import { type Airing, type Broadcast, LISTED_STATES } from "../broadcasts/broadcast.ts";
import { overMinutes } from "../broadcasts/minutes-over.ts";
import { type TargetDevice, whyNotFor } from "../broadcasts/targets.ts";
import type { PlaylistBroadcast, Policy } from "../protocol/messages.ts";
import { authorityOf } from "../protocol/region-code.ts";
import { airingOf } from "./airing.ts";

const MAX_VOLUME = 100;

/** Whether a device's playlist may hold a broadcast, if its minutes do; an alert reaches it by another way. */
export const isListedFor = (
  broadcast: Broadcast,
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
): boolean =>
  broadcast.contentKind !== "alert" &&
  LISTED_STATES.includes(broadcast.state) &&
  whyNotFor(broadcast, device, policyOf) === null;

/** What only devices are told. */
interface Addresses {
  media(sha256: string, broadcast: Broadcast): string;
  stream(sha256: string, broadcast: Broadcast): string;
  /** Where the people in front of a terminal check in; `null` where they do not. */
  checkIn(broadcast: Broadcast, regionCode: string): string | null;
}

/**
 * What a device's playlist holds of the given broadcasts, in their order, none louder than its area allows and no more
 * minutes of them: the one answer of its playlist and of every preview of it.
 * @param around with all others of the weeks that they are in, see `overMinutes`
 */
export function playlistEntries(
  airings: readonly Airing[],
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
  addresses: Addresses,
  around: readonly Airing[],
): PlaylistBroadcast[] {
  const over = overMinutes(around, device, policyOf);
  const [regionCode] = device.areas;
  const loudest = regionCode === undefined ? MAX_VOLUME : policyOf(regionCode).maxVolume;
  return airings.flatMap(({ broadcast, itemsFor }) => {
    if (over.has(broadcast.id) || !isListedFor(broadcast, device, policyOf)) return [];
    const items = itemsFor(device.kind);
    if (items.length === 0 && broadcast.contentKind !== "live") return [];
    const airing = airingOf(broadcast, items, {
      media: (sha256) => addresses.media(sha256, broadcast),
      stream: (sha256) => addresses.stream(sha256, broadcast),
    });
    const { id, class: of, areas, volume } = broadcast;
    const quieter = volume === null ? {} : { volume: Math.min(volume, loudest) };
    const address =
      device.kind === "terminal" && regionCode !== undefined
        ? addresses.checkIn(broadcast, regionCode)
        : null;
    const checkIn = address === null ? {} : { checkIn: address };
    return [{ id, class: of, authority: authorityOf(areas), ...airing, ...quieter, ...checkIn }];
  });
}
