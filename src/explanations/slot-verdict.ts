import type { TargetDevice } from "../broadcasts/targets.ts";
import { playlistEntries } from "../delivery/playlist-entries.ts";
import type { PlaylistBroadcast, Policy } from "../protocol/messages.ts";
import type { Slot } from "./timetable.ts";
import { type Verdict, verdictOnTarget } from "./verdict.ts";

/** One date of a rule and what becomes of it. */
export interface PreviewDate extends Omit<Slot, "airing"> {
  broadcastId: string | null;
}

type PolicyOf = (regionCode: string) => Policy;

/** What a device's playlist holds of the slots, by the function that makes playlists. */
export const entriesOf = (
  slots: readonly Slot[],
  device: TargetDevice,
  policyOf: PolicyOf,
): PlaylistBroadcast[] =>
  playlistEntries(
    slots.flatMap(({ airing }) => airing ?? []),
    device,
    policyOf,
    // Addresses are for devices.
    () => "",
  );

/** What a date's verdict is for a device, among all that want its air. @param contested see `contests` */
export function judgeSlot(
  slot: Slot,
  device: TargetDevice,
  policyOf: PolicyOf,
  contested: ReadonlyMap<string, Verdict>,
): Verdict {
  const broadcast = slot.airing?.broadcast;
  if (!broadcast) return slot.verdict;
  return verdictOnTarget(broadcast, device, policyOf) ?? contested.get(broadcast.id) ?? slot.verdict;
}

export const dateOf = ({ airing, ...slot }: Slot, verdict: Verdict): PreviewDate => ({
  ...slot,
  verdict,
  broadcastId: slot.isPlanned ? (airing?.broadcast.id ?? null) : null,
});
