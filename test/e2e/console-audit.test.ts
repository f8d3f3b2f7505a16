import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { choosePlace, launchChromium, openConsole } from "../support/browser.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { COUNTY } from "../support/fleet.ts";
import { everywhere, newPerson, PASSWORD } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

let app: RunningApp;
let browser: Browser;

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
  await importRegions(app.operator);
  await app.operator.post("/devices", { regionCode: COUNTY, kind: "loudspeaker", name: "村口" });
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

test("the auditor finds out who made a village speak, what was refused, and that the log is whole", async () => {
  const at = new Date(Date.now() + DAY_MS).toLocaleDateString("en-CA", { timeZone: "Asia/Shanghai" });
  await app.operator.post("/schedules", {
    ...scheduleDefinition({ name: "村情", rule: { dates: [at], times: ["12:00"] } }),
    programmeId: await programmeId(app.operator, "broadcast"),
  });
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, app.password);

  await choosePlace(page, "设置");
  await page.getByRole("link", { name: "备份", exact: true }).click();
  await page.getByText("还没有备份。", { exact: true }).waitFor();
  await page.getByRole("button", { name: "立即备份" }).click();
  await page.getByText(/^备份 cuncunxiang-.+ 已做好并通过验证。$/).waitFor();
  await page.getByRole("row", { name: /做好时已验证/ }).waitFor();
  await page.getByText("一切正常").waitFor();

  await choosePlace(page, "审计");
  await page.getByText(/的备份核对过整条记录链，到第 \d+ 条为止没有断裂。/).waitFor();
  const head = await app.operator.get<{ seq: number; hash: string }>("/audit/head");
  expect(await page.locator(".secret").innerText()).toBe(`${head.seq}:${head.hash}`);

  await page.getByLabel("地区").fill("东村");
  await page.getByTitle("东村 370783112201").click();
  await page.getByLabel("日期和时间").fill(`${at}T12:05`);
  await page.getByRole("button", { name: "查清楚" }).click();
  const card = page.locator(".responsibility");
  await card.waitFor();
  expect(await card.innerText()).toMatch(/12:00 党建之声[^]*没有内容可播[^]*排期：村情[^]*排期\s*admin/);
  await card.getByText(/^相关记录 \d+ 条$/).click();
  await card.getByRole("row", { name: /POST \/api\/v1\/schedules/ }).waitFor();
  await page.getByLabel("日期和时间").fill(`${at}T20:00`);
  await page.getByRole("button", { name: "查清楚" }).click();
  await page.getByText("这段时间那里没有安排播出。").waitFor();

  await page.getByLabel("结果").selectOption("被拒绝");
  await page.getByRole("button", { name: "查询" }).click();
  const rows = page.getByRole("table", { name: "全部记录" }).getByRole("row");
  await page.waitForURL(/outcome=refused/);
  await rows.filter({ hasText: "成功" }).first().waitFor({ state: "detached" });
  expect(await rows.filter({ hasText: "被拒绝" }).count()).toBeGreaterThan(0);
  const href = await page.getByRole("link", { name: "表格（CSV）" }).getAttribute("href");
  const file = await (await page.request.get(new URL(href ?? "", app.url).href)).text();
  expect(file).toContain('"refused"');
  expect(file).not.toContain('"done"');

  // What was looked for is in the address: whoever gets it sees the same.
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole("cell", { name: "被拒绝" }).first().waitFor();
  expect(await other.getByLabel("结果").inputValue()).toBe("refused");
  await context.close();
});

test("who has no part in it sees neither page, and is told whom to ask", async () => {
  await newPerson(app, "editor", everywhere("editor"));
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, PASSWORD, "editor");
  expect(await page.getByRole("link", { name: "审计", exact: true }).count()).toBe(0);
  await page.goto(`${app.url}/#/settings/backups`);
  await page.getByText("不允许这样做").waitFor();
  await page.getByText(/^请找有此角色的同事：.*管理员/).waitFor();
  await context.close();
});
