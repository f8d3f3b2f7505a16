import { Type } from "typebox";
import { enumOf, Instant, nullable } from "../http/schemas.ts";

/** What `/broker` answers with. */
export const BrokerView = Type.Object({
  kind: enumOf(["own", "external"], {
    description: "The one in this process, or the one that MQTT_URL names",
  }),
  nodes: Type.Array(
    Type.Object({ url: Type.String({ description: "Without the account" }), connected: Type.Boolean() }),
    { description: "Of a cluster, one is connected at a time" },
  ),
  connectedSince: nullable(Instant),
  accounts: enumOf(["own", "elsewhere", "dynamic-security"], {
    description: "Who keeps the devices' accounts",
  }),
  deviceUrls: Type.Array(Type.String(), {
    description: "What MQTT_PUBLIC_URL names; empty: where the server itself connects",
  }),
  waiting: Type.Integer({ description: "Messages that it has not taken yet" }),
  urgentWaiting: Type.Integer({ description: "Of these, what devices act on at once, as a stop" }),
});
