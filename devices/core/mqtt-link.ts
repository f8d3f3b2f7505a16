import { setTimeout as wait } from "node:timers/promises";
import mqtt, { type MqttClient } from "mqtt";
import type { BaseLogger } from "pino";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { Presence } from "../../src/protocol/messages.ts";
import { subscriptionsOf, uplinkTopic } from "../../src/protocol/topics.ts";
import { createBackoff } from "./backoff.ts";
import { brokersInTurn } from "./brokers-in-turn.ts";
import { type Supervise, unsupervised } from "./supervisor.ts";

export type MessageHandler = (topic: string, payload: Buffer, retained: boolean) => void;

export interface MqttLink {
  readonly online: boolean;
  /** QoS 1; resolves when the broker took it, rejects when offline. */
  publish(topic: string, message: object, options?: { retain?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** PEM texts: a device's own certificate, which proves it to a broker beside or instead of its password. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

interface Options {
  identity: Pick<EnrolResponse, "deviceId" | "mqtt" | "areas">;
  certificate?: ClientCertificate | null;
  software: string;
  bootId: string;
  now: () => number;
  log: BaseLogger;
  onMessage: MessageHandler;
  /** Subscribed, and the birth is published. */
  onOnline: () => void;
  supervise?: Supervise;
}

const KEEPALIVE_S = 30;
const FAREWELL_MS = 2_000;
const CONNECT_MS = 30_000;
/** A broker answers pings, and pings go out when nothing else does. */
const SILENCE_MS = 2.5 * KEEPALIVE_S * 1_000;

/**
 * The connection to the broker, supervised for ever. Sessions are clean: what happened meanwhile comes with the retained
 * pointers and the playlist, and a command that waited in a queue would only be late.
 */
export function connectMqtt(options: Options): MqttLink {
  const { identity, certificate, software, bootId, now, log, onMessage, onOnline } = options;
  const { username, password } = identity.mqtt;
  const nextBroker = brokersInTurn(identity);
  const topics = subscriptionsOf({ deviceId: identity.deviceId, areas: identity.areas, groups: [] });
  const presenceTopic = uplinkTopic(identity.deviceId, "presence");
  const presence = (online: boolean): Presence => ({
    online,
    bootId,
    at: Math.round(now()),
    software,
  });
  const backoff = createBackoff();
  let client: MqttClient | null = null;
  let online = false;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  function open(): void {
    const connection = mqtt.connect(nextBroker(), {
      ...certificate,
      clientId: identity.deviceId,
      username,
      password,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will: {
        topic: presenceTopic,
        payload: Buffer.from(JSON.stringify(presence(false))),
        qos: 1,
        retain: true,
      },
    });
    client = connection;
    connection.on("connect", () => {
      arrive(connection).catch((error: unknown) => {
        log.warn({ err: error }, "could not take up the topics");
        connection.end(true);
      });
    });
    connection.on("packetreceive", () => loop.moved(SILENCE_MS));
    connection.on("message", (topic, payload, { retain }) => onMessage(topic, payload, retain));
    connection.on("error", (error) => {
      log.warn({ reason: error.message }, "broker connection failed");
      connection.end(true);
    });
    connection.on("close", () => {
      if (client !== connection) return;
      if (online) log.info("lost the broker");
      leave();
    });
  }

  function leave(): void {
    online = false;
    client = null;
    if (closed) return;
    const pauseMs = backoff.nextMs();
    loop.moved(pauseMs + CONNECT_MS);
    retry = setTimeout(open, pauseMs);
  }

  /** From a connection that does not even end by itself. */
  function restart(): void {
    clearTimeout(retry);
    client?.end(true);
    client = null;
    online = false;
    open();
  }

  /** The birth comes after the subscriptions: who is announced online must be able to hear. */
  async function arrive(connection: MqttClient): Promise<void> {
    await connection.subscribeAsync(topics, { qos: 1 });
    await connection.publishAsync(presenceTopic, JSON.stringify(presence(true)), { qos: 1, retain: true });
    if (client !== connection) return;
    online = true;
    backoff.reset();
    log.info("connected to the broker");
    onOnline();
  }

  async function publish(topic: string, message: object, { retain = false } = {}): Promise<void> {
    if (!online || !client) throw new Error("no connection to the broker");
    await client.publishAsync(topic, JSON.stringify(message), { qos: 1, retain });
  }

  const loop = (options.supervise ?? unsupervised)(restart);
  loop.moved(CONNECT_MS);
  open();
  return {
    get online() {
      return online;
    },
    publish,
    async close() {
      closed = true;
      clearTimeout(retry);
      // A broker that is gone without a word acknowledges nothing.
      const limit = wait(FAREWELL_MS, undefined, { ref: false });
      if (online)
        await Promise.race([
          publish(presenceTopic, presence(false), { retain: true }).catch(() => {}),
          limit,
        ]);
      await Promise.race([client?.endAsync(!online), limit]);
      client?.end(true);
    },
  };
}
