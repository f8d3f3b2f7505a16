import type { DeviceState, Playlist } from "../../src/protocol/messages.ts";

type Held = Pick<DeviceState, "revision" | "desiredVersion" | "policyVersion" | "groups" | "maxKbps">;

/**
 * What a device says back of the desired half that it holds.
 * @param groups whose topics it has taken up; `null` while it waits to hear whether they are still its own
 */
export function heldDesired(playlist: Playlist | null, groups: readonly string[] | null): Held {
  const { revision = 0, desired, fetch } = playlist ?? {};
  return {
    revision,
    ...(desired ? { desiredVersion: desired.version, policyVersion: desired.policyVersion } : {}),
    ...(groups ? { groups: [...groups] } : {}),
    ...(fetch?.maxKbps === undefined ? {} : { maxKbps: fetch.maxKbps }),
  };
}
