import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes, type Client } from "aedes";
import type { Timeline } from "./timeline.ts";

export interface BrokerSide {
  port: number;
  publish(topic: string, payload: string, retain?: boolean): Promise<void>;
  /** Cuts the gateway's connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

interface Options {
  timeline: Timeline;
  now: () => number;
  listen: { host: string; port: number };
  account: { username: string; password: string };
}

/** The only reason there is for a CONNACK of 5: not authorised. */
const NOT_AUTHORISED = 5;

/** A broker that lets the gateway do what it likes, and writes all of it down. */
export async function openBroker({ timeline, now, listen, account }: Options): Promise<BrokerSide> {
  const connections = new WeakMap<Client, number>();
  const sockets = new Set<Socket>();
  const numberOf = (client: Client) => connections.get(client) ?? 0;

  const aedes = await Aedes.createBroker({
    preConnect(client, packet, done) {
      const connection = timeline.nextConnection();
      connections.set(client, connection);
      timeline.add({
        kind: "connect",
        at: now(),
        connection,
        clientId: packet.clientId,
        username: packet.username,
        protocolVersion: packet.protocolVersion ?? 4,
        clean: packet.clean ?? true,
        keepaliveS: packet.keepalive ?? 0,
        will: packet.will
          ? {
              topic: packet.will.topic,
              payload: packet.will.payload.toString(),
              qos: packet.will.qos ?? 0,
              retain: packet.will.retain ?? false,
            }
          : null,
      });
      done(null, true);
    },
    authenticate(_client, username, password, done) {
      if (username === account.username && password?.toString() === account.password) return done(null, true);
      const refusal = Object.assign(new Error("refused"), { returnCode: NOT_AUTHORISED } as const);
      done(refusal, false);
    },
    authorizeSubscribe(client, subscription, done) {
      timeline.add({
        kind: "subscribe",
        at: now(),
        connection: client ? numberOf(client) : 0,
        filter: subscription.topic,
        qos: subscription.qos,
      });
      done(null, subscription);
    },
    authorizePublish(client, packet, done) {
      // A will is published without its client's asking.
      if (client)
        timeline.add({
          kind: "publish",
          at: now(),
          connection: numberOf(client),
          topic: packet.topic,
          payload: packet.payload.toString(),
          qos: packet.qos,
          retain: packet.retain,
        });
      done(null);
    },
  });
  aedes.on("clientDisconnect", (client) =>
    timeline.add({ kind: "disconnect", at: now(), connection: numberOf(client) }),
  );
  aedes.on("clientError", () => {});
  aedes.on("connectionError", () => {});

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: (server.address() as AddressInfo).port,
    publish: (topic, payload, retain = false) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: "publish", topic, payload, qos: 1, retain, dup: false } as const;
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    cut,
    async close() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      cut();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
