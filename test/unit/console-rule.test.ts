import { describe, expect, test } from "vitest";
import { en as shellEn } from "../../src/console/locales/en.ts";
import { ruleEn } from "../../src/console/locales/rule-en.ts";
import { ruleZh } from "../../src/console/locales/rule-zh.ts";
import { zh as shellZh } from "../../src/console/locales/zh.ts";
import { addMonths, weekdayOf, weeksOf } from "../../src/console/pages/calendar/dates.ts";
import { isWhole, toSend, withProgramme } from "../../src/console/pages/calendar/draft.ts";
import { withChange } from "../../src/console/pages/calendar/exceptions.ts";
import { ruleSentence } from "../../src/console/pages/calendar/rule-words.ts";
import { levelOf, reachOf } from "../../src/console/parts/regions.ts";
import { type Say, targetWords } from "../../src/console/parts/target-words.ts";
import { isWithin, levelOf as levelOfCode } from "../../src/protocol/region-code.ts";
import type { ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { COUNTY, FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

/** As i18next fills in, with what other pages say too. */
const saying =
  (texts: Record<string, string>): Say =>
  (key, values = {}) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`there is no text ${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  };
const zh = saying({ "list.comma": "、", ...shellZh, ...ruleZh });
const en = saying({ "list.comma": ", ", ...shellEn, ...ruleEn });
const NAMES: Record<string, string> = { [TOWN]: "稻田镇", [VILLAGE]: "东村" };
const nameOf = (code: string) => NAMES[code] ?? code;

const sentences = (more: object) => {
  const definition = scheduleDefinition(more);
  return [ruleSentence(definition, nameOf, zh), ruleSentence(definition, nameOf, en)];
};
const times = ["07:00"];

test("more than a few regions are counted, unless all of them are asked for by name", () => {
  const villages = ["东村", "西村", "南村", "北村", "中村"];
  const targets = scheduleDefinition({ targets: { regions: villages, kinds: ["loudspeaker"] } }).targets;
  const words = (listed?: number) => targetWords(targets, (code) => code, zh, listed);
  expect(words()).toContain("5");
  expect(words()).not.toContain("东村");
  expect(words(Number.POSITIVE_INFINITY)).toContain("东村、西村、南村、北村、中村");
});

describe("a rule's sentence, in both languages", () => {
  test("says the days of each month, times in order, and the whole county's loudspeakers", () => {
    expect(sentences({ rule: { daysOfMonth: [15, 1], times: ["18:30", "07:00"] } })).toEqual([
      "每月1日、15日 07:00、18:30，全市喇叭",
      "the 1st, 15th of each month at 07:00, 18:30: loudspeakers of the whole county",
    ]);
  });

  test.each<[string, object, string, string]>([
    [
      "the last day",
      { daysOfMonth: [-1, 22, 3] },
      "每月3日、22日、最后一天",
      "the 3rd, 22nd, last day of each month",
    ],
    [
      "the eleventh",
      { daysOfMonth: [11, 12, 13] },
      "每月11日、12日、13日",
      "the 11th, 12th, 13th of each month",
    ],
    [
      "weekdays by their place",
      {
        weekdaysOfMonth: [
          { weekday: 2, nth: -1 },
          { weekday: 5, nth: 2 },
        ],
      },
      "每月最后一个周二、每月第2个周五",
      "the last Tuesday of each month, the 2nd Friday of each month",
    ],
    [
      "weekdays",
      { weekly: { weekdays: [5, 1], everyWeeks: 1, from: "2026-11-02" } },
      "每周一、周五",
      "every Monday, Friday",
    ],
    [
      "every other week",
      { weekly: { weekdays: [3], everyWeeks: 2, from: "2026-11-04" } },
      "每2周的周三（从2026年11月4日那一周算起）",
      "Wednesday of every 2 weeks (from the week of 4 November 2026)",
    ],
    ["single dates", { dates: ["2026-12-05"] }, "2026年12月5日", "5 December 2026"],
    [
      "many dates",
      { dates: [1, 2, 3, 4, 5].map((day) => `2026-12-0${day}`) },
      "5 个指定日期",
      "5 single dates",
    ],
    [
      "ranges",
      { dateRanges: [{ from: "2026-12-01", until: "2026-12-07" }] },
      "2026年12月1日至2026年12月7日每天",
      "daily from 1 December 2026 to 7 December 2026",
    ],
    [
      "lunar days",
      {
        lunarDays: [
          { month: 1, day: 15 },
          { month: 12, day: -1 },
        ],
      },
      "农历正月十五、农历腊月最后一天",
      "lunar month 1 day 15, lunar month 12 day last",
    ],
    [
      "only working days",
      { daysOfMonth: [1], onlyOn: ["workday"] },
      "每月1日（只在工作日）",
      "the 1st of each month (only: working days)",
    ],
    ["nothing yet", {}, "（还没选日子）", "(no days yet)"],
  ])("says %s", (_what, rule, chinese, english) => {
    expect(sentences({ rule: { ...rule, times } })).toEqual([
      `${chinese} 07:00，全市喇叭`,
      `${english} at 07:00: loudspeakers of the whole county`,
    ]);
  });

  test("says other times of a part of the year, places that are left out, and its bounds", () => {
    expect(
      sentences({
        rule: {
          daysOfMonth: [1],
          times,
          seasons: [{ from: "10-01", until: "04-30", times: ["07:30"] }],
        },
        targets: { regions: [TOWN], kinds: ["loudspeaker", "terminal"], exclude: [VILLAGE], tags: ["广场"] },
        validFrom: "2027-01-01",
      }),
    ).toEqual([
      "每月1日 07:00（10月1日至次年4月30日为 07:30），稻田镇喇叭、视频终端（不含东村、只限标签广场）（2027年1月1日起）",
      "the 1st of each month at 07:00 (1 October to 30 April of the next year: 07:30): loudspeakers, video terminals of 稻田镇 (without 东村, only tags 广场) (from 1 January 2027)",
    ]);
  });
});

describe("one date of a rule changed", () => {
  const slot = { date: "2026-12-01", time: "07:00" };
  const definition = (more: object = {}): ScheduleDefinition =>
    scheduleDefinition({ rule: { daysOfMonth: [1, 15], times: ["07:00", "18:30"] }, ...more });
  const move = { kind: "move", date: "2026-12-02", time: "07:00" } as const;

  test("a move is an exception with what differs, and a move back is none", () => {
    const moved = withChange(definition(), slot, move, "会议");
    expect(moved.exceptions).toEqual([{ ...slot, moveTo: { date: "2026-12-02" }, reason: "会议" }]);
    expect(withChange(moved, slot, { kind: "move", ...slot }, "不用了")).not.toHaveProperty("exceptions");
  });

  test("what was said of the whole day goes on for its other times", () => {
    const before = definition({ exceptions: [{ date: "2026-12-01", skip: true, reason: "停电" }] });
    expect(withChange(before, slot, { kind: "undo" }, "").exceptions).toEqual([
      { date: "2026-12-01", time: "18:30", skip: true, reason: "停电" },
    ]);
  });

  test("content and a move stay together; a skip takes the place of both", () => {
    const both = withChange(
      withChange(definition(), slot, move, "会议"),
      slot,
      { kind: "content", contentId: "a" },
      "专题",
    );
    expect(both.exceptions).toEqual([
      { ...slot, moveTo: { date: "2026-12-02" }, contentId: "a", reason: "专题" },
    ]);
    expect(withChange(both, slot, { kind: "skip" }, "停电").exceptions).toEqual([
      { ...slot, skip: true, reason: "停电" },
    ]);
  });

  test("an extra date is moved itself, and goes when it is skipped", () => {
    const extra = { date: "2026-12-20", time: "09:00", reason: "加播" };
    const before = definition({ extraDates: [extra] });
    expect(withChange(before, extra, move, "会议").extraDates).toEqual([
      { date: "2026-12-02", time: "07:00", reason: "会议" },
    ]);
    expect(withChange(before, extra, { kind: "skip" }, "停电")).toEqual(definition());
  });
});

test("a draft is sent without what is empty or only begun", () => {
  expect(
    toSend(
      scheduleDefinition({
        name: " 晨播 ",
        rule: { daysOfMonth: [], dates: ["", "2026-12-05"], times: ["08:00", "", "07:00", "08:00"] },
        targets: { regions: [COUNTY], kinds: ["loudspeaker"], exclude: [], tags: [] },
        exceptions: [{ date: "", skip: true, reason: "" }],
        validFrom: "",
      }),
    ),
  ).toEqual(scheduleDefinition({ rule: { dates: ["2026-12-05"], times: ["07:00", "08:00"] } }));
});

test("another programme takes nothing of what was chosen among the former one's content", () => {
  const reason = "换期";
  const definition = scheduleDefinition({
    content: { policy: "item", contentId: "e1", fallback: "standing", standingContentId: "e2" },
    exceptions: [
      { date: "2026-12-01", contentId: "e3", reason },
      { date: "2026-12-15", moveTo: { date: "2026-12-16" }, contentId: "e4", reason },
      { date: "2027-01-01", skip: true, reason },
    ],
    extraDates: [{ date: "2026-12-20", time: "09:00", contentId: "e5", reason }],
  });
  const { programmeId, definition: changed } = withProgramme({ programmeId: "one", definition }, "other");
  expect(programmeId).toBe("other");
  expect(changed).toEqual({
    ...definition,
    content: { policy: "item", fallback: "standing" },
    exceptions: [
      { date: "2026-12-01", contentId: "", reason },
      { date: "2026-12-15", moveTo: { date: "2026-12-16" }, reason },
      { date: "2027-01-01", skip: true, reason },
    ],
    extraDates: [{ date: "2026-12-20", time: "09:00", reason }],
  });
  const chosen = { policy: "item", contentId: "e1" } as const;
  expect([definition, changed, { ...changed, content: chosen }].map(isWhole)).toEqual([true, false, false]);
  expect(isWhole({ ...changed, content: chosen, exceptions: [] })).toBe(true);
});

test("the weeks of a month are whole, from Monday to Sunday", () => {
  const weeks = weeksOf("2026-12");
  expect([weeks[0]?.[0], weeks.at(-1)?.at(-1), weeks.length]).toEqual(["2026-11-30", "2027-01-03", 5]);
  expect(
    weeks.every((week) => week.length === 7 && week.every((date, at) => weekdayOf(date) === at + 1)),
  ).toBe(true);
  expect([addMonths("2026-12", 1), addMonths("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
});

test("regions contain each other as their codes say, on the server and in the browser", () => {
  const codes = [
    "370000000000",
    "370700000000",
    COUNTY,
    TOWN,
    OTHER_TOWN,
    VILLAGE,
    FAR_VILLAGE,
    "370780000000",
    "370783100000",
  ];
  for (const code of codes) {
    expect(levelOf(code)).toBe(levelOfCode(code));
    for (const area of codes) {
      const reach = reachOf({ regions: [area], exclude: [] }, code);
      expect([code, area, reach === "all"]).toEqual([code, area, isWithin(code, area)]);
      expect([code, area, reach === "none"]).toEqual([
        code,
        area,
        !isWithin(code, area) && !isWithin(area, code),
      ]);
    }
  }
  expect(reachOf({ regions: [COUNTY], exclude: [VILLAGE] }, TOWN)).toBe("part");
  expect(reachOf({ regions: [COUNTY], exclude: [TOWN] }, VILLAGE)).toBe("none");
});
