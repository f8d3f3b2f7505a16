import { createHash, timingSafeEqual } from "node:crypto";
import type { EventEmitter } from "node:events";
import { createServer, Socket } from "node:net";
import { Aedes, type Client } from "aedes";
import type { FastifyBaseLogger } from "fastify";
import { DAY_MS, SECOND_MS } from "../clock.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import { mayHear, maySend, type Party } from "./broker-acl.ts";
import { listen } from "./broker-port.ts";
import { limitPacketSize } from "./packet-size.ts";

export interface EmbeddedBrokerOptions {
  host: string;
  /** 0 lets the system choose; the answer says what it chose. */
  port: number;
  devices: { authenticateMqtt(username: string, password: string): DeviceIdentity | null };
  /** The server's own account, which may do everything under the prefix. */
  server: { username: string; password: string };
  log: FastifyBaseLogger;
  limits?: Partial<BrokerLimits>;
}

interface BrokerLimits {
  maxPacketBytes: number;
  /** What may wait unsent for one client that does not read; more, and it is disconnected. */
  maxBacklogBytes: number;
  maxConnections: number;
}

export interface EmbeddedBroker {
  /** `mqtt://host:port`, without the account. */
  readonly url: string;
  readonly port: number;
  /** Cuts a device's connections at once; its will is sent. */
  disconnect(deviceId: string): void;
  close(): Promise<void>;
}

const DEFAULT_LIMITS: BrokerLimits = {
  maxPacketBytes: 256 * 1024,
  maxBacklogBytes: 1024 * 1024,
  maxConnections: 25_000,
};

/**
 * The broker of a county that runs no other: aedes, held to the ACL of `protocol/topics.ts`.
 * @throws {AppError} `unavailable` when the port cannot be had
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { host, devices, server: serverAccount, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parties = new WeakMap<Client, Party>();
  const sockets = new Map<string, Set<Socket>>();

  const aedes = await Aedes.createBroker({
    connectTimeout: 10 * SECOND_MS,
    // A client that reads nothing holds up the delivery of others meanwhile; the default is a minute.
    drainTimeout: 10 * SECOND_MS,
    maxInflightInbound: 20,
    // Only brokers in a cluster need each other's heartbeat. At the default, a wall clock that jumps by three minutes
    // makes aedes take itself for dead and send the wills of everyone who is connected.
    heartbeatInterval: DAY_MS,

    preConnect(_client, packet, done) {
      // No queues for who is away: a command is of no use late, a pointer is retained, a record is sent until acked.
      // It also closes a hole: aedes stores refused subscriptions of a persistent session along with the granted.
      packet.clean = true;
      done(null, true);
    },

    authenticate(client, username, password, done) {
      const party = authenticate(client.id, username, password?.toString("utf8"));
      if (!party) {
        log.warn({ clientId: client.id, username, ip: addressOf(client) }, "broker: connection refused");
        // CONNACK 5, the same for an unknown account, a wrong password and a foreign client id.
        return done(null, false);
      }
      parties.set(client, party);
      track(client);
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
      const socket = client.conn;
      // The server is spared: when a county reports at once after an outage, aedes reads no faster than it takes.
      if (socket.writableLength <= limits.maxBacklogBytes || parties.get(client)?.kind === "server")
        return packet;
      log.warn(
        { device: client.id, backlogBytes: socket.writableLength },
        "broker: client too slow, disconnected",
      );
      socket.destroy();
      return null;
    },
  });

  function authenticate(clientId: string, username?: string, password?: string): Party | null {
    if (username === undefined || password === undefined || clientId !== username) return null;
    if (username === serverAccount.username) {
      return isSameSecret(password, serverAccount.password) ? { kind: "server" } : null;
    }
    const identity = devices.authenticateMqtt(username, password);
    return identity && { kind: "device", identity };
  }

  function track(client: Client): void {
    const { id } = client;
    const socket = socketOf(client);
    const own = sockets.get(id) ?? new Set();
    sockets.set(id, own.add(socket));
    socket.once("close", () => {
      own.delete(socket);
      if (own.size === 0 && sockets.get(id) === own) sockets.delete(id);
    });
  }

  aedes.on("clientError", (client, error) =>
    log.info({ device: client.id, reason: error.message }, "broker: client error"),
  );
  aedes.on("connectionError", (client, error) =>
    log.info({ ip: addressOf(client), reason: error.message }, "broker: connection error"),
  );

  // Not in aedes' types, but emitted, and fatal without a listener.
  (aedes as EventEmitter).on("error", (error: unknown) =>
    log.error({ err: error }, "broker: internal error"),
  );

  const open = new Set<Socket>();
  const tcp = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60 * SECOND_MS },
    (socket) => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      limitPacketSize(socket, limits.maxPacketBytes, (bytes) =>
        log.warn({ ip: socket.remoteAddress, bytes }, "broker: packet too large, disconnected"),
      );
      aedes.handle(socket);
    },
  );
  tcp.maxConnections = limits.maxConnections;

  const port = await listen(tcp, host, options.port).catch((error: unknown) => {
    aedes.close();
    throw error;
  });

  return {
    url: `mqtt://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    disconnect(deviceId) {
      for (const socket of sockets.get(deviceId) ?? []) socket.destroy();
    },
    async close() {
      const stopped = new Promise<void>((resolve) => tcp.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await stopped;
    },
  };
}

const isSameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Every connection came through the TCP server above. */
function socketOf({ conn }: Client): Socket {
  if (conn instanceof Socket) return conn;
  throw new TypeError("the connection is not a socket");
}

const addressOf = (client: Client): string | undefined => socketOf(client).remoteAddress;
