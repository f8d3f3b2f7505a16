import { firstUint32 } from "./sha256.ts";

/** What a county that comes back from an outage spreads its fetches over, ms; less when air is near. */
export const RETURN_WINDOW_MS = 20_000;

/**
 * Where in a window of `windowMs` a device fetches after a change, so that a county does not ask at once: a hash of
 * device and revision, hence even over the fleet, stable over retries, and different at each revision.
 */
export function fetchSlotMs(deviceId: string, revision: number, windowMs: number): number {
  return Math.floor((firstUint32(`${deviceId}:${revision}`) / 2 ** 32) * Math.max(0, windowMs));
}
