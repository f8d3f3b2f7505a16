import ICAL from "ical.js";
import { afterEach, expect, test } from "vitest";
import type { CalendarEvent } from "../../src/broadcasts/calendar-event-store.ts";
import { renderCalendar } from "../../src/calendars/calendar.ts";

const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

const event = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  seriesId: "01900000-0000-7000-8000-000000000000",
  localDate: "2026-12-01",
  localTime: "07:00",
  startAt: Date.parse("2026-12-01T07:00:00+08:00"),
  endsAt: Date.parse("2026-12-01T07:14:20.500+08:00"),
  class: "daily",
  programme: "党建之声",
  title: "第41期",
  status: "confirmed",
  reason: null,
  sequence: 3,
  createdAt: Date.UTC(2026, 10, 1),
  modifiedAt: Date.UTC(2026, 10, 2),
  areas: ["370783000000"],
  areaCount: 1,
  ...more,
});
const render = (...events: CalendarEvent[]) => renderCalendar("村村响 寿光市", events, () => "寿光市");
const read = (text: string) =>
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));

test.each(["UTC", "Asia/Shanghai", "America/New_York"])("the same bytes on a server in %s", (tz) => {
  process.env["TZ"] = tz;
  const text = render(event());
  expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe({ UTC: 0, "Asia/Shanghai": -480 }[tz] ?? 300);
  expect(text).toContain("\r\nDTSTART:20261130T230000Z\r\n");
  expect(text).toContain("\r\nDTEND:20261130T231500Z\r\n");
  expect(text).toContain("\r\nDTSTAMP:20261102T000000Z\r\n");
});

test("what RFC 5545 asks of every calendar and event", () => {
  const text = render(event(), event({ localDate: "2026-12-15" }));
  expect(text).toMatch(/^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\nPRODID:/);
  expect(text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  const [first, second] = read(text);
  expect(first?.uid).toBe("01900000-0000-7000-8000-000000000000-20261201T0700@cuncunxiang");
  expect(second?.uid).not.toBe(first?.uid);
  expect(first?.sequence).toBe(3);
  expect(first?.component.getFirstPropertyValue("status")).toBe("CONFIRMED");
  expect(first?.location).toBe("寿光市");
});

test.each([
  ["commas, semicolons and backslashes", "一,二;三\\四"],
  ["a colon and quotes", '他说："好"'],
  ["what looks like another property", "题\r\nSTATUS:CANCELLED", "题 \nSTATUS:CANCELLED"],
  ["control characters", "题\u0007目\u0000", "题 目 "],
  ["an emoji at the fold", "村".repeat(20) + "📻".repeat(30)],
])("a title with %s is read as it was written", (_what, title, expected = title) => {
  const [only, ...others] = read(render(event({ title })));
  expect(others).toEqual([]);
  expect(only?.summary).toBe(`党建之声：${expected}`);
  expect(only?.component.getFirstPropertyValue("status")).toBe("CONFIRMED");
});

test.each([60, 61, 62, 63, 64])(
  "long Chinese lines are folded at 75 octets, inside no character: %i",
  (ascii) => {
    const title = "a".repeat(ascii) + "党建聚焦身边榜样红色记忆".repeat(15);
    const text = render(event({ title, reason: title, status: "tentative" }));
    for (const line of text.split("\r\n")) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(line).not.toContain("\uFFFD");
    }
    // A fold inside a character would not be UTF-8 line by line.
    const bytes = Buffer.from(text);
    for (let at = bytes.indexOf("\r\n "); at >= 0; at = bytes.indexOf("\r\n ", at + 1))
      expect((bytes[at + 3] ?? 0) & 0xc0).not.toBe(0x80);
    expect(read(text)[0]?.summary).toBe(`党建之声：${title}`);
  },
);

test("without content it is tentative and has no end; a very short one ends after it began", () => {
  const [open, short] = read(
    render(
      event({
        endsAt: null,
        title: "",
        status: "tentative",
        reason: "nothing approved is left for this date",
      }),
      event({ endsAt: event().startAt + 1 }),
    ),
  );
  expect(open?.component.getFirstPropertyValue("status")).toBe("TENTATIVE");
  expect(open?.component.hasProperty("dtend")).toBe(false);
  expect(open?.summary).toBe("党建之声");
  expect(open?.description).toContain("nothing approved is left");
  expect(short?.duration.toSeconds()).toBe(60);
});

test("a thousand villages are the first few and a number", () => {
  const [only] = read(render(event({ areas: ["a", "b", "c"], areaCount: 968 })));
  expect(only?.location).toBe("寿光市、寿光市、寿光市等968处");
});
