import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, openConsole } from "../support/browser.ts";
import { NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";
import { type LectureDay, openLectureDay } from "../support/lecture.ts";
import { newPerson, ofArea, PASSWORD } from "../support/people.ts";

let day: LectureDay;
let browser: Browser;

beforeAll(async () => {
  day = await openLectureDay();
  browser = await launchChromium();
  await day.at(60_000, "failed");
  await day.checkIn(VILLAGE, "甲乙");
  await day.checkIn(VILLAGE, "丙丁");
  await day.checkIn(NEIGHBOUR, "甲乙", "西村党支部");
  for (const rating of [5, 4, 4, 4, 5]) await day.feedback(VILLAGE, rating, "大棚滴灌");
});
afterAll(async () => {
  await browser.close();
  await day.close();
});

async function openBroadcast(name?: string): Promise<Page> {
  const context = await browser.newContext({ locale: "zh-CN" });
  const password = name === undefined ? day.app.password : PASSWORD;
  const page = await openConsole(context, day.app.url, password, name);
  await page.goto(`${day.app.url}/#/broadcasts/${day.broadcastId}`);
  await page.getByRole("heading", { name: "到课情况" }).waitFor();
  return page;
}

test("a lecture's page counts by town and village; heads are recorded there, and the sheet is printed", async () => {
  const page = await openBroadcast();
  await page.getByText("到课 3 人；已有人数的村 2 / 3。").waitFor();
  const town = page.getByRole("row", { name: /稻田镇/ });
  expect(await town.innerText()).toMatch(/稻田镇\s+3\s+3\s+2 \/ 2\s+4.4（5 人）/);

  await town.getByRole("button", { name: "查看各村" }).click();
  const villages = page.getByRole("dialog", { name: "稻田镇：各村到课情况" });
  await villages.getByLabel("西村清点人数").fill("25");
  await page.keyboard.press("Enter");
  await page.getByText("西村的清点人数已保存。").waitFor();
  await villages.getByRole("row", { name: /西村\s+25\s+1/ }).waitFor();
  // The next village is one key away.
  expect(await villages.getByLabel("西村清点人数").evaluate((field) => field.matches(":focus"))).toBe(true);

  await villages.getByRole("row", { name: /东村/ }).getByRole("button", { name: "签到码" }).click();
  const sheet = page.getByRole("dialog", { name: "东村 签到" });
  await sheet.getByAltText("签到二维码").waitFor();
  expect(await sheet.getByRole("link").getAttribute("href")).toBe(
    `${day.app.url}/check-in/#${await day.tokenOf(VILLAGE)}`,
  );
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("heading", { name: "到课情况" }).isVisible()).toBe(false);
  expect(await sheet.getByAltText("签到二维码").isVisible()).toBe(true);
  await page.emulateMedia({ media: "screen" });
  await sheet.getByRole("button", { name: "关闭" }).click();
  await villages.getByRole("button", { name: "关闭" }).click();
  await page.getByText("到课 27 人").waitFor();

  await page.getByRole("button", { name: "想学什么" }).click();
  const wishes = page.getByRole("dialog", { name: "想学什么" });
  await wishes.getByText("大棚滴灌").first().waitFor();
  expect(await wishes.getByRole("listitem").count()).toBe(5);
  await page.context().close();
});

