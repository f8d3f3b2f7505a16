import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toIso } from "../clock.ts";
import type { Config } from "../config.ts";
import type { BrokerLink } from "./broker-link.ts";
import { BrokerView } from "./broker-view.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import type { Outbox } from "./outbox.ts";

interface Options {
  link: Pick<BrokerLink, "connectedTo">;
  embedded: EmbeddedBroker | null;
  brokerUrls: string[];
  /** Since when it is connected, epoch ms; `null` when it is not. */
  brokerSince: () => number | null;
  outbox: Pick<Outbox, "waiting" | "urgentWaiting">;
  config: Pick<Config, "mqttAccounts" | "mqttPublicUrls">;
}

/** `/broker`; mounted under the API's prefix, inside the sign-in guard. */
export async function brokerRoutes(instance: FastifyInstance, options: Options) {
  const { link, embedded, brokerUrls, brokerSince, outbox, config } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/broker",
    {
      config: { act: "broker:read" },
      schema: {
        tags: ["operation"],
        summary: "The broker that reaches the devices: whether it is connected, and what waits for it",
        response: { 200: BrokerView },
      },
    },
    async () => {
      const since = brokerSince();
      return {
        kind: embedded ? ("own" as const) : ("external" as const),
        nodes: brokerUrls.map((url) => ({ url, connected: url === link.connectedTo })),
        connectedSince: since === null ? null : toIso(since),
        accounts: embedded ? ("own" as const) : config.mqttAccounts,
        deviceUrls: config.mqttPublicUrls,
        waiting: outbox.waiting(),
        urgentWaiting: outbox.urgentWaiting(),
      };
    },
  );
}
