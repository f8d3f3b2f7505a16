import type { DeviceIdentity } from "../devices/device.ts";
import { mayPublish, maySubscribe, TOPIC_PREFIX } from "../protocol/topics.ts";

/** Who a connection belongs to, once it has proven it. */
export type Party = { kind: "server" } | { kind: "device"; identity: DeviceIdentity };

/** A device says what the protocol lets it say; the server anything under the prefix. */
export function maySend(party: Party | null | undefined, topic: string, retain: boolean): boolean {
  if (!party) return false;
  return party.kind === "server" ? isOurs(topic) : mayPublish(party.identity.id, topic, retain);
}

/** Exact topics for a device; wildcards only for the server. */
export function mayHear(party: Party | undefined, filter: string): boolean {
  if (!party) return false;
  if (party.kind === "server") return isOurs(filter);
  const { id, areas, groups } = party.identity;
  return maySubscribe({ deviceId: id, areas, groups }, filter);
}

const isOurs = (topic: string): boolean => topic.startsWith(`${TOPIC_PREFIX}/`);
