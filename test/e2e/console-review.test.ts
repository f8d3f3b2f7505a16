import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type ReviewCase, sign } from "../../scripts/reviewers.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole, type Page } from "../support/browser.ts";
import { makeEpisode, makeTone } from "../support/county.ts";
import { everywhere, newPerson, PASSWORD } from "../support/people.ts";
import { until } from "../support/until.ts";

let folder: string;
let tone: string;
let app: RunningApp;
let editor: Operator;
let first: Operator;
let browser: Browser;
let context: BrowserContext;
let content: string;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-console-review-"));
  tone = makeTone(join(folder, "tone.wav"), 4);
  app = await runApp();
  editor = await newPerson(app, "编辑", everywhere("editor"));
  first = await newPerson(app, "初审员", everywhere("reviewer-1"));
  await newPerson(app, "复审员", everywhere("reviewer-2"));
  await newPerson(app, "终审员", everywhere("reviewer-3"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  number += 1;
  const { id } = await makeEpisode(editor, number, tone);
  content = `episodes/${id}`;
  context = await browser.newContext({ locale: "zh-CN" });
});
afterEach(() => context.close());

const reviewOf = async () => (await editor.get<ReviewCase>(`/${content}/review`)).review;
async function deskOf(name: string): Promise<Page> {
  const page = await openConsole(context, app.url, PASSWORD, name);
  await page.getByRole("link", { name: "审听", exact: true }).first().click();
  await page.getByRole("link", { name: `第 ${number} 期` }).click();
  await page.locator("audio").waitFor();
  return page;
}
interface Sound {
  paused: boolean;
  currentTime: number;
  playbackRate: number;
  ended: boolean;
}
const soundOf = (page: Page): Promise<Sound> =>
  page.locator("audio").evaluate(({ paused, currentTime, playbackRate, ended }: Sound) => ({
    paused,
    currentTime,
    playbackRate,
    ended,
  }));

test("an editor submits on the card; a reviewer finds it, hears it by keys alone, and signs; the card shows who", async () => {
  const office = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = office.locator("details.card:not(.new)").first();
  await card.getByRole("button", { name: "送审" }).click();
  await office.locator("dialog").getByRole("button", { name: "送审" }).click();
  await card.getByText("等待初审").waitFor();

  await context.clearCookies();
  const page = await deskOf("初审员");
  const button = page.getByRole("button", { name: "初审签发" });
  expect(await button.isDisabled()).toBe(true);
  await page.locator("h1").focus();
  await page.keyboard.press(">");
  await page.keyboard.press(">");
  await page.keyboard.press(">");
  await page.keyboard.press(" ");
  await until(async () => !(await soundOf(page)).paused, { what: "the sound" });
  expect((await soundOf(page)).playbackRate).toBe(2);
  // Skipping is no hearing.
  await page.keyboard.press("ArrowRight");
  await until(async () => (await soundOf(page)).ended, { what: "the end" });
  expect(await button.isDisabled()).toBe(true);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press(" ");
  await page.getByText("✓ 已听完").waitFor();
  await button.click();
  await page.locator("dialog").getByText("您已完整听过").waitFor();
  await page.locator("dialog").getByRole("button", { name: "签发" }).click();
  await page.getByText(`已签发：第 ${number} 期`).waitFor();
  expect(await reviewOf()).toMatchObject({
    state: "in_review",
    next: "second",
    signatures: [{ step: "first", by: "初审员", playedThrough: true }],
  });
});

