import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attendedOf,
  attendeeFrom,
  isSite,
  MAX_NAME,
  meanOf,
  spanState,
  spansOf,
  townOf,
  wishFrom,
} from "../../src/attendance/attendance.ts";
import { createCheckInLinks } from "../../src/attendance/check-in-link.ts";
import { BROADCAST_STATES, type Broadcast } from "../../src/broadcasts/broadcast.ts";
import { AppError } from "../../src/errors.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = 1_000 * HOUR_MS;
const lecture = (more: Partial<Broadcast> = {}) =>
  ({
    state: "on_air",
    startAt: START,
    endsAt: START + HOUR_MS,
    notAfter: START + 5 * MINUTE_MS,
    lateness: "join",
    areas: ["370783000000"],
    exclude: ["370783109000"],
    ...more,
  }) as Broadcast;

describe("when members check in and say what they thought", () => {
  const FREEZE = 10 * MINUTE_MS;
  const SETTLES = 30_000;

  test("from the freeze to two hours after the end; from the end for three days", () => {
    expect(spansOf(lecture(), FREEZE)).toEqual({
      checkIn: { from: START - FREEZE, until: START + 3 * HOUR_MS + SETTLES },
      feedback: { from: START + HOUR_MS, until: START + HOUR_MS + SETTLES + 72 * HOUR_MS },
    });
  });

  test("what begins late is over late", () => {
    const { checkIn } = spansOf(lecture({ lateness: "play" }), FREEZE);
    expect(checkIn.until).toBe(START + 3 * HOUR_MS + SETTLES + 5 * MINUTE_MS);
  });

  test("never while planning may still replace it, nor of what is called off", () => {
    const { checkIn } = spansOf(lecture(), FREEZE);
    const at = (now: number) =>
      Object.fromEntries(
        BROADCAST_STATES.map((state) => [state, spanState(checkIn, lecture({ state }), now)]),
      );
    const open = { frozen: "open", on_air: "open", aired: "open", failed: "open" };
    const not = { planned: "early", ready: "early", cancelled: "closed", missed: "closed" };
    expect(at(checkIn.from)).toEqual({ ...open, ...not });
    expect(new Set(Object.values(at(checkIn.until)))).toEqual(new Set(["closed"]));
    expect(at(checkIn.from - 1)["frozen"]).toBe("early");
  });
});

test("a site lies where the lecture is for, and not in what is left out", () => {
  expect(isSite(lecture(), "370783112201")).toBe(true);
  expect(isSite(lecture(), "370783000000")).toBe(true);
  expect(isSite(lecture(), "370783109201")).toBe(false);
  expect(isSite(lecture(), "370784112201")).toBe(false);
});

test.each([
  ["370783112201", "370783112000"],
  ["370783112000", "370783112000"],
  ["370783000000", "370783000000"],
])("%s counts for %s", (code, town) => expect(townOf(code)).toBe(town));

test("a count of heads wins over a list, also when it is none; a mean takes five", () => {
  expect(attendedOf({ checkedIn: 7, headcount: null })).toBe(7);
  expect(attendedOf({ checkedIn: 7, headcount: 0 })).toBe(0);
  expect(meanOf({ count: 4, sum: 20 })).toBeNull();
  expect(meanOf({ count: 6, sum: 23 })).toBe(3.8);
});

describe("a name", () => {
  test.each([
    [" 张　三 ", "张三"],
    ["ＬＩ  Ｓi", "LI Si"],
    ["阿卜杜拉·买买提", "阿卜杜拉·买买提"],
    ["李 Si", "李 Si"],
    ["欧 阳 修", "欧阳修"],
    ["张\n三", "张三"],
  ])("%s is kept as %s", (typed, kept) =>
    expect(attendeeFrom(typed, "东村 党支部")).toEqual({ name: kept, branch: "东村党支部" }),
  );

  test("that is kept is kept the same when it is typed as it is shown", () => {
    /** `null` for what is refused. */
    function keptAs(typed: string): string | null {
      try {
        return attendeeFrom(typed, "支部").name;
      } catch (error) {
        if (error instanceof AppError && error.code === "invalid") return null;
        throw error;
      }
    }
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (typed) => {
        const once = keptAs(typed) ?? "张三";
        expect(once.length).toBeLessThanOrEqual(MAX_NAME);
        expect(keptAs(once)).toBe(once);
      }),
    );
  });

  test.each(["", "123", "张\u202e三", "张\u0007", "\u200b张三", "张\ufeff三"])("%j is none", (typed) =>
    expect(() => attendeeFrom(typed, "支部")).toThrow(expect.objectContaining({ code: "invalid" })),
  );
});

test("a wish may have lines, and may be none", () => {
  expect(wishFrom(" 大棚\r\n滴灌 ")).toBe("大棚\n滴灌");
  expect(wishFrom(" \n ")).toBeNull();
  expect(() => wishFrom("长".repeat(501))).toThrow("longer than 500");
  expect(() => wishFrom("大\u0000棚")).toThrow("cannot be seen");
});

describe("a check-in address", () => {
  const links = createCheckInLinks("a key");
  const place = { broadcastId: "0199a2e1-7c1d-7e2f-9a33-0123456789ab", regionCode: "370783112201" };
  const tokenOf = (address: string) => address.split("#")[1] ?? "";
  const token = tokenOf(links.addressOf("https://ring.example/", place));

  test("says what it is for, behind the #, which no browser sends", () => {
    expect(links.addressOf("https://ring.example/", place)).toMatch(
      /^https:\/\/ring\.example\/check-in\/#[\w-]{50}$/,
    );
    expect(links.placeOf(token)).toEqual(place);
  });

  test("of another server, or with any sign changed or missing, is none", () => {
    expect(createCheckInLinks("another key").placeOf(token)).toBeNull();
    expect(links.placeOf("")).toBeNull();
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom("A", "z", "_", ""), (at, sign) => {
        const changed = token.slice(0, at) + sign + token.slice(at + 1);
        // The last sign holds two bits that mean nothing.
        const isSame = Buffer.from(changed, "base64url").equals(Buffer.from(token, "base64url"));
        expect(links.placeOf(changed)).toEqual(isSame ? place : null);
      }),
    );
  });
});
