import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/browser.ts";
import { NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { type LectureDay, openLectureDay } from "../support/lecture.ts";

const PHONE = { width: 360, height: 740 };
let day: LectureDay;
let browser: Browser;
/** What the browser complained of, such as the content security policy. */
const complaints: string[] = [];

beforeAll(async () => {
  day = await openLectureDay();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await day.close();
});

async function openPage(token: string, locale = "zh-CN"): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale, viewport: PHONE });
  const page = await context.newPage();
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", ({ message }) => void complaints.push(message));
  await page.goto(`${day.app.url}/check-in/#${token}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { context, page };
}
const overflow = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

test("on a phone: when it opens, checking in twice from one phone, and feedback without a name", async () => {
  const token = await day.tokenOf(VILLAGE);
  const { context, page } = await openPage(token);
  await page.getByText("签到从 2026年12月15日 13:50 开始。").waitFor();
  expect(await page.getByRole("button").count()).toBe(0);

  await day.at(-60_000, "frozen");
  await page.reload();
  await page.getByText("课程结束（2026年12月15日 14:00）后，可以在这里打分、留言。").waitFor();
  expect(await page.getByLabel("所在党支部").inputValue()).toBe("东村党支部");
  expect(await overflow(page)).toBe(0);
  await page.getByLabel("姓名").fill("甲 乙");
  await page.getByRole("button", { name: "签到" }).click();
  await page.getByText("甲 乙，已签到。").waitFor();
  await page.getByLabel("姓名").fill("丙丁");
  await page.getByLabel("姓名").press("Enter");
  await page.getByText("丙丁，已签到。").waitFor();
  expect(complaints).toEqual([]);

  // What is refused is still there, to be mended.
  await page.getByLabel("姓名").fill("123");
  await page.getByRole("button", { name: "签到" }).click();
  await page.getByText("填写的内容不能提交").waitFor();
  expect(await page.getByLabel("姓名").inputValue()).toBe("123");

  await day.at(60_000, "failed");
  await page.reload();
  await page.getByRole("radio", { name: "4" }).check();
  await page.getByLabel("下次想学什么").fill("大棚滴灌");
  expect(await overflow(page)).toBe(0);
  await page.getByRole("button", { name: "提交留言" }).click();
  await page.getByText("已收到，谢谢。").waitFor();
  expect(await page.getByRole("radio").count()).toBe(0);
  await context.close();

  const { items } = await day.app.operator.get<{ items: object[] }>(
    `/broadcasts/${day.broadcastId}/attendance/names`,
  );
  expect(items).toEqual([
    { regionCode: VILLAGE, regionName: "东村", name: "甲乙", branch: "东村党支部" },
    { regionCode: VILLAGE, regionName: "东村", name: "丙丁", branch: "东村党支部" },
  ]);
  const feedback = await day.app.operator.get(`/broadcasts/${day.broadcastId}/feedback`);
  expect(feedback).toMatchObject({ items: [{ townName: "稻田镇", wish: "大棚滴灌" }] });
});

test("in English; without a network nothing that was typed is lost; a wrong address says what to do", async () => {
  const { context, page } = await openPage(await day.tokenOf(NEIGHBOUR), "en-GB");
  await page.getByLabel("Name").fill("Wang");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Check in" }).click();
  await page.getByText("There is no connection. Nothing is lost").waitFor();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Check in" }).click();
  await page.getByText("Wang is checked in.").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("en-GB");
  await context.close();

  const wrong = await openPage("made-up");
  await wrong.page.getByText("这个签到地址无效").waitFor();
  await wrong.context.close();
});
