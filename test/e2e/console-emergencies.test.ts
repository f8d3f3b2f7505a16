import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { giveProof, launchChromium, openConsole, type Page } from "../support/browser.ts";
import { capXml } from "../support/cap.ts";
import { importRegions } from "../support/county.ts";
import { OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { everywhere, newPerson, PASSWORD } from "../support/people.ts";
import { secondPerson } from "../support/second-person.ts";
import { recordedMs } from "../support/test-device.ts";

interface Emergency {
  id: string;
  title: string;
  class: string;
  state: string;
  areas: string[];
}

let folder: string;
let app: RunningApp;
let deputy: Operator;
let browser: Browser;
let shiftMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-emergency-"));
  app = await runApp({
    clock: { now: () => Date.now() + shiftMs, steadyMs: () => performance.now() },
    // What waits for a rendering here has nothing to yield to.
    env: { TRANSCODE_NICENESS: "0" },
  });
  await importRegions(app.operator);
  deputy = await secondPerson(app);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});

let first: BrowserContext;
let second: BrowserContext;
/** The proposer's console, and another person's. */
let page: Page;
let other: Page;
beforeEach(async () => {
  [first, second] = [
    await browser.newContext({ locale: "zh-CN" }),
    await browser.newContext({ locale: "zh-CN" }),
  ];
  page = await openConsole(first, app.url, app.password);
  other = await openConsole(second, app.url, PASSWORD, "deputy");
  await page.goto(`${app.url}/#/announcements/emergencies`);
});
afterEach(async () => {
  await first.close();
  await second.close();
  for (const { id } of await open()) await app.operator.post(`/emergencies/${id}/stop`);
});

const open = async () => (await app.operator.get<{ items: Emergency[] }>("/emergencies?open=true")).items;
const named = async (title: string) =>
  (await app.operator.get<{ items: Emergency[] }>("/emergencies")).items.find((each) => each.title === title);
const becomes = (title: string, state: string) =>
  until(async () => (await named(title))?.state === state, {
    what: `${title} to be ${state}`,
    timeoutMs: 90_000,
  });
const bar = (on: Page, title: string) => on.locator(".alert-bar", { hasText: title });
const card = (on: Page, title: string) => on.locator(".card.interrupt", { hasText: title });
const inPast = (on: Page, title: string) =>
  on.locator(".interrupts.past .card.interrupt", { hasText: title });
const dialog = (on: Page) => on.getByRole("dialog");

const proposed = (title: string, changes: object = {}) =>
  app.operator.post<Emergency>("/emergencies", {
    title,
    class: "emergency",
    source: { text: "请立即转移到安全地带。" },
    areas: [TOWN],
    until: new Date(Date.now() + shiftMs + 30 * MINUTE_MS).toISOString(),
    ...changes,
  });

test("one person proposes by the page, another confirms, it stands on every page, and one click ends it", async () => {
  const gateway = await enrolGateway(app, VILLAGE, folder);
  await using _device = await gateway.start();
  await page.getByText("提出应急播出或演练").click();
  await page.getByLabel("标题").fill("暴雨红色预警");
  await page.getByLabel("要朗读的文字").fill("请立即转移。");
  await page.getByRole("button", { name: "生成试听" }).click();
  const audio = page.locator(".spoken-text audio");
  await audio.waitFor();
  await audio.evaluate((each: { play(): Promise<void> }) => each.play());
  await page.getByText("声音已备好").waitFor({ timeout: 90_000 });
  await page.getByLabel("稻田镇", { exact: true }).check();
  await page.getByRole("button", { name: "看谁会听到，然后提出…" }).click();
  await page.getByText("请选择严重程度。").waitFor();
  await page.getByLabel("严重程度").selectOption("特别严重");
  await page.getByRole("button", { name: "看谁会听到，然后提出…" }).click();
  await dialog(page).getByText("1 台终端，其中 1 台在线。").waitFor();
  await dialog(page).getByRole("button", { name: "提出，等待另一人确认" }).click();

  await card(page, "暴雨红色预警").getByText("必须由另一人登录后确认").waitFor();
  expect(await card(page, "暴雨红色预警").getByRole("button", { name: "确认播出" }).count()).toBe(0);
  expect(await card(page, "暴雨红色预警").locator(".left-to-confirm").innerText()).toMatch(/09:[0-5]\d/);
  await bar(page, "暴雨红色预警").getByText("等待另一人确认（您已提出）").waitFor();

  // The other is on another page altogether.
  await bar(other, "暴雨红色预警").getByText("等待第二人确认").waitFor();
  await bar(other, "暴雨红色预警").getByRole("link").click();
  await card(other, "暴雨红色预警").getByText("admin 于").waitFor();
  await card(other, "暴雨红色预警").getByRole("button", { name: "确认播出" }).click();
  await dialog(other).getByText("1 台终端，其中 1 台在线。").waitFor();
  await dialog(other).getByText("特别严重").waitFor();
  await dialog(other).getByRole("button", { name: "确认播出" }).click();
  await giveProof(other, PASSWORD);
  await becomes("暴雨红色预警", "active");
  const { id } = (await named("暴雨红色预警")) ?? { id: "" };
  await until(() => recordedMs(gateway.state, id) > 300, {
    what: "the emergency at the gateway",
    timeoutMs: 30_000,
  });

  await page.getByRole("link", { name: "终端", exact: true }).click();
  await bar(page, "暴雨红色预警").getByText("正在播出").waitFor();
  expect(await bar(page, "暴雨红色预警").evaluate((each) => each.classList.contains("standing"))).toBe(true);
  await page.getByRole("button", { name: "立即停止：暴雨红色预警" }).click();
  await becomes("暴雨红色预警", "stopped");
  await bar(page, "暴雨红色预警").waitFor({ state: "detached" });
  await bar(other, "暴雨红色预警").waitFor({ state: "detached" });
  await inPast(other, "暴雨红色预警").getByText("admin 停止").waitFor();
});

