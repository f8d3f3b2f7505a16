import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Member } from "./fleet.ts";

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

/** A packet of MQTT 3.1.1 with a body of up to 16 kB. */
function packet(type: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

/** CONNECT, §3.1: a clean session under the member's account. */
export function connectPacket({ identity, password }: Member, keepaliveS: number): Buffer {
  const flags = 0b1100_0010;
  const head = Buffer.concat([text("MQTT"), Buffer.from([4, flags, keepaliveS >> 8, keepaliveS & 0xff])]);
  return packet(0x10, head, text(identity.id), text(identity.id), text(password));
}

/** SUBSCRIBE at QoS 1, §3.8. */
export const subscribePacket = (topic: string): Buffer =>
  packet(0x82, Buffer.from([0, 1]), text(topic), Buffer.from([1]));

export interface RawClient {
  socket: Socket;
  /** All bytes so far. */
  received: () => number;
}

/** A client that says what the test says, and nothing by itself: no pings, no acknowledgements. */
export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  let received = 0;
  socket.on("data", (chunk: Buffer) => void (received += chunk.length));
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, received: () => received };
}
