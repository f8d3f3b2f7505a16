import type { FastifyBaseLogger } from "fastify";
import mqtt, { type IPublishPacket, type MqttClient } from "mqtt";
import { after, SECOND_MS } from "../clock.ts";
import { AppError, messageOf } from "../errors.ts";
import { topicMatches } from "./topic-filter.ts";

type MessageHandler = (topic: string, payload: Buffer, packet: { retain: boolean }) => void | Promise<void>;

/** The server's connection to any MQTT 3.1.1 broker; it comes back by itself until closed. */
export interface BrokerLink {
  readonly online: boolean;
  /** Of several, the broker that it is connected to; without the account. */
  readonly connectedTo: string | null;
  /**
   * QoS 1. Resolves when the broker has taken the message, never before; sends nothing later than that.
   * @throws {AppError} `unavailable` when offline or cut off meanwhile (the broker may still have it), `timeout`
   */
  publish(topic: string, payload: string | Buffer, options?: { retain?: boolean }): Promise<void>;
  /**
   * Holds for every later connection too. Resolves once subscribed, and when there is no connection or it is lost meanwhile,
   * as the next one takes it up. @throws {AppError} `forbidden` when the broker refuses
   */
  subscribe(filters: readonly string[], handler: MessageHandler): Promise<void>;
  /** Calls `listener` at each connection, once its subscriptions stand; now, when that is so already. */
  onOnline(listener: () => void): void;
  close(): Promise<void>;
}

export interface BrokerLinkOptions {
  /** One broker, or the nodes of a cluster, tried in turn. May carry the account as `mqtt://user:password@host`. */
  urls: readonly string[];
  /** PEM texts: whose signature the broker is known by, and the server's own certificate with its key. */
  tls?: { ca?: string; cert?: string; key?: string };
  username?: string;
  password?: string;
  clientId: string;
  log: FastifyBaseLogger;
}

const PUBLISH_TIMEOUT_MS = 10 * SECOND_MS;
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS;
const CLOSE_TIMEOUT_MS = 2 * SECOND_MS;
const LISTENER_AGAIN_MS = SECOND_MS;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_LIMIT_MS = 30 * SECOND_MS;
const KEEPALIVE_S = 30;

/**
 * Connects in the background and returns at once: a server starts, and plans, while its broker is down.
 *
 * Each connection gets a client of its own. The library would otherwise keep unacknowledged messages and send them on
 * the next connection, behind the outbox's back: a command that has expired, or an older pointer over a newer one.
 */
