import type { Broadcast } from "../broadcasts/broadcast.ts";
import { overMinutes } from "../broadcasts/minutes-over.ts";
import type { TargetDevice } from "../broadcasts/targets.ts";
import { isListedFor, playlistEntries } from "../delivery/playlist-entries.ts";
import type { PlaylistBroadcast, Policy } from "../protocol/messages.ts";
import type { FoundSlots } from "./find-slots.ts";
import type { Slot } from "./slots.ts";
import { contests, type Verdict, verdictOnMinutes, verdictOnTarget } from "./verdict.ts";

/** One date of a rule and what becomes of it. */
export interface PreviewDate extends Omit<Slot, "airing"> {
  broadcastId: string | null;
}

/** What becomes of the slots on one device. */
export interface Judgement {
  /** What its playlist holds of them, by the function that makes playlists. */
  entries: PlaylistBroadcast[];
  isListed(broadcast: Broadcast): boolean;
  /** Among all that want its air. */
  verdictOf(slot: Slot): Verdict;
}

/** They are for devices. */
const NO_ADDRESSES = { media: () => "", stream: () => "", checkIn: () => null };

export function judgeFor(
  { slots, airings }: FoundSlots,
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
): Judgement {
  const own = slots.flatMap(({ airing }) => airing ?? []);
  const entries = playlistEntries(own, device, policyOf, NO_ADDRESSES, airings);
  const over = overMinutes(airings, device, policyOf);
  const contested = contests(entries);
  return {
    entries,
    isListed: (broadcast) => isListedFor(broadcast, device, policyOf) && !over.has(broadcast.id),
    verdictOf(slot) {
      const broadcast = slot.airing?.broadcast;
      if (!broadcast) return slot.verdict;
      const notFor = verdictOnTarget(broadcast, device, policyOf);
      if (notFor !== null) return notFor;
      if (over.has(broadcast.id)) return verdictOnMinutes(policyOf(device.areas[0] ?? ""));
      return contested.get(broadcast.id) ?? slot.verdict;
    },
  };
}

export const dateOf = ({ airing, ...slot }: Slot, verdict: Verdict): PreviewDate => ({
  ...slot,
  verdict,
  broadcastId: slot.isPlanned ? (airing?.broadcast.id ?? null) : null,
});
