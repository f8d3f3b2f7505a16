import { v7 as uuidv7 } from "uuid";
import { DAY_MS } from "../../src/clock.ts";
import type { Database } from "../../src/db/open.ts";
import type { ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { createScheduleStore } from "../../src/schedules/schedule-store.ts";
import { addEpisode, addSession, type Desk, openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import type { ReportRow } from "./report.ts";

export const START = Date.parse("2026-11-30T20:00:00+08:00");
const PLAN_DAYS = 365;
/** What the two shipped programmes air in a year. */
const EPISODES = 24;
const SESSIONS = 12;
/** Rules beside the two programmes, and devices. */
const SIZES: [rules: number, devices: number][] = [
  [500, 1_500],
  [500, 60_000],
  [2_000, 1_500],
  [10_000, 60_000],
];
const TOWNS = 30;
const VILLAGES_A_TOWN = 50;
/** What planning writes, with what each names in it. */
const PLANNED = [
  "broadcasts",
  "broadcast_areas",
  "broadcast_items",
  "calendar_events",
  "calendar_event_areas",
];

/** A year of the timetable, from nothing and beside a finished one, against writing the same rows and nothing else. */
export async function planner(report: ReportRow): Promise<void> {
  for (const [rules, devices] of SIZES) {
    const desk = await openDesk(createTestClock(START), { PLAN_DAYS: String(PLAN_DAYS) });
    try {
      const villages = settle(desk, devices);
      for (let number = 1; number <= EPISODES; number += 1) addEpisode(desk, number);
      for (let number = 1; number <= SESSIONS; number += 1) addSession(desk, number);
      const shipped = desk.services.schedules.active();
      addRules(desk, rules, villages);
      measure(
        report,
        desk,
        shipped.map(({ id }) => id),
        `${rules} rules beside, ${devices} devices`,
      );
    } finally {
      await desk.close();
    }
  }
}

function measure(report: ReportRow, { db, services }: Desk, shippedIds: string[], size: string): void {
  const { planner: own, schedules } = services;
  const tell = (name: string, value: number, baseline: number) =>
    report({ name: `${name}: ${size}`, value, unit: "ms", baseline, ratio: value / baseline });
  const whole = "SELECT id FROM schedules";
  const planTwo = () => {
    for (const id of shippedIds) own.plan(schedules.get(id));
  };
  const two = `SELECT value FROM json_each('${JSON.stringify(shippedIds)}')`;

  clear(db, whole);
  const all = timed(() => own.planAll());
  const count = db.prepare<[], number>("SELECT COUNT(*) FROM broadcasts").pluck().get() ?? 0;
  tell(`a year of everything from nothing, ${count} broadcasts`, all, rawInsert(db, whole));
  tell(
    "a year of everything once more, nothing changed",
    timed(() => own.planAll()),
    timed(() => db.prepare("SELECT * FROM broadcasts").all()),
  );
  clear(db, two);
  const ofTwo = timed(planTwo);
  tell("a year of the two shipped programmes", ofTwo, rawInsert(db, two));
}

function timed(work: () => unknown): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Which rows of a table belong to the schedules that a query gives. */
function belongsTo(table: string, schedules: string): string {
  if (table === "broadcasts") return `schedule_id IN (${schedules})`;
  if (table === "calendar_events") return `series_id IN (${schedules})`;
  return table.startsWith("calendar")
    ? `event_id IN (SELECT id FROM calendar_events WHERE series_id IN (${schedules}))`
    : `broadcast_id IN (SELECT id FROM broadcasts WHERE schedule_id IN (${schedules}))`;
}

function clear(db: Database, schedules: string): void {
  for (const table of PLANNED.toReversed())
    db.exec(`DELETE FROM ${table} WHERE ${belongsTo(table, schedules)}`);
}

/** The least that the same rows cost: prepared inserts in one transaction. */
function rawInsert(db: Database, schedules: string): number {
  const tables = PLANNED.map((table) => {
    const rows = db
      .prepare<[], unknown[]>(`SELECT * FROM ${table} WHERE ${belongsTo(table, schedules)}`)
      .raw()
      .all();
    const places = (rows[0] ?? [1]).map(() => "?").join();
    return { rows, insert: () => db.prepare(`INSERT INTO ${table} VALUES (${places})`) };
  });
  clear(db, schedules);
  return timed(() =>
    db.transaction(() => {
      for (const { rows, insert } of tables) {
        const statement = insert();
        for (const row of rows) statement.run(...row);
      }
    })(),
  );
}

/** Devices in 1,500 villages. @returns the villages' codes */
export function settle({ db, services }: Desk, devices: number): string[] {
  const towns = Array.from({ length: TOWNS }, (_, town) => `370783${500 + town}000`);
  const villages = towns.flatMap((town) =>
    Array.from({ length: VILLAGES_A_TOWN }, (_, village) => `${town.slice(0, 9)}${201 + village}`),
  );
  const lines = [
    ...towns.map((code) => `${code},town,370783000000,镇 ${code},`),
    ...villages.map((code) => `${code},village,${code.slice(0, 9)}000,村 ${code},`),
  ];
  services.regions.importCsv(`code,level,parent,name,note\n${lines.join("\n")}\n`);
  const insert = db.prepare(
    `INSERT INTO devices (id, region_code, kind, name, state, created_at) VALUES (?, ?, ?, '', 'enrolled', ?)`,
  );
  services.transact(() => {
    for (let index = 0; index < devices; index += 1) {
      const kind = index % 10 === 0 ? "terminal" : "loudspeaker";
      insert.run(uuidv7(), villages[index % villages.length], kind, START);
    }
  });
  return villages;
}

/** Rules of villages of their own, on two days of each month, of many kinds; not planned yet. */
export function addRules({ db, services }: Desk, count: number, villages: string[]): void {
  const programmeId = services.programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const store = createScheduleStore(db);
  services.transact(() => {
    for (let index = 0; index < count; index += 1) {
      const minute = String(index % 60).padStart(2, "0");
      const hour = String(8 + (index % 12)).padStart(2, "0");
      const definition: ScheduleDefinition = {
        name: `村 ${index}`,
        rule: { ...DAYS[index % DAYS.length], times: [`${hour}:${minute}`] },
        zone: "Asia/Shanghai",
        targets: { regions: [villages[index % villages.length] ?? ""], kinds: ["loudspeaker"] },
        content: { policy: "latest-approved" },
        class: "daily",
        priority: 50,
        lateness: "join",
        graceMinutes: 5,
        offline: "play",
      };
      store.insert(uuidv7(), programmeId, definition, [], START - DAY_MS);
    }
  });
}

const DAYS = [
  { daysOfMonth: [1, 15] },
  { daysOfMonth: [10, -1] },
  { weekdaysOfMonth: [1, 3].map((nth) => ({ weekday: 2, nth })) },
  { weekly: { weekdays: [5], everyWeeks: 2, from: "2026-11-01" } },
];
