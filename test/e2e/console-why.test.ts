import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole } from "../support/browser.ts";
import { importRegions } from "../support/county.ts";
import { COUNTY } from "../support/fleet.ts";

let app: RunningApp;
let browser: Browser;

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

test("the device view answers why a device was silent, and the reports give the registers of a month", async () => {
  await importRegions(app.operator);
  await app.operator.post("/devices", { regionCode: COUNTY, kind: "loudspeaker", name: "村口" });
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, app.password);

  await page.getByRole("link", { name: "终端", exact: true }).click();
  const ask = async (at: string): Promise<string> => {
    await page.getByRole("button", { name: "为什么没响？" }).click();
    await page.getByLabel("日期和时间").fill(at);
    await page.getByRole("button", { name: "查询" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator(".fact").first().waitFor();
    const answer = await dialog.innerText();
    await dialog.getByRole("button", { name: "关闭" }).click();
    return answer;
  };
  expect(await ask("2026-12-01T07:00")).toContain(
    "无已批准的节目 没有内容可播：这一天没有可播的已批准内容。",
  );
  expect(await ask("2026-12-01T03:00")).toContain("没有安排");

  await page.getByRole("link", { name: "报表", exact: true }).click();
  await page.getByLabel("月份").fill("2026-12");
  await page.getByRole("heading", { name: "播出登记 · 2026-12" }).waitFor();
  const href = await page.getByRole("link", { name: "打印登记表" }).first().getAttribute("href");
  const register = await page.request.get(new URL(href ?? "", app.url).href);
  expect(await register.text()).toContain("播出登记表");
  expect(href).toContain("month=2026-12");
  await context.close();
});
