import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface LawlessBroker {
  url: string;
  /** What is said while it is killed is lost. */
  publish(topic: string, payload: string | Buffer, options?: { retain?: boolean }): Promise<void>;
  /** Every connection ends, nothing that it held is left, and another stands in its place at once. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  port: number;
  /** Asked before anybody hears of it; `false` keeps it from everybody and ends the connection that it came by. */
  admit: (topic: string, payload: Buffer) => boolean;
}

/** A broker without accounts, on which everybody may say everything: the devices have to stand up for themselves. */
export async function startLawlessBroker({ port, admit }: Options): Promise<LawlessBroker> {
  let running = await open(port, admit);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    publish: (topic, payload, { retain = false } = {}) =>
      new Promise((resolve) => {
        const packet = { cmd: "publish", topic, payload, qos: 1, retain, dup: false } as const;
        running.aedes.publish(packet, () => resolve());
      }),
    async kill() {
      await running.end();
      running = await open(port, admit);
    },
    close: () => running.end(),
  };
}

async function open(port: number, admit: Options["admit"]) {
  const aedes = await Aedes.createBroker({
    authorizePublish(client, { topic, payload }, done) {
      const isAdmitted = client === null || admit(topic, Buffer.from(payload));
      done(isAdmitted ? null : new Error("nobody hears of it"));
    },
  });
  const sockets = new Set<Socket>();
  const tcp: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  tcp.listen(port, "127.0.0.1");
  await once(tcp, "listening");
  return {
    aedes,
    async end() {
      for (const socket of sockets) socket.destroy();
      const closed = once(tcp, "close");
      tcp.close();
      await closed;
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
