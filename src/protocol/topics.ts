/**
 * The MQTT topic tree of protocol v1 and who may do what in it. Broker adapters and generated ACL files take their
 * rules from here, so the embedded and an external broker cannot disagree.
 */
export const TOPIC_PREFIX = "ccx/v1";

export type ScopeKind = "area" | "group" | "device";
export interface Scope {
  kind: ScopeKind;
  /** A 12-digit region code, a group id or a device id. */
  id: string;
}

export const DOWNLINKS = {
  area: ["playlist", "command", "alert"],
  group: ["playlist", "command"],
  device: ["playlist", "command", "ack"],
} as const satisfies Record<ScopeKind, readonly string[]>;

export const UPLINKS = ["presence", "state", "report"] as const;
export type Uplink = (typeof UPLINKS)[number];

export const playlistTopic = (scope: Scope): string => `${TOPIC_PREFIX}/${scope.kind}/${scope.id}/playlist`;
export const commandTopic = (scope: Scope): string => `${TOPIC_PREFIX}/${scope.kind}/${scope.id}/command`;
export const alertTopic = (areaCode: string): string => `${TOPIC_PREFIX}/area/${areaCode}/alert`;
export const ackTopic = (deviceId: string): string => `${TOPIC_PREFIX}/device/${deviceId}/ack`;
export const uplinkTopic = (deviceId: string, uplink: Uplink): string =>
  `${TOPIC_PREFIX}/device/${deviceId}/${uplink}`;

/** What the server listens to. */
export const UPLINK_FILTERS = UPLINKS.map((uplink) => uplinkTopic("+", uplink));

export interface ParsedTopic {
  scope: Scope;
  leaf: string;
}

/** The scope and last level of a topic of this protocol, or `null` for anything else. */
export function parseTopic(topic: string): ParsedTopic | null {
  const [product, version, kind, id, leaf, ...rest] = topic.split("/");
  if (`${product}/${version}` !== TOPIC_PREFIX || rest.length > 0 || !id || !leaf) return null;
  if (kind !== "area" && kind !== "group" && kind !== "device") return null;
  return { scope: { kind, id }, leaf };
}

/** What the ACL knows of a connected device. */
export interface TopicIdentity {
  deviceId: string;
  /** The device's region and its ancestors. */
  areas: readonly string[];
  groups: readonly string[];
}

/** Every topic a device may subscribe to; exact topics only, a wildcard is never among them. */
export function subscriptionsOf({ deviceId, areas, groups }: TopicIdentity): string[] {
  const topics = (kind: ScopeKind, ids: readonly string[]) =>
    ids.flatMap((id) => DOWNLINKS[kind].map((leaf) => `${TOPIC_PREFIX}/${kind}/${id}/${leaf}`));
  return [...topics("device", [deviceId]), ...topics("area", areas), ...topics("group", groups)];
}

export function maySubscribe(identity: TopicIdentity, filter: string): boolean {
  return subscriptionsOf(identity).includes(filter);
}

/** A device publishes only under its own branch and retains only its presence. */
export function mayPublish(deviceId: string, topic: string, retain: boolean): boolean {
  const parsed = parseTopic(topic);
  if (!parsed || parsed.scope.kind !== "device" || parsed.scope.id !== deviceId) return false;
  if (!UPLINKS.some((uplink) => uplink === parsed.leaf)) return false;
  return !retain || parsed.leaf === "presence";
}
