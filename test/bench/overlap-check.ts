import { countInside } from "../../src/broadcasts/conflict-finder.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import type { Policy } from "../../src/protocol/messages.ts";
import type { ConflictWorld } from "../../src/schedules/conflicts/conflict.ts";
import { findAllConflicts, findConflicts } from "../../src/schedules/conflicts/conflicts.ts";
import type { PlannedRule } from "../../src/schedules/conflicts/planned-rule.ts";
import { reachOf } from "../../src/schedules/conflicts/reach.ts";
import { openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import { addRules, START, settle } from "./planner.ts";
import { median, type ReportRow } from "./report.ts";

const RUNS = Number(process.env["BENCH_RUNS"] ?? 5);
const DEVICES = 1_500;
const CURVE = [500, 2_000, 10_000];
const FIRST_DAY = 21_000;
const DAYS = 365;
const PLAN_DAYS = 45;
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
 *
 * And the list of all conflicts of the days that are planned, among villages' own rules of two dates a month beside the two
 * programmes of the county; its baseline is the bare sweep of all of them at once.
 *
 * And what somebody waits for who checks a rule in the console: with the rules read, before and after they are expanded over the
 * year, as the server does by itself within the first seconds of a day or a start; the baseline is reading their rows.
 */
export async function overlapCheck(report: ReportRow): Promise<void> {
  for (const count of CURVE) await asSomebodyAsks(report, count);
  const world = worldOf();
  const subject = dailyRule(0, COUNTY, 420);
  for (const count of CURVE) {
    const others = Array.from({ length: count }, (_, index) =>
      dailyRule(index + 1, areaOf(index), minuteOf(index)),
    );
    const bare = startsOf(others);
    compare(
      report,
      `conflicts of a new daily rule with a year of ${count} daily rules, ${DEVICES} devices`,
      () => findConflicts(subject, others, world).length,
      () => bareSweep(subject.starts, bare),
    );
  }
  for (const count of CURVE) {
    const rules = [
      rule(0, COUNTY, 420, datesFrom(0, 14)),
      rule(1, COUNTY, 1_140, datesFrom(0, 14)),
      ...Array.from({ length: count }, (_, index) =>
        rule(index + 2, villageOf(index), minuteOf(index), datesFrom(index % 14, 14)),
      ),
    ];
    const from = FIRST_DAY * DAY_MS;
    const range = { from, until: from + PLAN_DAYS * DAY_MS };
    const bare = startsOf(rules).filter((start) => start < range.until);
    compare(
      report,
      `list of all conflicts within ${PLAN_DAYS} days among ${rules.length} rules, ${DEVICES} devices`,
      () => findAllConflicts(rules, world, range).flat().length,
      () => bareSweep(bare, bare),
    );
  }
}

async function asSomebodyAsks(report: ReportRow, count: number): Promise<void> {
  const clock = createTestClock(START);
  const desk = await openDesk(clock);
  try {
    addRules(desk, count, settle(desk, DEVICES));
    const { conflicts, schedules } = desk.services;
    const [programme] = schedules.active();
    if (!programme) throw new Error("no schedule came with the server");
    const { programmeId, definition } = programme;
    const candidate = { id: null, programmeId, definition: { ...definition, name: "another" } };
    const check = () => conflicts.check([candidate]).length;
    const read = () => desk.db.prepare("SELECT * FROM schedules").all().length;
    const tell = (name: string, value: number) => {
      const baseline = time(read);
      report({
        name: `${name} ${count} rules, ${DEVICES} devices`,
        value,
        unit: "ms",
        baseline,
        ratio: value / baseline,
      });
    };
    tell("a new rule of the county checked before anything is prepared among", time(check));
    clock.advance(DAY_MS);
    conflicts.prepare();
    tell("a new rule of the county checked for the first time of a day among", time(check));
    tell(
      "a new rule of the county checked again among",
      median(Array.from({ length: RUNS }, () => time(check))),
    );
  } finally {
    await desk.close();
  }
}

function compare(report: ReportRow, name: string, own: () => number, raw: () => number): void {
  const times = Array.from({ length: RUNS }, () => [time(own), time(raw)] as const);
  const value = median(times.map(([ms]) => ms));
  const baseline = median(times.map(([, ms]) => ms));
  report({ name, value, unit: "ms", baseline, ratio: value / baseline });
}

const startsOf = (rules: readonly PlannedRule[]): Float64Array =>
  Float64Array.from(rules.flatMap(({ starts }) => [...starts])).sort();

const datesFrom = (first: number, step: number): Int32Array =>
  Int32Array.from({ length: Math.floor(DAYS / step) }, (_, index) => FIRST_DAY + first + index * step);
const EVERY_DAY = datesFrom(0, 1);

const dailyRule = (index: number, area: string, minute: number): PlannedRule =>
  rule(index, area, minute, EVERY_DAY);

function rule(index: number, area: string, minute: number, days: Int32Array): PlannedRule {
  return {
    scheduleId: `${index}`,
    name: `rule ${index}`,
    class: "daily",
    priority: 50,
    reach: reachOf([area], ["loudspeaker"], []),
    starts: Float64Array.from(days, (day) => day * DAY_MS + (minute - 480) * MINUTE_MS),
    days,
    minutes: new Int16Array(days.length).fill(minute),
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

const villageOf = (index: number): string =>
  `${(TOWNS[index % TOWNS.length] ?? "").slice(0, 9)}${201 + (Math.floor(index / TOWNS.length) % 100)}`;

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
