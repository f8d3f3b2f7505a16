import { describe, expect, test } from "vitest";
import { liveIndexOf } from "../../src/interrupts/live/live-index.ts";
import { createPartCutter, type Mp3Part } from "../../src/media/live/mp3-parts.ts";

/** A frame of layer III: sync, version, rate and bit rate as asked, then its length of nothing. */
function frame(version: 3 | 2, kbitsIndex: number, rateIndex: number, bytes: number): Buffer {
  const header = Buffer.alloc(bytes);
  const word =
    (0x7ff << 21) | (version << 19) | (1 << 17) | (1 << 16) | (kbitsIndex << 12) | (rateIndex << 10);
  header.writeUInt32BE(word >>> 0);
  return header;
}
/** 64 kbit/s at 44.1 kHz: 208 bytes and 1,152 samples. */
const FULL = frame(3, 5, 0, 208);
/** 32 kbit/s at 22.05 kHz: 104 bytes and 576 samples. */
const LOW = frame(2, 4, 0, 104);

function cut(bytes: Buffer, chunkBytes: number): Mp3Part[] {
  const parts: Mp3Part[] = [];
  const cutter = createPartCutter((part) => parts.push(part));
  for (let at = 0; at < bytes.length; at += chunkBytes) cutter.write(bytes.subarray(at, at + chunkBytes));
  cutter.end();
  return parts;
}

describe("what an encoder gives is cut between frames", () => {
  test.each([1, 207, 208, 209, 5_000, 100_000])("in chunks of %d bytes", (chunkBytes) => {
    const stream = Buffer.concat(Array.from({ length: 120 }, () => FULL));
    const parts = cut(stream, chunkBytes);
    expect(parts.map(({ durationMs }) => durationMs)).toEqual([1_280, 1_280, (22 * 1_152_000) / 44_100]);
    expect(parts.map(({ bytes }) => bytes.length)).toEqual([49 * 208, 49 * 208, 22 * 208]);
    expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(stream);
  });

  test("at a lower rate as well", () => {
    const [first] = cut(Buffer.concat(Array.from({ length: 50 }, () => LOW)), 4_096);
    expect(first?.durationMs).toBe(1_280);
  });

  test("and what is torn at the end is left out", () => {
    const parts = cut(Buffer.concat([FULL, FULL.subarray(0, 100)]), 64);
    expect(parts.map(({ bytes }) => bytes.length)).toEqual([208]);
  });

  test("and what is no MP3 is no part", () => {
    expect(() => cut(Buffer.from("this is something else"), 64)).toThrow("no MP3");
  });
});

describe("what devices are told of a voice", () => {
  const broadcast = { id: "b", areas: ["370783000000"], kinds: ["loudspeaker" as const], startAt: 10_000 };
  const parts = [1, 2, 3].map((n) => ({
    voiceId: "b",
    n,
    sha256: `${n}`,
    bytes: 1,
    atMs: (n - 1) * 1_000,
    durationMs: 1_000,
  }));
  const toldAt = (now: number) =>
    liveIndexOf({ broadcast, parts, ended: false }, now, (sha256) => `/media/${sha256}`).parts.map(
      ({ n }) => n,
    );

  test("are the parts that are not over, and at least the last one", () => {
    expect(toldAt(0)).toEqual([1, 2, 3]);
    expect(toldAt(10_999)).toEqual([1, 2, 3]);
    expect(toldAt(11_000)).toEqual([2, 3]);
    expect(toldAt(60_000)).toEqual([3]);
  });

  test("is nothing before the first one", () => {
    const index = liveIndexOf({ broadcast, parts: [], ended: true }, 0, () => "");
    expect(index).toEqual({
      broadcastId: "b",
      audience: { areas: ["370783000000"], kinds: ["loudspeaker"] },
      parts: [],
      ended: true,
    });
  });
});
