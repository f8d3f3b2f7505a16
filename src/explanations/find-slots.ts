import type { Airing } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { wholeWeeks } from "../broadcasts/minutes-over.ts";
import { hasMinutesCap } from "../protocol/minutes-cap.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Slot, SlotsBetween } from "./slots.ts";

export interface FoundSlots {
  /** In order of start. */
  slots: Slot[];
  /** Theirs, and what else is planned in the weeks around where minutes are counted: that takes some too. */
  airings: Airing[];
}

/** What starts in a range of epoch ms, for devices in the areas; each area with those around it. */
export type FindSlots = (areas: readonly string[], from: number, until: number) => FoundSlots;

interface Dependencies {
  slotsBetween: SlotsBetween;
  broadcasts: Pick<BroadcastService, "dailyNaming">;
  policy: Pick<PolicyService, "effective">;
}

export function createFindSlots({ slotsBetween, broadcasts, policy }: Dependencies): FindSlots {
  return (areas, from, until) => {
    const slots = slotsBetween(from, until);
    const own = slots.flatMap(({ airing }) => airing ?? []);
    const counting = areas.map(policy.effective).find(hasMinutesCap);
    if (!counting) return { slots, airings: own };
    const weeks = wholeWeeks(counting.zone, from, until);
    const others = broadcasts
      .dailyNaming(areas, weeks.from, weeks.until)
      .filter(({ broadcast: { startAt } }) => startAt < from || startAt >= until);
    return { slots, airings: [...own, ...others] };
  };
}
