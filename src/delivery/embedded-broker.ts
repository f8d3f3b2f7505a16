import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { Aedes, type Client } from "aedes";
import type { FastifyBaseLogger } from "fastify";
import { DAY_MS, SECOND_MS } from "../clock.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import { createBrokerAccess } from "./broker-access.ts";
import { mayHear, maySend, type Party } from "./broker-acl.ts";
import { addressOf, certificateNameOf, connectionOf, createBrokerConnections } from "./broker-connections.ts";
import { createBrokerMemory } from "./broker-memory.ts";
import { listen } from "./broker-port.ts";
import { limitPacketSize } from "./packet-size.ts";

export interface EmbeddedBrokerOptions {
  host: string;
  /** 0 lets the system choose; the answer says what it chose. */
  port: number;
  /** A second listener, for mqtts. */
  tls?: BrokerTls | null;
  devices: Parameters<typeof createBrokerAccess>[0]["devices"];
  /** The server's own account, which may do everything under the prefix. */
  server: { username: string; password: string };
  log: FastifyBaseLogger;
  limits?: Partial<BrokerLimits>;
}

/** PEM texts. */
export interface BrokerTls {
  host: string;
  port: number;
  cert: string;
  key: string;
  /** The authority whose certificates prove a device by their common name; `null` asks for none. */
  clientCa: string | null;
  clients: "optional" | "required";
}

export interface BrokerLimits {
  maxPacketBytes: number;
  /** What may wait unsent for one client that does not read; more, and it is disconnected. */
  maxBacklogBytes: number;
  maxConnections: number;
  /** How long a connection may be there without a whole CONNECT. */
  connectTimeoutMs: number;
  /** What a client may ask for at most; one that asks for more, or for none, is held to this. */
  maxKeepaliveS: number;
}

export interface EmbeddedBroker {
  /** `mqtt://host:port`, without the account. */
  readonly url: string;
  readonly port: number;
  /** `null` without TLS. */
  readonly tlsPort: number | null;
  /** Takes a connection that came by another way, e.g. a WebSocket. */
  accept(connection: Duplex, request: IncomingMessage): void;
  /** Cuts a device's connections at once; its will is sent. */
  disconnect(deviceId: string): void;
  /** Cuts a device whose groups are others than when it connected: it comes back to those that it has now. */
  regroup(identity: DeviceIdentity): void;
  close(): Promise<void>;
}

const DEFAULT_LIMITS: BrokerLimits = {
  maxPacketBytes: 256 * 1024,
  maxBacklogBytes: 1024 * 1024,
  maxConnections: 25_000,
  connectTimeoutMs: 10 * SECOND_MS,
  maxKeepaliveS: 20 * 60,
};

/**
 * In a queue a connection may outlive its client's patience. That its end has come too is known once the network has been looked at again,
 * and it must not take the place of the one that the device has opened since.
 */
const afterNextRead = (then: () => void): void => void setImmediate(() => setImmediate(then));
const isOpen = ({ destroyed, readableEnded }: Duplex): boolean => !destroyed && !readableEnded;