test("a drill's bar is another than an emergency's, and can be withdrawn", async () => {
  await proposed("防汛演练", { class: "drill", silent: true });
  await bar(page, "防汛演练").waitFor();
  expect(await bar(page, "防汛演练").getAttribute("class")).toContain("drill");
  expect(await bar(page, "防汛演练").innerText()).toContain("演练");
  await card(page, "防汛演练").getByText("演练 · 静默").waitFor();
  // Whoever only looks on is offered nothing that is refused.
  await newPerson(app, "onlooker", everywhere("auditor"));
  const third = await browser.newContext({ locale: "zh-CN" });
  const onlooker = await openConsole(third, app.url, PASSWORD, "onlooker");
  await onlooker.goto(`${app.url}/#/announcements/emergencies`);
  await card(onlooker, "防汛演练").locator(".second-person").waitFor();
  expect(await onlooker.getByRole("button", { name: /撤回|停止|确认播出/ }).count()).toBe(0);
  await third.close();
  await page.getByRole("button", { name: "切换为英文" }).click();
  await bar(page, "防汛演练").getByText("Drill").waitFor();
  await card(page, "防汛演练").getByRole("button", { name: "Withdraw" }).click();
  await becomes("防汛演练", "withdrawn");
});

test("a proposal that nobody confirms says that it is over", async () => {
  await proposed("被遗忘");
  await card(page, "被遗忘").getByText("等待另一人确认").waitFor();
  shiftMs += 10 * MINUTE_MS;
  await becomes("被遗忘", "expired");
  await inPast(page, "被遗忘").getByText("无人确认，已作废").waitFor();
  expect(await page.getByRole("button", { name: "撤回" }).count()).toBe(0);
});

test("one that would stand in another's area says so, and is proposed to replace it", async () => {
  const { id } = await proposed("先前的");
  await deputy.postAnew(`/emergencies/${id}/confirm`);
  await becomes("先前的", "active");
  const rival = await proposed("后来的");
  await other.goto(`${app.url}/#/announcements/emergencies`);
  await card(other, "后来的").getByRole("button", { name: "确认播出" }).click();
  await dialog(other).getByText("先前的").waitFor();
  await dialog(other).getByRole("button", { name: "确认播出" }).click();
  await giveProof(other, PASSWORD);
  await dialog(other).getByText("其中的地区已有应急播出“先前的”。").waitFor();
  expect((await named("后来的"))?.state).toBe("proposed");
  await app.operator.post(`/emergencies/${rival.id}/stop`);
});

test("a CAP message is taken in from a file: refused in words, its areas mapped, proposed, cancelled", async () => {
  const file = async (name: string, xml: string) => {
    const path = join(folder, name);
    await writeFile(path, xml);
    return path;
  };
  const expires = new Date(Date.now() + shiftMs + 60 * MINUTE_MS);
  await page.getByText("导入 CAP 1.2 预警消息").click();
  const chooser = page.locator("input[type=file][accept*=xml]");
  await chooser.setInputFiles(await file("test.xml", capXml({ status: "Test", expires })));
  await page.getByText("“Test”不面向公众：只接收 Actual 和 Exercise。").waitFor();
  await chooser.setInputFiles(await file("no.xml", "<not xml"));
  await page.getByText("这不是 XML。").waitFor();

  const named1 = capXml({ expires, area: "<areaDesc>侯镇沿海</areaDesc>" });
  await chooser.setInputFiles(await file("named.xml", named1));
  await page.getByText("“侯镇沿海”没有行政区划代码，也没有对应关系。").waitFor();
  await page.getByRole("group", { name: "“侯镇沿海”是" }).getByLabel("侯镇", { exact: true }).check();
  await page.getByRole("button", { name: "按所选区划导入" }).click();
  await page.getByText("“暴雨红色预警”已成为提议，等待另一人确认。").first().waitFor();
  const taken = (await open()).find(({ title }) => title === "暴雨红色预警");
  expect(taken).toMatchObject({ class: "emergency", areas: [OTHER_TOWN] });
  await card(page, "暴雨红色预警").getByText("特别严重").first().waitFor();

  const references = "weather@example.cn,W1,2026-12-01T07:00:00+08:00";
  const cancel = capXml({ identifier: "W2", msgType: "Cancel", references, expires });
  await chooser.setInputFiles(await file("cancel.xml", cancel));
  await page.getByText("“暴雨红色预警”已结束。").first().waitFor();
  expect((await app.operator.get<Emergency>(`/emergencies/${taken?.id}`)).state).toBe("withdrawn");
});
