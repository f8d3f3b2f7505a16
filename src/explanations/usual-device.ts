import { plainDevice, type TargetDevice } from "../broadcasts/targets.ts";
import type { DeviceService } from "../devices/device-service.ts";
import type { DeviceKind } from "../protocol/messages.ts";

/**
 * What stands for the devices of a region that are in no group and have no tags: the oldest of them, as it is known what it was
 * told of, and where there is none what it would be.
 */
export function usualDevice(
  code: string,
  kind: DeviceKind,
  devices: Pick<DeviceService, "enrolledWithin">,
): TargetDevice {
  const [oldest] = devices
    .enrolledWithin([code], [kind])
    .filter((device) => device.regionCode === code && device.groups.length + device.tags.length === 0)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return oldest ?? plainDevice(code, kind);
}
