import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { toReadings } from "../../src/speech/readings.ts";
import { toSpokenText } from "../../src/speech/spoken-text.ts";

const run = promisify(execFile);

describe("what is read aloud", () => {
  describe.each<[theme: string, readings: [written: string, spoken: string][]]>([
    [
      "dates and times",
      [
        ["2026年11月23日", "二零二六年十一月二十三日"],
        ["2026-11-23", "二零二六年十一月二十三日"],
        ["2026-12-01", "二零二六年十二月一日"],
        ["2026/1/5", "二零二六年一月五日"],
        ["二〇二六年", "二零二六年"],
        ["2026-11", "二零二六年十一月"],
        ["2025-2026学年", "二零二五到二零二六学年"],
        ["11月1日 07:00", "十一月一日 七点"],
        ["01月05日", "一月五日"],
        ["18:30", "十八点三十分"],
        ["18:00", "十八点"],
        ["19:00:30", "十九点零分三十秒"],
        ["7:05-8:30", "七点零五分到八点三十分"],
        ["10-15日", "十到十五日"],
      ],
    ],
    [
      "numbers, lists and ranges",
      [
        ["1500台，1,500台，36000人", "一千五百台，一千五百台，三万六千人"],
        ["第1，2，3村", "第一，二，三村"],
        ["10,20,30人", "十，二十，三十人"],
        ["100,200,300元", "一百，二百，三百元"],
        ["50,100,200元三档", "五十，一百，二百元三档"],
        ["分别为100,200元", "分别为一百，二百元"],
        ["350,600元", "三十五万零六百元"],
        ["1,500,800元", "一百五十万零八百元"],
        ["12,345,678人", "一千二百三十四万五千六百七十八人"],
        ["3.14", "三点一四"],
        ["100元-200元", "一百元到二百元"],
        ["1:1000", "一比一千"],
        ["10³", "十的三次方"],
        ["编号007", "编号零零七"],
      ],
    ],
    [
      "two of something",
      [
        ["第2讲，2个村，2次，12个，2月2日，第2", "第二讲，两个村，两次，十二个，二月二日，第二"],
        ["２点，200元", "两点，二百元"],
        ["2分钟，2岁，2个，2号，2楼，2年级", "两分钟，两岁，两个，二号，二楼，二年级"],
      ],
    ],
    [
      "shares and units",
      [
        ["12.5%的党员", "百分之十二点五的党员"],
        ["1/3的村", "三分之一的村"],
        ["1/2", "二分之一"],
        ["同比-5%", "同比负百分之五"],
        ["5%-10%", "百分之五到百分之十"],
        ["5-10%", "百分之五到百分之十"],
        ["-5%~-2%", "负百分之五到负百分之二"],
        ["5元/斤，￥1,234.5，$100", "五元每斤，一千二百三十四点五元，一百美元"],
        ["3‰", "千分之三"],
        ["¥100", "一百元"],
        ["-5℃到3℃", "零下五摄氏度到三摄氏度"],
        ["温度-10度", "温度零下十度"],
        ["气温-8到-2度", "气温零下八到零下二度"],
        ["-3~5℃", "零下三到五摄氏度"],
        ["100m²、5km、3kg", "一百平方米、五公里、三公斤"],
        ["60km/h，30mm，3亩", "六十公里每小时，三十毫米，三亩"],
      ],
    ],
    [
      "telephone numbers",
      [
        ["拨打12345", "拨打幺二三四五"],
        ["0536-5221234", "零五三六，五二二幺二三四"],
        ["(0536)5221234", "零五三六，五二二幺二三四"],
        ["（0536）5221234", "零五三六，五二二幺二三四"],
        ["0536 522 1234", "零五三六，五二二，幺二三四"],
        ["手机13800138000", "手机幺三八零零幺三八零零零"],
        ["138-0013-8000", "幺三八，零零幺三，八零零零"],
        ["138 0013 8000", "幺三八，零零幺三，八零零零"],
        ["+8613800138000", "幺三八零零幺三八零零零"],
        ["+86 138 0013 8000", "幺三八，零零幺三，八零零零"],
        ["008613800138000", "幺三八零零幺三八零零零"],
        ["+86-536-5221234", "零五三六，五二二幺二三四"],
        ["+86 (0536) 5221234", "零五三六，五二二幺二三四"],
        ["+86(536)5221234", "零五三六，五二二幺二三四"],
        ["+86(0)536-5221234", "零五三六，五二二幺二三四"],
        ["+86 10 12345678", "零幺零，幺二三四五六七八"],
        ["400-123-4567", "四零零，幺二三，四五六七"],
        ["拨打110、119", "拨打幺幺零、幺幺九"],
        ["12345热线", "幺二三四五热线"],
        ["96110反诈热线", "九六幺幺零反诈热线"],
        ["报警请打110", "报警请打幺幺零"],
        ["接到举报110件", "接到举报一百一十件"],
        ["120人", "一百二十人"],
      ],
    ],
    [
      "codes",
      [
        ["K2次", "K二次"],
        ["A4，5G", "A四，五G"],
        ["GB/T 19001-2016", "GB T 一九零零一杠二零一六"],
        ["V1.2.3", "V一点二点三"],
        ["一号楼2单元301室", "一号楼二单元三零一室"],
        ["A座 WeChat 😀", "A座 WeChat"],
      ],
    ],
  ])("%s", (_theme, readings) => {
    test.each(readings)("%s", (written, spoken) => {
      expect(toSpokenText(written)).toBe(spoken);
    });
  });

  test("holds no digit, is no endless text, and stays as it is when read again, whatever was written", () => {
    assert(
      property(string({ unit: "grapheme", maxLength: 60 }), string({ maxLength: 20 }), (one, other) => {
        const written = `${one}2026${other}`;
        const spoken = toSpokenText(written);
        expect(spoken).not.toMatch(/\p{N}/u);
        expect(spoken.length).toBeLessThan(20 * (written.length + 1));
        expect(toSpokenText(spoken)).toBe(spoken);
      }),
    );
  });
});

