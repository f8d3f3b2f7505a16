import type { TSchema } from "typebox";
import * as http from "./http-messages.ts";
import { KeyChain, KeySet } from "./key-set.ts";
import { LiveIndex } from "./live-index.ts";
import * as messages from "./messages.ts";
import { DOWNLINKS, type ScopeKind, TOPIC_PREFIX, UPLINKS } from "./topics.ts";

/** Payloads by the name they have in the generated documents. */
const PAYLOADS: Record<string, TSchema> = {
  ack: messages.Ack,
  alert: messages.Alert,
  command: messages.Command,
  "enrol-request": http.EnrolRequest,
  "enrol-response": http.EnrolResponse,
  "key-chain": KeyChain,
  "key-set": KeySet,
  "live-index": LiveIndex,
  playlist: messages.Playlist,
  "playlist-pointer": messages.PlaylistPointer,
  presence: messages.Presence,
  report: messages.Report,
  state: messages.DeviceState,
  time: http.TimeResponse,
};

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
const PARAMETER: Record<ScopeKind, string> = { area: "code", group: "id", device: "id" };
/** What a leaf carries, where the names differ. */
const PAYLOAD_OF_LEAF: Record<string, string> = { playlist: "playlist-pointer" };
const RETAINED = new Set(["playlist", "alert", "presence"]);
const SIGNED = new Set(["command", "alert", "live-index"]);

/** The JSON Schemas and the AsyncAPI 3 document of the protocol, by path below `devices/`. */
export function generatedDocuments(): Record<string, unknown> {
  const schemas = Object.entries(PAYLOADS).map(([name, schema]): [string, unknown] => [
    `schemas/${name}.schema.json`,
    { $schema: DIALECT, title: name, ...schema },
  ]);
  return { ...Object.fromEntries(schemas), "asyncapi.json": asyncApi() };
}

function asyncApi(): unknown {
  const downlinks = Object.entries(DOWNLINKS).flatMap(([kind, leaves]) =>
    leaves.map((leaf) => ({ kind: kind as ScopeKind, leaf, action: "send" as const })),
  );
  const uplinks = UPLINKS.map((leaf) => ({ kind: "device" as const, leaf, action: "receive" as const }));
  const all = [...downlinks, ...uplinks].map((channel) => ({
    ...channel,
    key: `${channel.kind}-${channel.leaf}`,
  }));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Cuncunxiang device protocol",
      version: "1",
      description:
        "MQTT 3.1.1, QoS 1. `send` and `receive` are the server's; rules and refusals: PROTOCOL.md.",
    },
    defaultContentType: "application/json",
    channels: Object.fromEntries(all.map((channel) => [channel.key, channelOf(channel)])),
    operations: Object.fromEntries(
      all.map(({ key, action, leaf }) => [
        `${action}-${key}`,
        {
          action,
          channel: { $ref: `#/channels/${key}` },
          bindings: { mqtt: { qos: 1, retain: RETAINED.has(leaf) } },
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        Object.keys(PAYLOADS).map((name) => [
          name,
          {
            name,
            contentType: SIGNED.has(name) ? "application/jose" : "application/json",
            ...(SIGNED.has(name) ? { description: "A compact JWS (RFC 7515) of this payload" } : {}),
            payload: { $ref: `schemas/${name}.schema.json` },
          },
        ]),
      ),
    },
  };
}

function channelOf({ kind, leaf }: { kind: ScopeKind; leaf: string }): unknown {
  const parameter = PARAMETER[kind];
  const message = PAYLOAD_OF_LEAF[leaf] ?? leaf;
  return {
    address: `${TOPIC_PREFIX}/${kind}/{${parameter}}/${leaf}`,
    parameters: {
      [parameter]: { description: kind === "area" ? "12-digit administrative code" : `The ${kind}'s id` },
    },
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
  };
}
