import { connect, createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { parseTopic } from "../../src/protocol/topics.ts";
import { listening } from "./listening.ts";

/** Who sends it, its kind, and the last level of the topic that it is about: `up publish report`, `down puback report`. */
export type Step = string;

/**
 * A way to a broker on which a test sees every packet before it goes on.
 * @param mayPass `false` ends the connection instead, as the broker's end would in that moment
 */
export async function startMqttTap(port: number, mayPass: (step: Step) => boolean) {
  const sockets = new Set<Socket>();

  function lead(from: Socket, to: Socket, nameOf: (packet: Packet) => Step): void {
    const packets = parser({ protocolVersion: 4 });
    packets.on("packet", (packet) => {
      if (from.destroyed) return;
      if (mayPass(nameOf(packet))) to.write(generate(packet));
      else for (const socket of [from, to]) socket.destroy();
    });
    from.on("data", (chunk) => packets.parse(chunk));
    from.on("close", () => to.destroy());
    from.on("error", () => from.destroy());
    sockets.add(from);
    from.on("close", () => sockets.delete(from));
  }
  const server = createServer((device) => {
    const broker = connect(port, "127.0.0.1");
    const asked = { up: new Map<number, string>(), down: new Map<number, string>() };
    lead(device, broker, (packet) => nameOf("up", packet, asked.up, asked.down));
    lead(broker, device, (packet) => nameOf("down", packet, asked.down, asked.up));
  });
  const url = `mqtt://127.0.0.1:${await listening(server)}`;
  return {
    url,
    /** Ends the connections that there are. */
    cut(): void {
      for (const socket of sockets) socket.destroy();
    },
    async close(): Promise<void> {
      this.cut();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/** @param own what this side has published, by message id @param other what the other side has */
function nameOf(
  way: "up" | "down",
  packet: Packet,
  own: Map<number, string>,
  other: Map<number, string>,
): Step {
  if (packet.cmd === "publish") {
    const leaf = parseTopic(packet.topic)?.leaf ?? packet.topic;
    own.set(packet.messageId ?? 0, leaf);
    return `${way} publish ${leaf}`;
  }
  if (packet.cmd === "puback") return `${way} puback ${other.get(packet.messageId ?? 0)}`;
  return `${way} ${packet.cmd}`;
}
