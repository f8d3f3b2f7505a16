import type { DeviceProof } from "../../api-types.ts";

/** Who could play a coming broadcast now, and whom to call. Only a device's own word counts: unknown is not ready. */

const HAS_IT = new Set(["cached", "started", "finished", "sensed"]);
export const hasIt = ({ grade }: DeviceProof) => grade !== null && HAS_IT.has(grade);

export const READINESS = ["ready", "readyOffline", "missing", "missingOffline"] as const;
export type Ready = (typeof READINESS)[number];

const readyOf = (device: DeviceProof): Ready =>
  hasIt(device) ? (device.online ? "ready" : "readyOffline") : device.online ? "missing" : "missingOffline";

/** Each device once. */
export function countReady(devices: readonly DeviceProof[]): Record<Ready, number> {
  const counts = { ready: 0, readyOffline: 0, missing: 0, missingOffline: 0 };
  for (const device of devices) counts[readyOf(device)] += 1;
  return counts;
}

export interface TownMissing {
  /** The town's region code. */
  town: string;
  devices: DeviceProof[];
}

const TOWN_DIGITS = 9;
const CODE_DIGITS = 12;

/** Who lacks it or is not online, by town; the town that lacks most comes first. */
export function missingByTown(devices: readonly DeviceProof[]): TownMissing[] {
  const towns = new Map<string, DeviceProof[]>();
  for (const device of devices) {
    if (readyOf(device) === "ready") continue;
    const town = device.regionCode.slice(0, TOWN_DIGITS).padEnd(CODE_DIGITS, "0");
    towns.set(town, [...(towns.get(town) ?? []), device]);
  }
  return [...towns]
    .map(([town, missing]) => ({ town, devices: missing }))
    .sort((one, other) => other.devices.length - one.devices.length || one.town.localeCompare(other.town));
}
