import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { toReadings } from "../../src/speech/readings.ts";
import { toSpokenText } from "../../src/speech/spoken-text.ts";

describe("what is read aloud", () => {
  test.each([
    ["2026年11月23日", "二零二六年十一月二十三日"],
    ["2026-11-23", "二零二六年十一月二十三日"],
    ["2026/1/5", "二零二六年一月五日"],
    ["11月1日 07:00", "十一月一日 七点"],
    ["18:30", "十八点三十分"],
    ["7:05-8:30", "七点零五分到八点三十分"],
    ["10-15日", "十到十五日"],
    ["1500台，1,500台，36000人", "一千五百台,一千五百台,三万六千人"],
    ["拨打12345", "拨打幺二三四五"],
    ["0536-5221234", "零五三六,五二二幺二三四"],
    ["手机13800138000", "手机幺三八零零幺三八零零零"],
    ["3.14", "三点一四"],
    ["12.5%的党员", "百分之十二点五的党员"],
    ["1/3的村", "三分之一的村"],
    ["-5℃到3℃", "零下五摄氏度到三摄氏度"],
    ["100m²、5km、3kg", "一百平方米、五公里、三公斤"],
    ["第2讲，2个村，2次，12个，2月2日，第2", "第二讲,两个村,两次,十二个,二月二日,第二"],
    ["２点，200元", "两点,二百元"],
    ["A座 WeChat 😀", "A座 WeChat"],
    ["编号007", "编号零零七"],
  ])("%s", (written, spoken) => {
    expect(toSpokenText(written)).toBe(spoken);
  });

  test("holds no digit, whatever was written", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 60 }), string({ maxLength: 20 }), (one, other) => {
        expect(toSpokenText(`${one}2026${other}`)).not.toMatch(/\p{N}/u);
      }),
    );
  });
});

test("readings follow the words they are in", () => {
  expect(toReadings("村村响重播，寿光银行。行走")).toBe(
    "cun1 cun1 xiang3 chong2 bo1 , shou4 guang1 yin2 hang2 . xing2 zou3",
  );
});
