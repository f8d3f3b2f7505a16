import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parser as mqttParser, type Packet } from "mqtt-packet";
import { Compile } from "typebox/compile";
import { describe, expect, test } from "vitest";
import { exampleDocument } from "../../scripts/protocol-examples.ts";
import { withReasons } from "../../scripts/protocol-reasons.ts";
import type { VectorFile } from "../../scripts/protocol-vectors.ts";
import { generatedDocuments } from "../../src/protocol/documents.ts";
import { fetchSlotMs } from "../../src/protocol/fetch-slot.ts";
import { EnrolRequest, EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { KeyChain } from "../../src/protocol/key-set.ts";
import {
  Ack,
  PlaylistPointer,
  Presence,
  REASONS,
  REPORT_TYPES,
  Report,
} from "../../src/protocol/messages.ts";
import { createVerifier, followKeyChain } from "../../src/protocol/signing.ts";
import { DATA_SCHEMAS, readShippedPolicy, readShippedTimetables } from "../../src/schedules/shipped.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const plain = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

describe("generated documents (npm run protocol:docs)", () => {
  const documents = Object.entries(generatedDocuments());

  test.each(documents)("devices/%s is as its source says", (name, document) => {
    expect(JSON.parse(read(`devices/${name}`))).toEqual(plain(document));
  });

  test("no schema stands there without a source", () => {
    const sources = documents.flatMap(([name]) =>
      name.startsWith("schemas/") ? [name.slice("schemas/".length)] : [],
    );
    expect(readdirSync(new URL("devices/schemas", root)).toSorted()).toEqual(sources.toSorted());
  });

  test.each(Object.entries(DATA_SCHEMAS))("schedules/%s is as its source says", (name, schema) => {
    expect(JSON.parse(read(`schedules/${name}`))).toEqual(plain(schema));
  });

  test("the shipped data fits its schemas", () => {
    const folder = new URL("schedules", root).pathname;
    expect(readShippedTimetables(folder).map(({ programme }) => programme.title)).toEqual([
      "初心讲堂",
      "党建之声",
    ]);
    expect(readShippedPolicy(folder).quietHours).toEqual([{ from: "22:00", to: "06:00" }]);
  });
});

describe("PROTOCOL.md", () => {
  const text = read("devices/PROTOCOL.md");

  test.each([...REPORT_TYPES, ...Object.keys(REASONS)])("names %s", (word) => {
    expect(text).toContain(`\`${word}\``);
  });

  test("has the refusal reasons of the code, each with the same words, and no others", () => {
    expect(withReasons(text)).toBe(text);
    expect(withReasons(text.replace("| `late` ", "| `later` "))).toBe(text);
  });

  test("links to what is there", () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !existsSync(new URL(target, new URL("devices/", root))))).toEqual([]);
  });
});

describe("EXAMPLES.md", () => {
  const text = read("devices/EXAMPLES.md");
  const blocks = (language: string): string[] =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^\`]*)\\n\`\`\``, "gm"))].map(
      ([, block = ""]) => block,
    );
  const { keys } = JSON.parse(read("devices/vectors/eddsa.json")) as VectorFile;
  const parse = (hex: string): Packet => {
    const packets: Packet[] = [];
    const parser = mqttParser({ protocolVersion: 4 });
    parser.on("packet", (packet) => void packets.push(packet));
    const left = parser.parse(Buffer.from(hex.replaceAll("\n", ""), "hex"));
    expect(left).toBe(0);
    const [packet] = packets;
    if (!packet || packets.length > 1) throw new Error("not one packet");
    return packet;
  };
  const packets = blocks("hex").map(parse);
  const publishes = packets.filter((packet) => packet.cmd === "publish");
  const onTopic = (leaf: string) => publishes.filter(({ topic }) => topic.endsWith(`/${leaf}`));
  const json = (payload: string | Buffer): unknown => JSON.parse(payload.toString());

  test("is as its source says", async () => {
    expect(await exampleDocument()).toBe(text);
  });

  test("has MQTT packets that a parser reads: CONNECT, SUBSCRIBE and every kind of publish", () => {
    expect(packets.map(({ cmd }) => cmd)).toEqual([
      "connect",
      "subscribe",
      ...publishes.map(() => "publish"),
    ]);
    expect(packets[0]).toMatchObject({ protocolVersion: 4, clean: true, will: { qos: 1, retain: true } });
    const [presence, pointer, command, report, ack, alert] = [
      "presence",
      "playlist",
      "command",
      "report",
      "ack",
      "alert",
    ].map((leaf) => onTopic(leaf)[0]);
    expect(Compile(Presence).Check(json(presence?.payload ?? ""))).toBe(true);
    expect(Compile(PlaylistPointer).Check(json(pointer?.payload ?? ""))).toBe(true);
    expect(Compile(Report).Check(json(report?.payload ?? ""))).toBe(true);
    expect(Compile(Ack).Check(json(ack?.payload ?? ""))).toBe(true);
    expect(alert).toMatchObject({ retain: true, payload: Buffer.alloc(0) });
    expect([command?.retain, report?.retain, presence?.retain, pointer?.retain]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(publishes.every(({ qos }) => qos === 1)).toBe(true);
  });

  test("has signed messages that the example's keys verify", async () => {
    const verify = createVerifier(keys);
    const command = await verify("command", onTopic("command")[0]?.payload.toString() ?? "");
    expect(command).toMatchObject({ type: "stop", audience: { areas: ["370783112000"] } });
    const [jose, live] = blocks("http").filter((block) =>
      block.includes("200 OK\nContent-Type: application/jose"),
    );
    const index = await verify("live", live?.split("\n").at(-1) ?? "");
    expect(index.parts.map(({ n }) => n)).toEqual([2, 3]);
    const playlist = await verify("playlist", jose?.split("\n").at(-1) ?? "");
    expect(playlist.fetch.slotOffsetMs).toBe(fetchSlotMs(playlist.deviceId, playlist.revision, 600_000));
    expect(text).toContain(`waits **${playlist.fetch.slotOffsetMs} ms**`);
    const chain = blocks("http").at(-1)?.split("\n").at(-1) ?? "";
    const newest = await followKeyChain(keys, (JSON.parse(chain) as KeyChain).items);
    expect(newest.serial).toBe(2);
  });

  test("has HTTP bodies that fit their schemas and are as long as they say", () => {
    const messages = blocks("http");
    for (const message of messages) {
      const [head = "", body = ""] = message.split(/\n\n(.*)/s);
      const length = /^Content-Length: (\d+)$/m.exec(head)?.[1];
      expect([head, Number(length ?? 0)]).toEqual([head, Buffer.byteLength(body)]);
    }
    const body = (start: string) =>
      json(
        messages
          .find((message) => message.startsWith(start))
          ?.split("\n")
          .at(-1) ?? "",
      );
    expect(Compile(EnrolRequest).Check(body("POST /device/v1/enroll"))).toBe(true);
    expect(Compile(EnrolResponse).Check(body("HTTP/1.1 201"))).toBe(true);
  });
});