test("what is wrong is said at its moment, and returned with a reason that the editor reads on the card", async () => {
  await editor.post(`/${content}/submit`);
  await sign(first, content);
  const page = await deskOf("复审员");
  await page.locator("audio").evaluate((audio: { currentTime: number }) => void (audio.currentTime = 2));
  const box = page.getByLabel("对第 1 段");
  await box.focus();
  await page.getByText("对第 1 段 00:02 处的意见").waitFor();
  await box.fill("此处有 <b>杂音</b>");
  await page.getByRole("button", { name: "写下意见" }).click();
  await page.getByText("此处有 <b>杂音</b>").waitFor();
  await page.getByRole("button", { name: "退回" }).click();
  const dialog = page.locator("dialog");
  // Without a reason it stays.
  await dialog.getByRole("button", { name: "退回" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("退回原因").fill("杂音太大");
  await dialog.getByRole("button", { name: "退回" }).click();
  await page.getByText(`已退回：第 ${number} 期`).waitFor();
  expect((await reviewOf()).state).toBe("returned");

  await context.clearCookies();
  const office = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = office.locator("details.card:not(.new)").first();
  await card.getByText("复审员 退回：杂音太大").waitFor();
  await card.getByText("此前的 1 个签名失效").waitFor();
  await card.getByRole("link", { name: "审听" }).click();
  await office.getByRole("button", { name: "已处理" }).click();
  await office.getByText("编辑 已处理").waitFor();
});

test("the director lets it air at once for a reason; the card and everybody's queue say what is owed", async () => {
  await editor.post(`/${content}/submit`);
  const page = await openConsole(context, app.url, PASSWORD, "终审员");
  await page.goto(`${app.url}/#/review/${content}`);
  await page.locator("audio").evaluate((audio: { play(): Promise<void> }) => audio.play());
  await page.getByText("✓ 已听完").waitFor();
  await page.getByRole("button", { name: "紧急签发" }).click();
  await page.locator("dialog").getByLabel("紧急原因").fill("台风");
  await page.locator("dialog").getByRole("button", { name: "紧急签发" }).click();
  await page.getByRole("heading", { name: "紧急播出后待补签" }).waitFor();
  await page.getByText("初审、复审").waitFor();
  await page.getByRole("link", { name: "栏目", exact: true }).click();
  await page.getByText("紧急播出，待补签：初审、复审").waitFor();
  await page.getByText("（紧急：台风）").waitFor();
  expect(await reviewOf()).toMatchObject({ state: "approved", next: "first", owed: ["first", "second"] });
});

test("a reviewer names who stands in, and ends it", async () => {
  const page = await openConsole(context, app.url, PASSWORD, "初审员");
  await page.locator("a.account-link").click();
  await page.getByRole("button", { name: "请人代审…" }).click();
  const dialog = page.locator("dialog");
  await dialog.getByLabel("代审人").fill("谁也不是");
  await dialog.getByRole("button", { name: "请其代审" }).click();
  await dialog.getByText("没有叫“谁也不是”、可以登录的人。").first().waitFor();
  await dialog.getByLabel("代审人").fill("终审员");
  await dialog.getByRole("button", { name: "请其代审" }).click();
  const line = page.locator("li").filter({ hasText: "终审员 代我初审" });
  await line.getByRole("button", { name: "结束" }).click();
  await page.getByText("现在没有代审。").waitFor();
  expect(await first.get("/me/deputies")).toEqual({ items: [] });
});

test("a consent that has ended is said on the card, and renewed there", async () => {
  const page = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = page.locator("details.card:not(.new)").first();
  await card.getByRole("button", { name: "出镜授权…" }).click();
  const dialog = page.locator("dialog");
  await dialog.getByLabel("授权人").fill("种粮大户");
  await dialog.getByLabel("有效期至").last().fill("2026-01-31");
  await dialog.getByRole("button", { name: "添加" }).click();
  await card.getByText("党建聚焦：有授权已到期，不能送审和播出。").waitFor();
  await card.getByRole("button", { name: "出镜授权…" }).click();
  await dialog.getByText("种粮大户").waitFor();
  await dialog.getByLabel("有效期至").first().fill("2100-01-31");
  await dialog.getByRole("button", { name: "保存日期" }).click();
  await card.getByText("党建聚焦：有授权已到期").waitFor({ state: "detached" });
  expect(await editor.get(`/${content}/consents`)).toMatchObject({ items: [{ validUntil: "2100-01-31" }] });
});

test("it fits a telephone, in English too", async () => {
  await editor.post(`/${content}/submit`);
  const page = await deskOf("初审员");
  await page.setViewportSize({ width: 360, height: 720 });
  await page.getByRole("button", { name: "切换为英文" }).click();
  await page.getByRole("button", { name: "Sign the first review" }).waitFor();
  const [inner, scroll] = (await page.evaluate("[innerWidth, document.documentElement.scrollWidth]")) as [
    number,
    number,
  ];
  expect(scroll).toBeLessThanOrEqual(inner);
  if (process.env["REVIEW_PNG"]) await page.screenshot({ path: process.env["REVIEW_PNG"], fullPage: true });
});
