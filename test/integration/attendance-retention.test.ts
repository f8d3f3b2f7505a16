import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVERYTHING } from "../../src/audit/audit-log.ts";
import { isInFiles as isIn } from "../support/database-files.ts";
import { addSession, type Desk, openDesk } from "../support/desk.ts";
import { createTestClock, TOWN } from "../support/fleet.ts";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-12-15T14:00:00+08:00");
const HALL = "370783112000";
const clock = createTestClock(START - 3_600_000);
let desk: Desk;
let lecture: string;
let token: string;

beforeAll(async () => {
  desk = await openDesk(clock, { ATTENDANCE_KEEP_DAYS: "100" });
  const { programmes, schedules, planner, conductor, broadcasts, checkInLinks } = desk.services;
  for (const { id } of schedules.active()) schedules.end(id);
  const programmeId = programmes.all().find(({ kind }) => kind === "lecture")?.id ?? "";
  const contentId = addSession(desk, 26);
  schedules.create({
    programmeId,
    name: "主题党日",
    rule: { dates: ["2026-12-15"], times: ["14:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: [TOWN], kinds: ["terminal"] },
    content: { policy: "item", contentId },
    class: "daily",
    priority: 50,
    lateness: "join",
    graceMinutes: 5,
    offline: "play",
  });
  planner.planAll();
  clock.advance(3_600_000);
  conductor.tick();
  const [found] = broadcasts.between(START, START + 1, 10);
  lecture = found?.broadcast.id ?? "";
  const address = checkInLinks.addressOf("http://ring", { broadcastId: lecture, regionCode: HALL });
  token = address.split("#")[1] ?? "";
});
afterAll(() => desk.close());

const everywhere = (limit = 100) =>
  desk.services.attendance.names(lecture, null, { regionCode: "", id: 0 }, limit);
const counts = () => desk.services.attendance.summary(lecture, null).towns;
const isInFiles = (text: string): boolean => isIn(desk.db.name, text);

test("who was erased is in no byte of the database files", () => {
  const { checkIns, attendedPeople } = desk.services;
  for (const name of ["甲甲甲", "乙乙乙", "丙丙丙"]) checkIns.checkIn(token, name, "机关党支部");
  expect(isInFiles("乙乙乙")).toBe(true);
  expect(attendedPeople.erase("乙乙乙", "机关党支部", desk.userId)).toBe(1);
  expect(isInFiles("乙乙乙")).toBe(false);
  expect(everywhere().map(({ name }) => name)).toEqual(["甲甲甲", "丙丙丙"]);
  expect(counts()).toMatchObject([{ regionCode: HALL, checkedIn: 3, attended: 3 }]);
});

test("who was erased while somebody read, as a backup does, is gone from them within the hour", () => {
  const { attendance, attendedPeople, checkIns } = desk.services;
  checkIns.checkIn(token, "丁丁丁", "机关党支部");
  const reader = new Sqlite(desk.db.name, { readonly: true });
  reader.exec("BEGIN; SELECT COUNT(*) FROM check_ins");
  expect(attendedPeople.erase("丁丁丁", "机关党支部", desk.userId)).toBe(1);
  expect(isInFiles("丁丁丁")).toBe(true);
  reader.close();
  attendance.everyHour();
  expect(isInFiles("丁丁丁")).toBe(false);
});

test("names and wishes go once they were kept for long enough, and what was counted stays", () => {
  const { checkIns, attendance, audit } = desk.services;
  clock.advance(3_600_000);
  for (const key of ["1", "2", "3", "4", "5"])
    checkIns.giveFeedback(token, { key, rating: 4, wish: "讲讲大棚" });
  clock.advance(START + 100 * DAY_MS - clock.now());
  attendance.everyHour();
  expect(everywhere()).toHaveLength(2);
  const before = counts();

  clock.advance(1);
  attendance.everyHour();
  expect(everywhere()).toEqual([]);
  expect(attendance.wishes(lecture, null, "", 100)).toEqual([]);
  expect(counts()).toEqual(before);
  expect(before).toMatchObject([{ checkedIn: 4, ratings: { count: 5, mean: 4 } }]);
  expect(["甲甲甲", "丙丙丙", "讲讲大棚"].filter(isInFiles)).toEqual([]);

  attendance.everyHour();
  const noted = audit.after({ ...EVERYTHING, act: "old attendance forgotten" }, 0, 10);
  expect(noted.map(({ reason }) => reason)).toEqual(["2 names, 5 wishes; the counts stay"]);
});