describe("readings", () => {
  test("follow the words they are in", () => {
    expect(toReadings("村村响重播，寿光银行。行走")).toBe(
      "cun1 cun1 xiang3 chong2 bo1 ， shou4 guang1 yin2 hang2 。 xing2 zou3",
    );
    expect(toReadings("村长，镇长，重要，还款，重审，分量")).toBe(
      "cun1 zhang3 ， zhen4 zhang3 ， zhong4 yao4 ， huan2 kuan3 ， chong2 shen3 ， fen4 liang4",
    );
  });

  test.each([
    ["慢慢地走，高高兴兴地回家，一步一步地来", ["de5", "de5", "de5"]],
    ["认真地理解，科学地安排，及时地报告", ["de5", "de5", "de5"]],
    ["土地，家家地里，村村地头，安全地带，自然地理，科学地区划", Array(6).fill("di4")],
    ["跑得快，做得好，干得热火朝天，收拾得干净，长得高", Array(5).fill("de5")],
    ["看得见，听得到，值得", ["de5", "de5", "de5"]],
    ["得到，取得好成绩，工作得到落实，都得奖了，我得一百元", Array(5).fill("de2")],
    ["我们得去，还得等，必须得完成", ["dei3", "dei3", "dei3"]],
  ])("of 地 and 得: %s", (text, expected) => {
    const found = toReadings(text).match(/\b(?:de[25]|dei3|di4)\b/g);
    expect(found).toEqual(expected);
  });

  test("of 播种: to sow, and to plant something", () => {
    const sown = (text: string) => /bo1 (zhong\d)/.exec(toReadings(text))?.[1];
    expect(["播种", "播种机", "小麦播种面积", "抓紧播种"].map(sown)).toEqual(Array(4).fill("zhong3"));
    expect(["播种小麦", "播种冬小麦", "播种了三百亩玉米"].map(sown)).toEqual(Array(3).fill("zhong4"));
  });

  test("have the neutral tone as the voice knows it: it would stress a zero", async () => {
    const readings = toReadings("好的，走了，我们吗");
    expect(readings).toBe("hao3 de5 ， zou3 le5 ， wo3 men5 ma5");
    const { stdout: phonemes } = await run("espeak-ng", ["-v", "cmn-latn-pinyin", "-x", "-q", readings]);
    // Low after most tones, half high after the third, and never with the mark of stress.
    expect(phonemes.match(/\S*@\S*|mA\S*/g)).toEqual(["t@44_|", "l@44_|", "m@44n_|", "mA11_|"]);
  });

  test("pause where a line ends, once", () => {
    expect(toReadings("停水通知\n明天停水。\n\n请注意")).toBe(
      "ting2 shui3 tong1 zhi1 。 ming2 tian1 ting2 shui3 。 qing3 zhu4 yi4",
    );
  });
});
