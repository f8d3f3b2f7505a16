import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { readCap } from "../../src/interrupts/cap.ts";
import { capXml } from "../support/cap.ts";

const problemsOf = (xml: string): string[] => {
  try {
    readCap(xml, new Map());
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid")
      return (error.details ?? [{ at: error.message, message: "" }]).map(({ at }) => at);
    throw error;
  }
  return [];
};

describe("a CAP message", () => {
  test("says what is heard, where and until when", () => {
    expect(readCap(capXml(), new Map())).toEqual({
      sender: "weather@example.cn",
      identifier: "W1",
      sent: "2026-12-01T07:00:00+08:00",
      msgType: "Alert",
      references: [],
      info: {
        class: "emergency",
        title: "暴雨红色预警",
        text: "暴雨红色预警\n预计三小时内降水超过100毫米。\n请立即转移到安全地带。",
        severity: "Extreme",
        areas: ["370783112000"],
        until: Date.parse("2026-12-01T09:00:00+08:00"),
      },
    });
  });

  test.each([
    [{ severity: "Severe", urgency: "Expected", certainty: "Likely" }, "emergency"],
    [{ severity: "Moderate" }, "announcement"],
    [{ urgency: "Future" }, "announcement"],
    [{ certainty: "Possible" }, "announcement"],
    [{ severity: "Minor", status: "Exercise" }, "drill"],
  ])("%o is of the class %s", (changes, expected) => {
    expect(readCap(capXml(changes), new Map()).info?.class).toBe(expected);
  });

  test("an area without a code is what it is mapped to, whatever it is called", () => {
    const xml = capXml({ area: "<areaDesc>稻田 &amp; 周边</areaDesc>" });
    expect(readCap(xml, new Map([["稻田 & 周边", ["370783112000"]]])).info?.areas).toEqual(["370783112000"]);
    expect(problemsOf(xml)).toEqual(["/alert/info/0/area/0"]);
  });

  test.each([
    ["a test", { status: "Test" }, ["/alert/status"]],
    ["an acknowledgement", { msgType: "Ack" }, ["/alert/msgType"]],
    ["an update of nothing", { msgType: "Update" }, ["/alert/references"]],
    [
      "a torn reference",
      { msgType: "Update", references: "a,b" },
      ["/alert/references", "/alert/references"],
    ],
    ["an unknown severity", { severity: "Bad" }, ["/alert/info/0/severity"]],
    ["an end without a zone", { expires: "2026-12-01T09:00:00" }, ["/alert/info/0/expires"]],
    ["an end that is no date", { expires: "2026-13-41T09:00:00+08:00" }, ["/alert/info/0/expires"]],
  ])("names what is wrong with %s", (_what, changes, at) => {
    expect(problemsOf(capXml(changes))).toEqual(at);
  });

  test("with entities of its own, in another dialect, torn or nothing of the kind is not read", () => {
    const entities = '<!DOCTYPE alert [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
    expect(problemsOf(capXml().replace("<alert", `${entities}<alert`))).toHaveLength(1);
    expect(problemsOf(capXml().replace("cap:1.2", "cap:1.1"))).toEqual(["This is not a CAP 1.2 message."]);
    expect(problemsOf(capXml().slice(0, -10))).toHaveLength(1);
    expect(problemsOf("hello")).toHaveLength(1);
    expect(problemsOf("<rss/>")).toEqual(["This is not a CAP 1.2 message."]);
  });
});
