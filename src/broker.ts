import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyBaseLogger } from "fastify";
import type { Config, TlsFiles } from "./config.ts";
import { type BrokerAccess, createBrokerAccess } from "./delivery/broker-access.ts";
import { type BrokerLink, connectBroker } from "./delivery/broker-link.ts";
import { keepDynamicSecurity } from "./delivery/dynamic-security.ts";
import { type EmbeddedBroker, startEmbeddedBroker } from "./delivery/embedded-broker.ts";
import type { DeviceService } from "./devices/device-service.ts";

interface Options {
  config: Config;
  devices: DeviceService;
  log: FastifyBaseLogger;
}

export interface Broker {
  link: BrokerLink;
  /** `null` beside an external broker. */
  embedded: EmbeddedBroker | null;
  access: BrokerAccess;
  /** Without the account. */
  urls: string[];
}

const SERVER_NAME = "ccx-server";

/** The broker that the configuration names, and the server's connection to it. */
export async function openBroker(options: Options): Promise<Broker> {
  return options.config.mqttUrls.length === 0 ? startOwn(options) : useExternal(options);
}

/** The embedded one, under an account that lives as long as the process. */
async function startOwn({ config, devices, log }: Options): Promise<Broker> {
  const server = { username: SERVER_NAME, password: randomBytes(24).toString("base64url") };
  const { mqttTls } = config;
  const embedded = await startEmbeddedBroker({
    host: config.mqttHost,
    port: config.mqttPort,
    tls: mqttTls && {
      ...mqttTls,
      cert: readFileSync(mqttTls.cert, "utf8"),
      key: readFileSync(mqttTls.key, "utf8"),
      clientCa: mqttTls.clientCa === null ? null : readFileSync(mqttTls.clientCa, "utf8"),
    },
    devices,
    server,
    log,
    limits: { maxConnections: config.mqttMaxConnections },
  });
  devices.onRevoked((deviceId) => embedded.disconnect(deviceId));
  devices.onLabelled((deviceId) => {
    // After the commit.
    queueMicrotask(() => {
      const identity = devices.identityOf(deviceId);
      if (identity) embedded.regroup(identity);
    });
  });
  const link = connectBroker({ urls: [embedded.url], ...server, clientId: SERVER_NAME, log });
  return { link, embedded, access: createBrokerAccess({ devices, server }), urls: [embedded.url] };
}

async function useExternal({ config, devices, log }: Options): Promise<Broker> {
  const { username, password } = new URL(config.mqttUrls[0] ?? "");
  const server = {
    username: decodeURIComponent(username) || SERVER_NAME,
    password: decodeURIComponent(password),
  };
  const link = connectBroker({
    urls: config.mqttUrls,
    tls: textsOf(config.mqttClientTls),
    clientId: server.username,
    log,
  });
  if (config.mqttAccounts === "dynamic-security") await keepDynamicSecurity({ link, devices, log });
  return {
    link,
    embedded: null,
    access: createBrokerAccess({ devices, server }),
    urls: config.mqttUrls.map(withoutAccount),
  };
}

const textsOf = (files: TlsFiles): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).flatMap(([name, path]) =>
      path === null ? [] : [[name, readFileSync(path as string, "utf8")]],
    ),
  );

function withoutAccount(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
