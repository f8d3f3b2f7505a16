import { MINUTE_MS, SECOND_MS } from "../clock.ts";

/**
 * Counts the requests of enrolled devices, of which there are only so many; without the promises that the library for everybody
 * else takes, since a county that polls is most of what is asked.
 * @returns seconds until a device may ask again, `null` as long as it may
 */
export function createDeviceRate(perMinute: number): (deviceId: string) => number | null {
  const asked = new Map<string, { count: number }>();
  let endsAt = 0;

  return (deviceId) => {
    const now = performance.now();
    if (now >= endsAt) {
      asked.clear();
      endsAt = now + MINUTE_MS;
    }
    const known = asked.get(deviceId);
    if (!known) {
      asked.set(deviceId, { count: 1 });
      return null;
    }
    known.count += 1;
    return known.count > perMinute ? Math.ceil((endsAt - now) / SECOND_MS) : null;
  };
}