export function connectBroker(options: BrokerLinkOptions): BrokerLink {
  const { log } = options;
  let attempts = 0;
  const subscriptions: { filters: readonly string[]; handler: MessageHandler }[] = [];
  const listeners: (() => void)[] = [];
  const inFlight = new Set<(error: AppError) => void>();
  let client: MqttClient | null = null;
  let online = false;
  let connectedTo: string | null = null;
  let closed = false;
  let failures = 0;
  let cancelRetry = () => {};

  function open(): void {
    const { broker, username, password } = accountOf(options, attempts);
    attempts += 1;
    const connection = mqtt.connect(broker, {
      ...options.tls,
      clientId: options.clientId,
      ...(username === "" ? {} : { username, password }),
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
    });
    client = connection;
    connection.on("connect", () => {
      void standUp(connection, broker).catch((error: unknown) => {
        log.warn({ broker, reason: messageOf(error) }, "broker refused the subscriptions");
        connection.end(true);
      });
    });
    connection.on("message", (topic, payload, packet) => dispatch(topic, payload, packet));
    // Also a refused account, after which the library would wait for the broker to hang up.
    connection.on("error", (error) => {
      log.warn({ broker, reason: messageOf(error) }, "broker connection failed");
      connection.end(true);
    });
    connection.on("close", () => onClose(connection, broker));
  }

  async function standUp(connection: MqttClient, broker: string): Promise<void> {
    const filters = subscriptions.flatMap((subscription) => subscription.filters);
    if (filters.length > 0) await subscribeOn(connection, filters);
    if (client !== connection || !connection.connected) return;
    online = true;
    connectedTo = broker;
    failures = 0;
    log.info({ broker }, "connected to the broker");
    for (const listener of listeners) tell(connection, listener);
  }

  /** What cannot be done now, as while the database is locked or its disk is full, is no reason to hang up: the stop needs the line. */
  function tell(connection: MqttClient, listener: () => void): void {
    if (client !== connection || !online) return;
    try {
      listener();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "the broker is not told all of it yet; trying again");
      after(LISTENER_AGAIN_MS, () => tell(connection, listener));
    }
  }

  function onClose(connection: MqttClient, broker: string): void {
    if (client !== connection) return;
    client = null;
    if (online && !closed) log.warn({ broker }, "lost the broker");
    online = false;
    connectedTo = null;
    for (const reject of inFlight)
      reject(new AppError("unavailable", "The connection to the broker was lost."));
    connection.end(true);
    if (closed) return;
    // Full jitter: after a broker's restart not everyone returns at the same instant.
    const ceiling = Math.min(BACKOFF_LIMIT_MS, BACKOFF_FIRST_MS * 2 ** failures);
    failures += 1;
    cancelRetry = after(Math.random() * ceiling, open);
  }

  function dispatch(topic: string, payload: Buffer, { retain }: IPublishPacket): void {
    for (const { filters, handler } of subscriptions) {
      if (!filters.some((filter) => topicMatches(filter, topic))) continue;
      // One message that cannot be handled must not end the connection that brings the next.
      void (async () => handler(topic, payload, { retain }))().catch((error: unknown) =>
        log.error({ err: error, topic }, "message could not be handled"),
      );
    }
  }

  function publish(topic: string, payload: string | Buffer, { retain = false } = {}): Promise<void> {
    const connection = client;
    if (!online || !connection) {
      return Promise.reject(new AppError("unavailable", "There is no connection to the broker."));
    }
    return new Promise((resolve, reject) => {
      const settle = (error?: AppError) => {
        cancelTimeout();
        inFlight.delete(settle);
        if (error) reject(error);
        else resolve();
      };
      const cancelTimeout = after(PUBLISH_TIMEOUT_MS, () =>
        settle(new AppError("timeout", `The broker did not take the message in ${PUBLISH_TIMEOUT_MS} ms.`)),
      );
      inFlight.add(settle);
      connection.publish(topic, payload, { qos: 1, retain }, (cause) =>
        settle(
          cause ? new AppError("unavailable", "The broker did not take the message.", { cause }) : undefined,
        ),
      );
    });
  }

  open();
  return {
    get online() {
      return online;
    },
    get connectedTo() {
      return connectedTo;
    },
    publish,
    async subscribe(filters, handler) {
      subscriptions.push({ filters, handler });
      if (!online || !client) return;
      await subscribeOn(client, filters).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
      });
    },
    onOnline(listener) {
      listeners.push(listener);
      if (online) listener();
    },
    async close() {
      closed = true;
      cancelRetry();
      const connection = client;
      if (!connection) return;
      const cancelGiveUp = after(CLOSE_TIMEOUT_MS, () => connection.stream.destroy());
      // With messages in flight the library would wait for their acknowledgement, however long that takes.
      await connection.endAsync(inFlight.size > 0 || !connection.connected);
      cancelGiveUp();
    },
  };
}

/** The broker of an attempt, without the account, so that it may be logged; the account apart. */
function accountOf({ urls, username, password }: BrokerLinkOptions, attempt: number) {
  const target = new URL(urls[attempt % urls.length] ?? "");
  const account = {
    username: username ?? decodeURIComponent(target.username),
    password: password ?? decodeURIComponent(target.password),
  };
  target.username = "";
  target.password = "";
  return { broker: target.href, ...account };
}

/** @throws {AppError} `forbidden` when the broker refuses one of them */
async function subscribeOn(connection: MqttClient, filters: readonly string[]): Promise<void> {
  const granted = await connection.subscribeAsync([...filters], { qos: 1 });
  const refused = granted.filter(({ qos }) => qos === 128).map(({ topic }) => topic);
  if (refused.length > 0) {
    throw new AppError(
      "forbidden",
      `The broker refused the server's subscription to ${refused.join(", ")}.`,
      {
        hint: "Give the server's account read and write access to ccx/v1/#.",
      },
    );
  }
}
