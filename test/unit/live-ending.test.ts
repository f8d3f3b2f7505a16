import { expect, test } from "vitest";
import { liveEnding } from "../../devices/core/live-ending.ts";
import type { LiveFeed } from "../../devices/core/output.ts";

const MINUTE = 60_000;
const feedOf = (endMs: number, ended: boolean) => ({ endMs, ended }) as LiveFeed;
const stalled = { complete: false, reason: "stalled" };
const late = { complete: false, reason: "late" };

test.each([
  ["while parts come", 20_000, feedOf(25_000, false), null, null],
  ["ten seconds after the last of them", 35_000, feedOf(25_000, false), stalled, stalled],
  ["just before that", 34_999, feedOf(25_000, false), null, null],
  ["before the end of what was said last", 24_999, feedOf(25_000, true), null, null],
  ["at its end", 25_000, feedOf(25_000, true), { complete: true }, late],
  ["at its longest", MINUTE, feedOf(59_000, false), { complete: true }, late],
])("%s", (_, positionMs, feed, heard, unheard) => {
  expect(liveEnding({ longestMs: MINUTE, feed }, positionMs, true)).toEqual(heard);
  expect(liveEnding({ longestMs: MINUTE, feed }, positionMs, false)).toEqual(unheard);
});
