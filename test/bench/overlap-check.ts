import { countInside } from "../../src/broadcasts/conflict-finder.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import type { Policy } from "../../src/protocol/messages.ts";
import {
  type ConflictWorld,
  findConflicts,
  type PlannedRule,
  reachOf,
} from "../../src/schedules/conflicts.ts";
import { median, type ReportRow } from "./report.ts";

const RUNS = Number(process.env["BENCH_RUNS"] ?? 5);
const DEVICES = 1_500;
const CURVE = [500, 2_000, 10_000];
const FIRST_DAY = 21_000;
const DAYS = 365;
const LENGTH_MS = 20 * MINUTE_MS;
const COUNTY = "370783000000";
const TOWNS = Array.from({ length: 15 }, (_, index) => `370783${101 + index}000`);

const policy: Policy = {
  zone: "Asia/Shanghai",
  quietHours: [
    { from: "22:00", to: "06:00" },
    { from: "12:00", to: "14:00" },
  ],
  maxVolume: 100,
  dailyMinutesCap: 240,
};

/**
 * One new daily rule of the whole county against a year of others, every one of which it meets on some devices: a tenth for
 * the county, a tenth for single villages, the rest for towns, each on every day. The baseline is the bare sweep: the same
 * starts as two sorted lists of numbers, and how many of them overlap.
 */
export async function overlapCheck(report: ReportRow): Promise<void> {
  const world = worldOf();
  const subject = dailyRule(0, COUNTY, 420);
  for (const count of CURVE) {
    const others = Array.from({ length: count }, (_, index) =>
      dailyRule(index + 1, areaOf(index), minuteOf(index)),
    );
    const bare = Float64Array.from(others.flatMap(({ starts }) => [...starts])).sort();
    const own: number[] = [];
    const raw: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      own.push(time(() => findConflicts(subject, others, world).length));
      raw.push(time(() => bareSweep(subject.starts, bare)));
    }
    const value = median(own);
    const baseline = median(raw);
    report({
      name: `conflicts of a new daily rule with a year of ${count} daily rules, ${DEVICES} devices`,
      value,
      unit: "ms",
      baseline,
      ratio: value / baseline,
    });
  }
}

function dailyRule(index: number, area: string, minute: number): PlannedRule {
  const days = Int32Array.from({ length: DAYS }, (_, day) => FIRST_DAY + day);
  return {
    scheduleId: `${index}`,
    name: `rule ${index}`,
    class: "daily",
    priority: 50,
    reach: reachOf([area], ["loudspeaker"], []),
    starts: Float64Array.from(days, (day) => day * DAY_MS + (minute - 480) * MINUTE_MS),
    days,
    minutes: new Int16Array(DAYS).fill(minute),
    lengths: new Map(),
    usualMs: LENGTH_MS,
    slotMs: null,
  };
}

function areaOf(index: number): string {
  const town = TOWNS[index % TOWNS.length] ?? COUNTY;
  if (index % 10 === 0) return COUNTY;
  return index % 10 === 1 ? `${town.slice(0, 9)}${201 + (index % 100)}` : town;
}

/** Between 06:00 and 22:00, scattered. */
const minuteOf = (index: number): number => 360 + ((index * 61) % 940);

function worldOf(): ConflictWorld {
  const devices = Array.from(
    { length: DEVICES },
    (_, index) =>
      `${(TOWNS[index % TOWNS.length] ?? "").slice(0, 9)}${201 + Math.floor(index / TOWNS.length)}`,
  ).toSorted();
  return {
    policyOf: () => policy,
    areasWithPolicy: () => [],
    countDevices: (_kinds, areas) => areas.reduce((sum, area) => sum + countInside(devices, area), 0),
  };
}

function bareSweep(starts: Float64Array, others: Float64Array): number {
  let overlaps = 0;
  let low = 0;
  for (const start of starts) {
    while (low < others.length && (others[low] ?? 0) + LENGTH_MS <= start) low += 1;
    for (let at = low; at < others.length && (others[at] ?? 0) < start + LENGTH_MS; at += 1) overlaps += 1;
  }
  return overlaps;
}

function time(run: () => unknown): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}
