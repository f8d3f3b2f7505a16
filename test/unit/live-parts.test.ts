import { describe, expect, test } from "vitest";
import { createLiveBoard, firstToTell, liveIndexOf } from "../../src/interrupts/live/live-index.ts";
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
  const broadcast = { id: "b", areas: ["370783000000"], kinds: ["loudspeaker" as const] };
  const partsOf = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      voiceId: "b",
      n: at + 1,
      sha256: `${at + 1}`,
      bytes: 1,
      atMs: at * 1_000,
      durationMs: 1_000,
    }));
  const addressOf = (sha256: string) => `/media/${sha256}`;
  function told(count: number, { after = 0, positionMs = 0, ended = false }) {
    const parts = partsOf(count);
    const index = liveIndexOf({ broadcast, parts, ended }, firstToTell(parts, after, positionMs), addressOf);
    return { n: index.parts.map(({ n }) => n), ended: index.ended };
  }

  test.each([
    [-10_000, [1, 2, 3]],
    [999, [1, 2, 3]],
    [1_000, [2, 3]],
    [50_000, [3]],
  ])("at %d ms are the parts that are not over, and at least the last one", (positionMs, n) => {
    expect(told(3, { positionMs })).toEqual({ n, ended: false });
  });

  test("are the parts that they do not know yet", () => {
    expect(told(3, { after: 1 }).n).toEqual([2, 3]);
    expect(told(3, { after: 3 }).n).toEqual([3]);
  });

  test("of very many are those that are due first, and the end only with the last one", () => {
    const first = told(150, { positionMs: 10_000, ended: true });
    expect([first.n[0], first.n.at(-1), first.ended]).toEqual([11, 110, false]);
    const rest = told(150, { positionMs: 10_000, after: 110, ended: true });
    expect([rest.n[0], rest.n.at(-1), rest.ended]).toEqual([111, 150, true]);
  });

  test("is nothing before the first one", () => {
    expect(liveIndexOf({ broadcast, parts: [], ended: true }, firstToTell([], 0, 0), addressOf)).toEqual({
      broadcastId: "b",
      audience: { areas: ["370783000000"], kinds: ["loudspeaker"] },
      parts: [],
      ended: true,
    });
  });

  test("is signed anew after it could not be signed, and nobody else suffers for it", async () => {
    const parts = partsOf(1);
    let isBroken = true;
    const sign = async () => {
      if (isBroken) throw new Error("the key is not there");
      return "jws";
    };
    const board = createLiveBoard({
      signer: { sign },
      told: () => ({ broadcast, parts, ended: false }),
      positionMs: () => 0,
      mediaUrl: addressOf,
    });
    const waiting = board.read(1);
    await expect(board.read(0)).rejects.toThrow("the key is not there");
    isBroken = false;
    expect(await board.read(0)).toBe("jws");
    parts.push(...partsOf(2).slice(1));
    board.changed();
    expect(await waiting).toBe("jws");
  });
});
