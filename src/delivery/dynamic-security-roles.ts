import type { DeviceIdentity } from "../devices/device.ts";
import type { DeviceAccount } from "../devices/device-service.ts";
import {
  commandTopic,
  DOWNLINKS,
  type Scope,
  type ScopeKind,
  TOPIC_PREFIX,
  UPLINKS,
  uplinkTopic,
} from "../protocol/topics.ts";

/** The words of Mosquitto 2's dynamic-security plugin, in its file and in its commands alike. */
export interface DynamicRole {
  rolename: string;
  acls: { acltype: string; topic: string; priority: number; allow: boolean }[];
}

export interface DynamicClient {
  username: string;
  /** Nobody else's client id is taken from this account. */
  clientid: string;
  roles: { rolename: string; priority: number }[];
}

const OWN_ROLE = "ccx-device/";
const SERVER_ROLE = "ccx-server";
const PRIORITY = 0;

const allow = (acltype: string, topic: string) => ({ acltype, topic, priority: PRIORITY, allow: true });
const roleNameOf = ({ kind, id }: Scope): string => `ccx-${kind}/${id}`;

function scopesOf({ id, areas, groups }: DeviceIdentity): Scope[] {
  const scopes = (kind: ScopeKind, ids: readonly string[]) => ids.map((each): Scope => ({ kind, id: each }));
  return [...scopes("device", [id]), ...scopes("area", areas), ...scopes("group", groups)];
}

function roleOf(scope: Scope): DynamicRole {
  const branch = commandTopic(scope).replace(/command$/, "");
  const heard = DOWNLINKS[scope.kind].map((leaf) => allow("subscribeLiteral", `${branch}${leaf}`));
  const said =
    scope.kind === "device"
      ? UPLINKS.map((uplink) => allow("publishClientSend", uplinkTopic(scope.id, uplink)))
      : [];
  return { rolename: roleNameOf(scope), acls: [...heard, ...said] };
}

/** A role for the device's own branch, and one for each area and group, which it shares with others there. */
export const rolesFor = (identity: DeviceIdentity): DynamicRole[] => scopesOf(identity).map(roleOf);

export const clientFor = (identity: DeviceIdentity): DynamicClient => ({
  username: identity.id,
  clientid: identity.id,
  roles: scopesOf(identity).map((scope) => ({ rolename: roleNameOf(scope), priority: PRIORITY })),
});

/** The one role that is a device's alone; it also tells the accounts that are ours from an operator's own. */
export const ownRoleOf = (deviceId: string): string => `${OWN_ROLE}${deviceId}`;

export const CONTROL_TOPIC = "$CONTROL/dynamic-security/v1";
export const RESPONSE_TOPIC = `${CONTROL_TOPIC}/response`;

const SERVER: DynamicRole = {
  rolename: SERVER_ROLE,
  acls: [
    ...[`${TOPIC_PREFIX}/#`, "$CONTROL/dynamic-security/#"].flatMap((topic) => [
      allow("publishClientSend", topic),
      allow("publishClientReceive", topic),
      allow("subscribePattern", topic),
    ]),
    // A response topic is subscribed to by its name.
    allow("subscribeLiteral", RESPONSE_TOPIC),
  ],
};

interface FileOptions {
  accounts: Iterable<DeviceAccount>;
  server: { username: string; mqttHash: string };
}

/** What the plugin begins with; from then on the file is its own, and it is changed by commands only. */
export function dynamicSecurityFile({ accounts, server }: FileOptions): string {
  const roles = new Map([[SERVER_ROLE, SERVER]]);
  const clients: object[] = [
    {
      username: server.username,
      clientid: server.username,
      roles: [{ rolename: SERVER_ROLE, priority: PRIORITY }],
      ...hashFields(server.mqttHash),
    },
  ];
  for (const { identity, mqttHash } of accounts) {
    for (const role of rolesFor(identity)) roles.set(role.rolename, role);
    clients.push({ ...clientFor(identity), ...hashFields(mqttHash) });
  }
  const defaultACLAccess = {
    publishClientSend: false,
    publishClientReceive: true, // of what it was let subscribe to
    subscribe: false,
    unsubscribe: true,
  };
  return JSON.stringify({ defaultACLAccess, clients, groups: [], roles: [...roles.values()] }, null, 1);
}

/** The parts of `$7$<iterations>$<salt>$<hash>`. */
function hashFields(mqttHash: string) {
  const [, , iterations = "", salt = "", password = ""] = mqttHash.split("$");
  return { password, salt, iterations: Number(iterations) };
}
