import type { Duplex } from "node:stream";

/** What the counter expects next: the type byte of a packet, its length, or so many bytes of its body. */
type Expecting =
  | { part: "type" }
  | { part: "length"; value: number; shift: number }
  | { part: "body"; left: number };

/**
 * Reads MQTT's framing (3.1.1 §2.2.3: a type byte, then the length in 7-bit groups, lowest first) from the pieces in
 * which it arrives. The returned function gives the length of the first packet longer than `maxBytes`, else `null`.
 */
export function createPacketMeter(maxBytes: number): (chunk: Uint8Array) => number | null {
  let expecting: Expecting = { part: "type" };
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (expecting.part === "body") {
        const taken = Math.min(expecting.left, chunk.length - at);
        at += taken;
        const left: number = expecting.left - taken;
        expecting = left === 0 ? { part: "type" } : { part: "body", left };
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (expecting.part === "type") {
        expecting = { part: "length", value: 0, shift: 0 };
        continue;
      }
      const value: number = expecting.value + (byte & 0x7f) * 2 ** expecting.shift;
      if (value > maxBytes) return value;
      if (byte & 0x80) expecting = { part: "length", value, shift: expecting.shift + 7 };
      else expecting = value === 0 ? { part: "type" } : { part: "body", left: value };
    }
    return null;
  };
}

/**
 * Destroys the connection at the beginning of a packet that is too long. aedes has no such limit: its parser would collect
 * up to 256 MB from anyone, before asking who it is.
 *
 * All ways of reading a stream end in `read`, so that one call sees every byte exactly once and copies none.
 */
export function limitPacketSize(
  connection: Duplex,
  maxBytes: number,
  onTooLarge: (bytes: number) => void,
): void {
  const meter = createPacketMeter(maxBytes);
  const read = connection.read.bind(connection);
  connection.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    const tooLarge = chunk && meter(chunk);
    if (!tooLarge) return chunk;
    onTooLarge(tooLarge);
    connection.destroy();
    return null;
  };
}