/**
 * The broker of a county that runs no other: aedes, held to the ACL of `protocol/topics.ts`.
 * @throws {AppError} `unavailable` when the port cannot be had
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { host, devices, server, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const access = createBrokerAccess({ devices, server });
  const parties = new WeakMap<Client, Party>();
  const connections = createBrokerConnections();

  const aedes = await Aedes.createBroker({
    persistence: createBrokerMemory(),
    connectTimeout: limits.connectTimeoutMs,
    // A client that reads nothing holds up the delivery of others meanwhile; the default is a minute.
    drainTimeout: 10 * SECOND_MS,
    maxInflightInbound: 20,
    // Only brokers in a cluster need each other's heartbeat. At the default, a wall clock that jumps by three minutes
    // makes aedes take itself for dead and send the wills of everyone who is connected.
    heartbeatInterval: DAY_MS,

    preConnect(client, packet, done) {
      // No queues for who is away: a command is of no use late, a pointer is retained, a record is sent until acked.
      // It also closes a hole: aedes stores refused subscriptions of a persistent session along with the granted.
      packet.clean = true;
      // A client without a keepalive would be taken for alive until the system's own probes give up on it.
      packet.keepalive = Math.min(packet.keepalive || limits.maxKeepaliveS, limits.maxKeepaliveS);
      afterNextRead(() => done(null, isOpen(connectionOf(client))));
    },

    authenticate(client, username, password, done) {
      const party = access.signIn({
        clientId: client.id,
        username,
        password: password?.toString("utf8"),
        certificateName: certificateNameOf(client),
      });
      if (!party) {
        const ip = addressOf(client.conn, client.req);
        log.warn({ clientId: client.id, username, ip }, "broker: connection refused");
        // CONNACK 5, the same for an unknown account, a wrong password and a foreign client id.
        return done(null, false);
      }
      parties.set(client, party);
      connections.own(client);
      done(null, true);
    },

    // Also asked for wills, when they are due.
    authorizePublish(client, packet, done) {
      if (maySend(client && parties.get(client), packet.topic, packet.retain)) return done(null);
      log.warn({ device: client?.id, topic: packet.topic, retain: packet.retain }, "broker: publish refused");
      done(new Error(`publish to ${packet.topic} refused`)); // aedes drops the connection
    },

    authorizeSubscribe(client, subscription, done) {
      if (mayHear(parties.get(client), subscription.topic)) return done(null, subscription);
      log.warn({ device: client.id, topic: subscription.topic }, "broker: subscription refused");
      done(null, null); // SUBACK 128
    },

    authorizeForward(client, packet) {
      const connection = connectionOf(client);
      // The server is spared: when a county reports at once after an outage, aedes reads no faster than it takes.
      if (connection.writableLength <= limits.maxBacklogBytes || parties.get(client)?.kind === "server")
        return packet;
      log.warn(
        { device: client.id, backlogBytes: connection.writableLength },
        "broker: client too slow, disconnected",
      );
      connection.destroy();
      return null;
    },
  });

  aedes.on("clientError", (client, error) =>
    log.info({ device: client.id, reason: error.message }, "broker: client error"),
  );
  aedes.on("connectionError", ({ conn, req }, error) =>
    log.info({ ip: addressOf(conn, req), reason: error.message }, "broker: connection error"),
  );

  // Not in aedes' types, but emitted, and fatal without a listener.
  (aedes as EventEmitter).on("error", (error: unknown) =>
    log.error({ err: error }, "broker: internal error"),
  );

  /** @param request the HTTP request behind a WebSocket */
  function accept(connection: Duplex, request?: IncomingMessage): void {
    if (connections.count >= limits.maxConnections) {
      log.warn({ limit: limits.maxConnections }, "broker: too many connections, one refused");
      connection.destroy();
      return;
    }
    connections.add(connection);
    limitPacketSize(connection, limits.maxPacketBytes, (bytes) =>
      log.warn({ ip: addressOf(connection, request), bytes }, "broker: packet too large, disconnected"),
    );
    aedes.handle(connection, request);
  }

  const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60 * SECOND_MS };
  const listeners: Server[] = [createServer(socketOptions, (socket) => accept(socket))];
  const { tls } = options;
  if (tls) {
    const secured = createTlsServer(
      {
        ...socketOptions,
        cert: tls.cert,
        key: tls.key,
        handshakeTimeout: limits.connectTimeoutMs,
        minVersion: "TLSv1.2",
        ...(tls.clientCa === null ? {} : { ca: tls.clientCa, requestCert: true }),
        rejectUnauthorized: tls.clients === "required",
      },
      (socket) => accept(socket),
    );
    secured.on("tlsClientError", (error, socket) =>
      log.info({ ip: socket.remoteAddress, reason: error.message }, "broker: TLS handshake failed"),
    );
    // Who is still shaking hands is no connection yet.
    secured.maxConnections = limits.maxConnections;
    listeners.push(secured);
  }

  function regroup({ id, groups }: DeviceIdentity): void {
    for (const client of connections.of(id)) {
      const party = parties.get(client);
      if (party?.kind === "device" && !isDeepStrictEqual(party.identity.groups, groups))
        connectionOf(client).destroy();
    }
  }

  async function close(): Promise<void> {
    const stopped = listeners.map(
      (listener) => new Promise<void>((resolve) => void listener.close(() => resolve())),
    );
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    connections.cutAll();
    await Promise.all(stopped);
  }

  const [plain, secured] = listeners;
  try {
    const port = plain ? await listen(plain, host, options.port, "MQTT_PORT") : 0;
    const tlsPort = secured && tls ? await listen(secured, tls.host, tls.port, "MQTT_TLS_PORT") : null;
    return {
      url: `mqtt://${host.includes(":") ? `[${host}]` : host}:${port}`,
      port,
      tlsPort,
      accept,
      disconnect: connections.cut,
      regroup,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
