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

export function createLeftOut({ store, policy }: Dependencies): LeftOut {
  /** What counts in the week around an instant and is for any of the devices, by each area that it names. */
  function weekAround(devices: readonly TargetDevice[], zone: string, at: number): Map<string, Airing[]> {
    const { from, until } = wholeWeeks(zone, at, at + 1);
    const areas = new Set(devices.flatMap((device) => device.areas));
    const byArea = new Map<string, Airing[]>();
    for (const broadcast of store.dailyNaming([...areas], from, until)) {
      const airing = remembering(store, broadcast);
      for (const area of broadcast.areas) {
        const shelf = byArea.get(area) ?? [];
        shelf.push(airing);
        byArea.set(area, shelf);
      }
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
    const byArea = weekAround(capped, policy.effective(regionOf(first)).zone, broadcast.startAt);
    const isLeftOut = (device: TargetDevice) => {
      const near = new Set(device.areas.flatMap((area) => byArea.get(area) ?? []));
      return overMinutes([...near], device, policy.effective).has(broadcast.id);
    };
    return new Set(capped.filter(isLeftOut).map(({ id }) => id));
  };
}

/** Many devices ask the same: what they play, and whether they are among those that were told of it. */
function remembering(store: BroadcastStore, broadcast: Broadcast): Airing {
  const { itemsFor } = store.airingOf(broadcast);
  const known = new Map<DeviceKind, BroadcastItem[]>();
  let told: ReadonlySet<string> | null = null;
  return {
    broadcast,
    itemsFor(kind) {
      const items = known.get(kind) ?? itemsFor(kind);
      known.set(kind, items);
      return items;
    },
    wasTold(deviceId) {
      told ??= new Set(store.targets(broadcast.id));
      return told.has(deviceId);
    },
  };
}
