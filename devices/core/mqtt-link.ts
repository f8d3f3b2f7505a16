import mqtt, { type MqttClient } from "mqtt";
import type { BaseLogger } from "pino";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { Presence } from "../../src/protocol/messages.ts";
import { commandTopic, playlistTopic, subscriptionsOf, uplinkTopic } from "../../src/protocol/topics.ts";
import { createBackoff } from "./backoff.ts";
import { brokersInTurn } from "./brokers-in-turn.ts";
import { type Supervise, unsupervised } from "./supervisor.ts";
import { wait } from "./wait.ts";

export type MessageHandler = (topic: string, text: string, retained: boolean) => void;

export interface MqttLink {
  readonly online: boolean;
  /** QoS 1; resolves when the broker took it, rejects when offline. */
  publish(topic: string, message: object, options?: { retain?: boolean }): Promise<void>;
  /** Those whose topics it has taken up in this connection; `null` before it was told to. */
  readonly groups: readonly string[] | null;
  /**
   * Takes up the topics of these groups and leaves those of others. To be called again after each connection, with what
   * the server has confirmed since: a broker may cut off who asks for a group that it is no longer in.
   */
  takeUpGroups(groups: readonly string[]): Promise<void>;
  close(): Promise<void>;
  /** Ends it without a word, as a cut of the power does. */
  cut(): void;
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
  /** From 0 up to 1, for the jitter of the way back. */
  random?: () => number;
}

const KEEPALIVE_S = 30;
const FAREWELL_MS = 2_000;
const CONNECT_MS = 30_000;
/** A broker answers pings, and pings go out when nothing else does. */
const SILENCE_MS = 2.5 * KEEPALIVE_S * 1_000;

const groupTopics = (groups: readonly string[]): string[] =>
  groups.flatMap((id) => [playlistTopic({ kind: "group", id }), commandTopic({ kind: "group", id })]);

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
  const backoff = createBackoff({ random: options.random });
  let client: MqttClient | null = null;
  let online = false;
  let taken: readonly string[] | null = null;
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
        payload: JSON.stringify(presence(false)),
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
    connection.on("message", (topic, payload, { retain }) =>
      onMessage(topic, payload.toString("utf8"), retain),
    );
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
    taken = null;
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
    taken = null;
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

  async function takeUpGroups(groups: readonly string[]): Promise<void> {
    const connection = client;
    if (!online || !connection) return;
    const before = taken ?? [];
    const left = before.filter((group) => !groups.includes(group));
    if (left.length > 0) await connection.unsubscribeAsync(groupTopics(left));
    const now = before.filter((group) => groups.includes(group));
    for (const group of groups.filter((each) => !before.includes(each))) {
      try {
        const topics = groupTopics([group]);
        const granted = await connection.subscribeAsync(topics, { qos: 1 });
        // What was refused is not in the list.
        if (granted.length === topics.length) now.push(group);
      } catch (error) {
        log.warn({ err: error, group }, "could not take up a group");
      }
    }
    if (client === connection) taken = now.toSorted();
  }

  const loop = (options.supervise ?? unsupervised)(restart);
  loop.moved(CONNECT_MS);
  open();
  return {
    get online() {
      return online;
    },
    publish,
    get groups() {
      return taken;
    },
    takeUpGroups,
    async close() {
      closed = true;
      clearTimeout(retry);
      // A broker that is gone without a word acknowledges nothing.
      const over = new AbortController();
      const limit = wait(FAREWELL_MS, over.signal).catch(() => {});
      if (online)
        await Promise.race([
          publish(presenceTopic, presence(false), { retain: true }).catch(() => {}),
          limit,
        ]);
      await Promise.race([client?.endAsync(!online), limit]);
      over.abort();
      client?.end(true);
    },
    cut() {
      closed = true;
      clearTimeout(retry);
      client?.end(true);
    },
  };
}
