import type { DeviceKind } from "../protocol/messages.ts";
import { hasMinutesCap } from "../protocol/minutes-cap.ts";
import { keepsQuietHours } from "../protocol/quiet-hours.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Airing, Broadcast, BroadcastItem } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import { overMinutes, wholeWeeks } from "./minutes-over.ts";
import type { TargetDevice } from "./targets.ts";

/** The ids of those devices whose minutes do not hold a broadcast that is for them; see `overMinutes`. */
export type LeftOut = (broadcast: Broadcast, devices: readonly TargetDevice[]) => ReadonlySet<string>;

interface Dependencies {
  store: BroadcastStore;
  policy: Pick<PolicyService, "effective">;
}

const MAX_A_WEEK = 100_000;

export function createLeftOut({ store, policy }: Dependencies): LeftOut {
  /** The week's broadcasts of the daily class, by each area that they name. */
  function weekAround(zone: string, { startAt }: Broadcast): Map<string, Airing[]> {
    const { from, until } = wholeWeeks(zone, startAt, startAt + 1);
    const byArea = new Map<string, Airing[]>();
    for (const { broadcast } of store.between(from, until, MAX_A_WEEK)) {
      if (!keepsQuietHours(broadcast.class)) continue;
      const airing = rememberingItems(store.airingOf(broadcast));
      for (const area of broadcast.areas) byArea.set(area, [...(byArea.get(area) ?? []), airing]);
    }
    return byArea;
  }

  return (broadcast, devices) => {
    const regionOf = ({ areas: [code = ""] }: TargetDevice) => code;
    const capped = keepsQuietHours(broadcast.class)
      ? devices.filter((device) => hasMinutesCap(policy.effective(regionOf(device))))
      : [];
    const [first] = capped;
    if (!first) return new Set();
    const byArea = weekAround(policy.effective(regionOf(first)).zone, broadcast);
    const isLeftOut = (device: TargetDevice) => {
      const near = new Set(device.areas.flatMap((area) => byArea.get(area) ?? []));
      return overMinutes([...near], device, policy.effective).has(broadcast.id);
    };
    return new Set(capped.filter(isLeftOut).map(({ id }) => id));
  };
}

/** Many devices ask the same. */
function rememberingItems(airing: Airing): Airing {
  const known = new Map<DeviceKind, BroadcastItem[]>();
  return {
    ...airing,
    itemsFor(kind) {
      const items = known.get(kind) ?? airing.itemsFor(kind);
      known.set(kind, items);
      return items;
    },
  };
}
