import { expect, test } from "vitest";
import { eachOf } from "../../src/broadcasts/ticker.ts";
import { createMemoryLog } from "../support/memory-log.ts";

test("a part of a beat that fails keeps no other from its instant, at this beat and the next, and is named", () => {
  const { log, entries } = createMemoryLog();
  const done: string[] = [];
  const beat = eachOf(
    {
      first: () => void done.push("first"),
      broken: () => {
        throw new Error("the disk is full");
      },
      last: () => void done.push("last"),
    },
    log,
  );
  beat();
  beat();
  expect(done).toEqual(["first", "last", "first", "last"]);
  expect(entries.map(({ level, part, err }) => ({ level, part, err }))).toEqual(
    [1, 2].map(() => ({
      level: 50,
      part: "broken",
      err: expect.objectContaining({ message: "the disk is full" }),
    })),
  );
});
