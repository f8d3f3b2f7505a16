import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import { firstUint32 } from "../../src/protocol/sha256.ts";

/**
 * Gives the addresses of a device's brokers one after the other, over and over. A hash of the device says which is the
 * first, so that a county spreads over the nodes of a cluster, and after a node's end over those that are left.
 */
export function brokersInTurn({ deviceId, mqtt }: Pick<EnrolResponse, "deviceId" | "mqtt">): () => string {
  const urls = [mqtt.url, ...(mqtt.alternatives ?? [])];
  let next = firstUint32(deviceId) % urls.length;
  return () => {
    const url = urls[next] ?? mqtt.url;
    next = (next + 1) % urls.length;
    return url;
  };
}
