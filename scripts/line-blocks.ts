import { generate, type Packet } from "mqtt-packet";

/** Blocks of a page that show what goes over a line. */

export const fence = (text: string, language = "text"): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;
export const decode = (part: string): string => Buffer.from(part, "base64url").toString("utf8");

/** A message of HTTP/1.1 with the length of its body. */
export function http(head: string, body?: string): string {
  const length = body === undefined ? "" : `\nContent-Length: ${Buffer.byteLength(body)}`;
  return fence(`${head}${length}\n\n${body ?? ""}`.trimEnd(), "http");
}

/** A packet as it travels, 32 bytes a line. */
export function bytes(packet: Packet): string {
  const all = generate(packet);
  const lines = all.toString("hex").match(/.{1,64}/g) ?? [];
  return fence(lines.join("\n"), "hex");
}

/** A PUBLISH with QoS 1, both as a line and in bytes. */
export function publish(messageId: number, topic: string, text: string, retain = false): string {
  const packet = bytes({
    cmd: "publish",
    topic,
    payload: Buffer.from(text),
    qos: 1,
    retain,
    dup: false,
    messageId,
  });
  return `${fence(`${topic}${retain ? "  (retained)" : ""}\n${text === "" ? "(empty)" : text}`)}\n${packet}`;
}
