import type { Identity } from "../core/identity.ts";

/** The same with the brokers that a page can reach; `null` when there are none. */
export function webSocketsOnly(identity: Identity): Identity | null {
  const [url, ...alternatives] = identity.mqtt.webSockets ?? [];
  return url === undefined ? null : { ...identity, mqtt: { ...identity.mqtt, url, alternatives } };
}
