import fc from "fast-check";
import { expect, test } from "vitest";
import { createUploadSpace } from "../../src/media/upload-space.ts";

const MB = 1024 * 1024;

/** A disk that fills as bytes arrive, and a library that never does. */
function limitedTo(limit: number) {
  return createUploadSpace((bytes, { arrivedBytes, comingBytes }) => {
    if (arrivedBytes + comingBytes + bytes > limit) throw new Error("full");
  });
}

function tryTo<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

test("what was promised counts until the upload ends, however much of it has arrived", () => {
  const space = limitedTo(100);
  let arrived = 0;
  const first = space.reserve(60, () => arrived);
  expect(() => space.reserve(41, () => 0)).toThrow("full");
  arrived = 60;
  expect(() => space.reserve(41, () => 0)).toThrow("full");
  space.reserve(40, () => 0).end();
  first.end();
  space.reserve(100, () => 0);
});

test("promises are never more than there is", () => {
  const limit = 1_000;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(600), fc.boolean())), (steps) => {
      const space = limitedTo(limit);
      const held: { bytes: number; end: () => void }[] = [];
      const promised = () => held.reduce((sum, one) => sum + one.bytes, 0);
      for (const [bytes, isEnd] of steps) {
        if (isEnd) held.shift()?.end();
        const fits = promised() + bytes <= limit;
        const promise = tryTo(() => space.reserve(bytes, () => 0));
        expect(promise !== null).toBe(fits);
        if (promise) held.push({ bytes, ...promise });
      }
    }),
  );
});

test("an upload of unknown length asks again as it grows", () => {
  const space = limitedTo(40 * MB);
  let arrived = 0;
  const growing = space.reserve(0, () => arrived);
  const grow = (bytes: number) => growing.cover((arrived = bytes));
  grow(1);
  expect(() => space.reserve(30 * MB, () => 0)).toThrow("full");
  grow(16 * MB);
  grow(20 * MB);
  expect(() => grow(37 * MB)).toThrow("full");
});
