import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPacketMeter } from "../../src/delivery/packet-size.ts";
import { topicMatches } from "../../src/delivery/topic-filter.ts";
import {
  mayPublish,
  maySubscribe,
  parseTopic,
  subscriptionsOf,
  UPLINK_FILTERS,
  UPLINKS,
  uplinkTopic,
} from "../../src/protocol/topics.ts";

const identity = { deviceId: "d1", areas: ["370783112201", "370783112000", "370783000000"], groups: ["g1"] };

describe("what a device may hear", () => {
  test("is its own branch, its areas and its groups", () => {
    const topics = subscriptionsOf(identity);
    expect(topics).toHaveLength(3 + 3 * 3 + 2);
    for (const topic of topics) expect(maySubscribe(identity, topic)).toBe(true);
  });

  test.each([
    "ccx/v1/device/d2/command",
    "ccx/v1/device/d1/report",
    "ccx/v1/area/370783109000/command",
    "ccx/v1/device/+/command",
    "ccx/v1/device/d1/#",
    "ccx/v1/device/d1",
    "ccx/v1/#",
    "#",
    "$SYS/#",
    "$share/x/ccx/v1/device/d1/command",
    "",
  ])("is not %j", (filter) => {
    expect(maySubscribe(identity, filter)).toBe(false);
  });
});

describe("what a device may say", () => {
  test("is its uplinks, and only presence stays", () => {
    for (const uplink of UPLINKS) {
      expect(mayPublish("d1", uplinkTopic("d1", uplink), false)).toBe(true);
      expect(mayPublish("d1", uplinkTopic("d1", uplink), true)).toBe(uplink === "presence");
      expect(mayPublish("d1", uplinkTopic("d2", uplink), false)).toBe(false);
    }
  });

  test("is nothing else", () => {
    const level = fc.constantFrom("ccx", "v1", "device", "area", "d1", "command", "ack", "report", "", "x");
    const topic = fc.array(level, { minLength: 1, maxLength: 7 }).map((levels) => levels.join("/"));
    fc.assert(
      fc.property(topic, fc.boolean(), (topic, retain) => {
        expect(mayPublish("d1", topic, retain)).toBe(topic === "ccx/v1/device/d1/report" && !retain);
      }),
    );
  });

  test("arrives at the server under its filters", () => {
    for (const uplink of UPLINKS) {
      const topic = uplinkTopic("d1", uplink);
      expect(UPLINK_FILTERS.filter((filter) => topicMatches(filter, topic))).toHaveLength(1);
      expect(parseTopic(topic)).toEqual({ scope: { kind: "device", id: "d1" }, leaf: uplink });
    }
  });
});

// The examples of MQTT 3.1.1 §4.7.1.
test.each<[string, string, boolean]>([
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/#", "sport", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/+", "/finance", true],
  ["+", "/finance", false],
])("%s matches %s: %s", (filter, topic, expected) => {
  expect(topicMatches(filter, topic)).toBe(expected);
});

test("the packet meter finds the first packet that is too long, however the bytes are cut", () => {
  const encodeLength = (length: number): number[] => {
    const byte = length % 128;
    const rest = Math.floor(length / 128);
    return rest > 0 ? [byte | 0x80, ...encodeLength(rest)] : [byte];
  };
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 400 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
      fc.nat({ max: 500 }),
      (lengths, cuts, limit) => {
        const bytes = Uint8Array.from(
          lengths.flatMap((length) => [0x30, ...encodeLength(length), ...Array(length).fill(0xff)]),
        );
        const meter = createPacketMeter(limit);
        let found: number | null = null;
        for (let at = 0, turn = 0; at < bytes.length && found === null; turn += 1) {
          const cut = cuts[turn % cuts.length] ?? 1;
          found = meter(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(found === null).toBe(lengths.every((length) => length <= limit));
      },
    ),
  );
});