test("what is held on somebody is found, saved and erased", async () => {
  const page = await openBroadcast();
  const list = page.waitForEvent("download");
  await page.getByRole("link", { name: "下载签到名单（CSV）" }).click();
  expect((await list).suggestedFilename()).toBe("初心讲堂-2026-12-15-签到名单.csv");

  await page.getByRole("button", { name: "查询、删除个人信息" }).click();
  const dialog = page.getByRole("dialog", { name: "个人到课信息" });
  await dialog.getByLabel("姓名").fill("甲乙");
  await dialog.getByRole("button", { name: "查询" }).click();
  await dialog.getByRole("heading", { name: "甲乙 · 西村党支部" }).waitFor();
  const download = page.waitForEvent("download");
  await dialog.getByRole("link", { name: "保存为文件" }).click();
  const held: unknown = JSON.parse(await readFile(await (await download).path(), "utf8"));
  expect(held).toMatchObject([{ regionName: "东村" }, { regionName: "西村" }]);

  const own = dialog.locator("section", { hasText: "甲乙 · 东村党支部" });
  await own.getByRole("button", { name: "删除…" }).click();
  await page
    .getByRole("dialog", { name: /删除 甲乙/ })
    .getByRole("button", { name: "删除…" })
    .click();
  await page.getByText("已删除，到课人数不变。").waitFor();
  await own.waitFor({ state: "detached" });
  expect(await dialog.getByRole("heading", { level: 3 }).allInnerTexts()).toEqual(["甲乙 · 西村党支部"]);
  await page.context().close();
});

test("the month's reports have the lecture in the register, by town what was proved and how many were there, no names", async () => {
  const page = await openBroadcast();
  await page.goto(`${day.app.url}/#/reports/broadcasts?month=2026-12`);
  await page.getByRole("row", { name: /14:00 初心讲堂 26 乡村振兴.*终审 终审员/ }).waitFor();
  await page.emulateMedia({ media: "print" });
  expect(await page.getByRole("link", { name: "打印登记表" }).isVisible()).toBe(false);
  expect(await page.getByRole("table", { name: "播出登记" }).isVisible()).toBe(true);
  await page.emulateMedia({ media: "screen" });
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "下载表格（CSV，Excel 可打开）" }).click();
  expect((await file).suggestedFilename()).toBe("播出登记表-2026-12.csv");

  await page.getByRole("link", { name: "审批登记", exact: true }).click();
  await page.getByRole("row", { name: /终审员 终审签发.*乡村振兴/ }).waitFor();
  await page.getByRole("button", { name: "上个月" }).click();
  await page.getByText("这个月没有送审和审签。").waitFor();
  // By the keyboard alone; whether the year or the month is first is the browser's language.
  await page.getByLabel("月份").focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.waitForURL(({ hash }) => /month=(2028-11|2026-01)$/.test(hash));
  expect(await page.getByLabel("月份").evaluate((field) => field.matches(":focus"))).toBe(true);

  await page.goto(`${day.app.url}/#/reports/attendance?month=2026-12`);
  await page.getByRole("row", { name: /稻田镇 27 3 25 2 \/ 2 4\.4（5 人）/ }).waitFor();
  await page.getByText(/^这里只有人数，没有姓名。签到名单是个人信息/).waitFor();
  expect(await page.getByText("甲乙").count()).toBe(0);
  await page.context().close();
});

test("a town sees itself, and erases nobody", async () => {
  await newPerson(day.app, "daotian", ofArea(TOWN));
  const page = await openBroadcast("daotian");
  await page.getByRole("row", { name: /稻田镇/ }).waitFor();
  expect(await page.getByRole("row", { name: /侯镇/ }).count()).toBe(0);
  await page.getByRole("button", { name: "查询、删除个人信息" }).click();
  const dialog = page.getByRole("dialog", { name: "个人到课信息" });
  await dialog.getByLabel("姓名").fill("丙丁");
  await dialog.getByRole("button", { name: "查询" }).click();
  await dialog.getByRole("heading", { name: "丙丁 · 东村党支部" }).waitFor();
  expect(await dialog.getByRole("button", { name: "删除…" }).count()).toBe(0);
  await dialog.getByRole("button", { name: "关闭" }).click();

  // Of the reports it has the one that it may see.
  await page.goto(`${day.app.url}/#/reports?month=2026-12`);
  await page.getByRole("row", { name: /稻田镇/ }).waitFor();
  expect(await page.getByRole("row", { name: /侯镇/ }).count()).toBe(0);
  expect(await page.getByRole("link", { name: "播出登记", exact: true }).count()).toBe(0);
  await page.goto(`${day.app.url}/#/reports/proof?month=2026-12`);
  await page.getByText("不允许这样做").waitFor();
  await page.context().close();
});
