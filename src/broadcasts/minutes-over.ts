import type { Policy } from "../protocol/messages.ts";
import { createMinutesLeft, hasMinutesCap } from "../protocol/minutes-cap.ts";
import { byPrecedence } from "../protocol/precedence.ts";
import { keepsQuietHours } from "../protocol/quiet-hours.ts";
import { authorityOf } from "../protocol/region-code.ts";
import { mondayOf } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { type Airing, LISTED_STATES } from "./broadcast.ts";
import { type TargetDevice, whyNotFor } from "./targets.ts";

/**
 * What of a device's broadcasts the minutes that its area allows on a date and in a week do not hold: what the device was
 * told of comes first, then whatever would have the air. The device keeps the same caps by what it truly played.
 * A conflict that somebody accepted lifts no cap, as it lifts no quiet hours: the device would refuse it all the same.
 * @param airings of whole weeks, see `wholeWeeks`
 * @returns their ids
 */
export function overMinutes(
  airings: readonly Airing[],
  device: TargetDevice,
  policyOf: (regionCode: string) => Policy,
): ReadonlySet<string> {
  const over = new Set<string>();
  const policy = policyOf(device.areas[0] ?? "");
  if (!hasMinutesCap(policy)) return over;
  const counted = airings
    .filter(
      ({ broadcast }) =>
        keepsQuietHours(broadcast.class) &&
        LISTED_STATES.includes(broadcast.state) &&
        whyNotFor(broadcast, device, policyOf) === null,
    )
    .map(({ broadcast, itemsFor, wasTold }) => ({
      ...broadcast,
      authority: authorityOf(broadcast.areas),
      ms: itemsFor(device.kind).reduce((sum, { durationMs }) => sum + durationMs, 0),
      isTold: broadcast.state !== "ready" && wasTold(device.id),
    }))
    .toSorted((a, b) => Number(b.isTold) - Number(a.isTold) || byPrecedence(a, b));
  const left = createMinutesLeft(policy);
  for (const { id, startAt, ms, isTold, state } of counted) {
    const sounding = { at: startAt, ms };
    // One that no device has reported a start of counts as well: records come in late.
    const hasBegun = isTold && state !== "frozen";
    if (hasBegun || left.hold(sounding)) left.take(sounding);
    else over.add(id);
  }
  return over;
}

/** From the Monday of the week of `from` to that after the last instant before `until`; epoch ms. */
export function wholeWeeks(zone: string, from: number, until: number): { from: number; until: number } {
  const wallClock = createWallClock(zone);
  const mondayAt = (at: number) => mondayOf(wallClock.dayAt(at));
  return {
    from: wallClock.instantOf(mondayAt(from), "00:00"),
    until: wallClock.instantOf(mondayAt(until - 1) + 7, "00:00"),
  };
}
