import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Compile } from "typebox/compile";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { type PortableSchedule, ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { type Desk, openDesk } from "../support/desk.ts";
import { createTestClock, REGIONS_CSV, type TestClock } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
const OLD = 300;
const NEW = 250;
/** What a definition has room for. */
const MOST = 400;

let clock: TestClock;
let desk: Desk;
beforeEach(async () => {
  clock = createTestClock(START);
  desk = await openDesk(clock);
  const { regions, schedules } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  for (const { id } of schedules.active()) schedules.end(id);
});
afterEach(() => desk.close());

/** Skips so many days, from a day after the start on. */
const skips = (fromDay: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    date: new Date(START + (fromDay + index) * DAY_MS).toISOString().slice(0, 10),
    skip: true as const,
    reason: "检修",
  }));

const daily = (exceptions: ReturnType<typeof skips>): PortableSchedule => ({
  programme: "dangjian-zhisheng",
  ...scheduleDefinition({
    rule: {
      weekly: { weekdays: [1, 2, 3, 4, 5, 6, 7], everyWeeks: 1, from: "2026-11-30" },
      times: ["08:00"],
    },
  }),
  content: { policy: "next-approved" },
  exceptions,
});

test("what is over is kept as far as a definition has room, the newest of it, and an export stays as its schema says", () => {
  const { exchange, schedules } = desk.services;
  const importOf = (entry: PortableSchedule) =>
    exchange.importFile({ version: 1, schedules: [entry] }, false, {
      acceptance: { reason: "test", userId: desk.userId },
    });
  const old = skips(1, OLD);
  importOf(daily(old));
  clock.advance((OLD + 5) * DAY_MS);
  const next = skips(OLD + 10, NEW);
  expect(importOf(daily(next))).toMatchObject([{ action: "updated" }]);

  const [schedule] = schedules.active();
  const kept = (schedule?.definition.exceptions ?? []).map(({ date }) => date);
  expect(kept.toSorted()).toEqual([...old.slice(NEW - MOST), ...next].map(({ date }) => date));
  expect(Compile(ScheduleDefinition).Check(schedule?.definition)).toBe(true);

  const schema = new URL("../../schedules/schedule-file.schema.json", import.meta.url);
  const check = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(schema, "utf8")));
  const file = exchange.exportFile();
  expect([check(file), check.errors]).toEqual([true, null]);
  expect(file.schedules[0]?.exceptions).toEqual(next);
});

test("what has only dates left whose holidays are not known stays out of an export, which no import would take", () => {
  const { exchange, programmes, schedules } = desk.services;
  const programmeId = programmes.all().find(({ slug }) => slug === "dangjian-zhisheng")?.id ?? "";
  const rule = { daysOfMonth: [1, 15], onlyOn: ["workday"], times: ["08:00"] };
  schedules.create({ programmeId, ...scheduleDefinition({ rule }) });
  expect(exchange.exportFile().schedules).toHaveLength(1);
  clock.advance(21 * DAY_MS);
  expect(exchange.exportFile().schedules).toEqual([]);
});
