import { startEmbeddedBroker } from "../../src/delivery/embedded-broker.ts";
import { brokerContract } from "../support/broker-contract/contract.ts";
import { SERVER } from "../support/broker-contract/setting.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { startMosquitto } from "../support/mosquitto.ts";

const EMBEDDED = {
  subscription: 128,
  publish: "closed",
  oversized: "closed",
  session: "clean",
  revoked: "at once",
  retainedForWildcards: true,
} as const;

brokerContract("embedded aedes", EMBEDDED, async ({ devices }) => {
  const { log } = createMemoryLog();
  const broker = await startEmbeddedBroker({ host: "127.0.0.1", port: 0, devices, server: SERVER, log });
  devices.onRevoked((id) => broker.disconnect(id));
  return { urls: [broker.url], enforce: async () => {}, stop: () => broker.close() };
});

const MOSQUITTO = {
  ...EMBEDDED,
  subscription: 1,
  publish: "acknowledged",
  session: "kept",
} as const;

/** With new files and SIGHUP at each revocation. */
brokerContract("Mosquitto", MOSQUITTO, async ({ devices }) => {
  const mosquitto = await startMosquitto({ accounts: () => devices.accounts(), server: SERVER });
  return { urls: [mosquitto.url], enforce: mosquitto.reload, stop: mosquitto.stop };
});
