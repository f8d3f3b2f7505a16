import type { DeviceAccount } from "../devices/device-service.ts";
import { subscriptionsOf, TOPIC_PREFIX, UPLINKS, uplinkTopic } from "../protocol/topics.ts";
import { dynamicSecurityFile } from "./dynamic-security-roles.ts";

/** What a Mosquitto 2 needs to know of this server's devices: names and texts, written by `scripts/broker-files.ts`. */
export type MosquittoFiles = Record<string, string>;

export interface MosquittoOptions {
  accounts: Iterable<DeviceAccount>;
  /** The server's account, its password hashed by `hashMqttPassword`. */
  server: { username: string; mqttHash: string };
  listen: { host: string; port: number };
  /** The absolute folder that the broker finds the files in. */
  folder: string;
  /** The library of the dynamic-security plugin, which then keeps the accounts; `null` for files. */
  plugin: string | null;
}

const MAX_PACKET_BYTES = 256 * 1024;
const HEADER = "# Written by `npm run broker:files`. Changes are lost at the next run.";

/** Exact topics only, from the same functions as the embedded broker's ACL. */
export function mosquittoFiles(options: MosquittoOptions): MosquittoFiles {
  const { accounts, server, listen, folder, plugin } = options;
  if (plugin !== null) {
    const file = `${folder}/dynamic-security.json`;
    return {
      "dynamic-security.json": dynamicSecurityFile({ accounts, server }),
      "cuncunxiang.conf": conf(listen, [`plugin ${plugin}`, `plugin_opt_config_file ${file}`]),
    };
  }
  // The password file knows no comments.
  const passwd = [`${server.username}:${server.mqttHash}`];
  const acl = [HEADER, "", `user ${server.username}`, `topic readwrite ${TOPIC_PREFIX}/#`];
  for (const { identity, mqttHash } of accounts) {
    const { id, areas, groups } = identity;
    passwd.push(`${id}:${mqttHash}`);
    acl.push(
      "",
      `user ${id}`,
      ...subscriptionsOf({ deviceId: id, areas, groups }).map((topic) => `topic read ${topic}`),
      ...UPLINKS.map((uplink) => `topic write ${uplinkTopic(id, uplink)}`),
    );
  }
  const keeping = [`password_file ${folder}/passwd`, `acl_file ${folder}/acl`];
  return { passwd: lines(passwd), acl: lines(acl), "cuncunxiang.conf": conf(listen, keeping) };
}

/** For `include_dir` or the end of `mosquitto.conf`; the broker's own log and persistence settings stay the county's. */
function conf({ host, port }: MosquittoOptions["listen"], keeping: string[]): string {
  return lines([
    HEADER,
    "# One set of accounts for all listeners; must be the same wherever it is given.",
    "per_listener_settings false",
    "allow_anonymous false",
    ...keeping,
    "",
    "# A device may not send more at once, before or after it signed in.",
    `max_packet_size ${MAX_PACKET_BYTES}`,
    "# The records of a whole county may wait for the server; nothing waits long for a device that is away.",
    "max_queued_messages 20000",
    "max_queued_bytes 134217728",
    "max_inflight_messages 100",
    "persistent_client_expiration 1d",
    "",
    `listener ${port} ${host}`,
    "# A device cannot take another's connection over by giving its client id. Belongs to the listener above.",
    "use_username_as_clientid true",
  ]);
}

const lines = (text: string[]): string => `${text.join("\n")}\n`;
