import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type ReviewCase, sign } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole, type Page } from "../support/browser.ts";
import { makeEpisode, makeTone } from "../support/county.ts";
import { everywhere, newPerson, PASSWORD } from "../support/people.ts";

let folder: string;
let tone: string;
let app: RunningApp;
let editor: Operator;
let first: Operator;
let otherFirst: Operator;
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
  otherFirst = await newPerson(app, "初审员二", everywhere("reviewer-1"));
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
const toQueue = (page: Page) =>
  page.getByRole("navigation").getByRole("link", { name: "审听", exact: true }).click();
async function deskOf(name: string): Promise<Page> {
  const page = await openConsole(context, app.url, PASSWORD, name);
  await toQueue(page);
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
interface ReasonField {
  validity: { valueMissing: boolean };
  ownerDocument: { activeElement: unknown };
}
/** Goes to what is reviewed, as an editor has it. */
async function contentAt(page: Page) {
  await page.goto(`${app.url}/#/${content}`);
  return page.locator("#content");
}
const soundOf = (page: Page): Promise<Sound> =>
  page.locator("audio").evaluate(({ paused, currentTime, playbackRate, ended }: Sound) => ({
    paused,
    currentTime,
    playbackRate,
    ended,
  }));

test("an editor submits it; a reviewer finds it, hears it by keys alone, and signs", async () => {
  const office = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = await contentAt(office);
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

test("what is wrong is said at its moment, and returned with a reason that the editor reads", async () => {
  await editor.post(`/${content}/submit`);
  await sign(first, content);
  const page = await deskOf("复审员");
  const goTo = (at: number) =>
    page.locator("audio").evaluate((audio: { currentTime: number }, to) => void (audio.currentTime = to), at);
  await goTo(2);
  const box = page.getByLabel("对第 1 段");
  await page.locator("h1").focus();
  await page.keyboard.press("m");
  await page.getByText("对第 1 段 00:02 处的意见").waitFor();
  await box.fill("此处有 <b>杂音</b>");
  // Whoever hears on in between goes on writing about the same moment.
  await goTo(3);
  await page.locator("h1").focus();
  await box.focus();
  await page.getByText("对第 1 段 00:02 处的意见").waitFor();
  await box.press("Enter");
  await page.getByText("此处有 <b>杂音</b>").waitFor();
  // The next one begins where it is written.
  await box.fill("又一处");
  await page.getByText("对第 1 段 00:03 处的意见").waitFor();
  await page.getByRole("button", { name: "退回" }).click();
  const dialog = page.locator("dialog");
  const reason = dialog.getByLabel("退回原因");
  // Without a reason it stays, and the browser says at the field that it is missing.
  await dialog.getByRole("button", { name: "退回" }).click();
  expect(
    await reason.evaluate((field: ReasonField) => [
      field.validity.valueMissing,
      field.ownerDocument.activeElement === field,
    ]),
  ).toEqual([true, true]);
  expect((await reviewOf()).state).toBe("in_review");
  await reason.fill("杂音太大");
  await dialog.getByRole("button", { name: "退回" }).click();
  await page.getByText(`已退回：第 ${number} 期`).waitFor();
  expect((await reviewOf()).state).toBe("returned");

  await context.clearCookies();
  const office = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = await contentAt(office);
  await card.locator(".problem").getByText("复审员 退回：杂音太大").waitFor();
  await card.getByText("此前的 1 个签名失效").waitFor();
  await card.getByText("请按所写原因处理后重新送审").waitFor();
  await card.getByRole("button", { name: "已处理" }).click();
  await card.getByText("编辑 已处理").waitFor();
  await toQueue(office);
  const line = office.getByRole("row").filter({ hasText: "复审员 退回：杂音太大" });
  await line.getByText("编辑、初审员").waitFor();
});

test("what is said of a recording shows before the server has answered, and is taken back where it does not take it", async () => {
  await editor.post(`/${content}/comments`, { part: 1, atMs: 1_000, text: "片头偏轻" });
  const page = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = await contentAt(page);
  const comments = card.locator(".comment");
  await comments.getByText("片头偏轻").waitFor();
  const held: Route[] = [];
  await page.route("**/comments**", (route) => void held.push(route));
  const next = async () => {
    await until(() => held.length > 0, { what: "the request" });
    return held.shift();
  };

  await card.getByRole("button", { name: "已处理" }).click();
  await card.getByText("编辑 已处理").waitFor();
  await (await next())?.abort();
  await card.getByRole("button", { name: "已处理" }).waitFor();
  expect(await card.getByText("编辑 已处理").count()).toBe(0);

  const field = card.getByLabel(/的意见/);
  await field.fill("片尾有杂音");
  await card.getByRole("button", { name: "写下意见" }).click();
  await comments.getByText("片尾有杂音").waitFor();
  expect(await field.inputValue()).toBe("");
  // Somebody comes back to it while it is sent.
  await field.focus();
  await (await next())?.abort();
  await card.getByRole("alert").waitFor();
  expect(await field.inputValue()).toBe("片尾有杂音");
  expect(await comments.count()).toBe(1);

  // Nor is it lost on whoever looks at another page meanwhile.
  await card.getByRole("button", { name: "写下意见" }).click();
  const refused = await next();
  await toQueue(page);
  await field.waitFor({ state: "detached" });
  await refused?.abort();
  await page.getByText("意见没有发出：片尾有杂音").waitFor();
  await contentAt(page);
  await comments.getByText("片头偏轻").waitFor();
  expect(await field.inputValue()).toBe("片尾有杂音");

  await card.getByRole("button", { name: "写下意见" }).click();
  await (await next())?.continue();
  await comments.filter({ hasText: "片尾有杂音" }).getByRole("button", { name: "已处理" }).waitFor();
  expect(await comments.count()).toBe(2);
  expect(await field.inputValue()).toBe("");

  // The answer to what was done first comes last.
  for (const index of [0, 1]) await comments.nth(index).getByRole("button", { name: "已处理" }).click();
  const told = page.waitForResponse(async (response) => {
    if (!response.url().endsWith("/review")) return false;
    const seen = (await response.json()) as { comments: { resolved: unknown }[] };
    return seen.comments.every(({ resolved }) => resolved !== null);
  });
  const answers: (() => Promise<void>)[] = [];
  for (const route of [await next(), await next()]) {
    const response = await route?.fetch();
    if (route && response) answers.push(() => route.fulfill({ response }));
  }
  // What the server tells of itself comes before, and mends nothing.
  await told;
  for (const index of [1, 0]) {
    await answers[index]?.();
    await comments.nth(index).locator("[aria-busy=false]").waitFor();
  }
  await until(async () => (await card.getByText("编辑 已处理").count()) === 2, { what: "both settled" });
  await context.clearCookies();
});

test("what was looked at is what is returned: who acted meanwhile is told, and the reason stays", async () => {
  await editor.post(`/${content}/submit`);
  const page = await deskOf("初审员");
  await page.getByRole("button", { name: "退回" }).click();
  const dialog = page.locator("dialog");
  const reason = dialog.getByLabel("退回原因");
  await reason.fill("第 1 段有杂音");
  await editor.post(`/${content}/comments`, { part: 1, atMs: 1_000, text: "片头偏轻" });
  // Told by the server: by itself the page would ask after half a minute.
  await page.getByText("片头偏轻").waitFor({ timeout: 15_000 });
  await sign(otherFirst, content);
  // The page beneath has it; the dialog is about what it was opened for.
  await page.getByText("等待复审").waitFor();
  await dialog.getByRole("button", { name: "退回" }).click();
  await dialog.getByRole("alert").getByText("您打开后，已有人对它做了操作。").waitFor();
  expect((await reviewOf()).state).toBe("in_review");
  await editor.patch(`/${content}`, { title: "改过的" });
  await page.getByText("审签已失效").waitFor();
  expect(await reason.inputValue()).toBe("第 1 段有杂音");
});

test("what an edit voids says so, and why, in Chinese and in English", async () => {
  await editor.post(`/${content}/submit`);
  const { title } = await editor.get<{ title: string }>(`/${content}`);
  await editor.patch(`/${content}`, { title });
  const page = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = await contentAt(page);
  await card.getByText("审签已失效").waitFor();
  await card.locator(".problem").getByText("编辑 修改了文字，审签失效").waitFor();
  await page.getByRole("button", { name: "切换为英文" }).click();
  await card.getByText("Review ended").waitFor();
  await card.locator(".problem").getByText("编辑 changed the words, which ended the review").waitFor();
  expect(await card.getByText("It airs no more. See to what is said").isVisible()).toBe(true);
  await page.getByRole("button", { name: "Switch to Chinese" }).click();
  await context.clearCookies();
});

test("the director lets it air at once for a reason; the board and everybody's queue say what is owed", async () => {
  await editor.post(`/${content}/submit`);
  const page = await openConsole(context, app.url, PASSWORD, "终审员");
  await page.goto(`${app.url}/#/review/${content}`);
  await page.locator("audio").evaluate((audio: { play(): Promise<void> }) => audio.play());
  await page.getByText("✓ 已听完").waitFor();
  await page.getByRole("button", { name: "紧急签发" }).click();
  await page.locator("dialog").getByLabel("紧急原因").fill("台风");
  await page.locator("dialog").getByRole("button", { name: "紧急签发" }).click();
  await page.getByRole("heading", { name: "紧急播出后待补签" }).waitFor();
  await page.getByText(/紧急播出，须在 .+ 前补签：初审、复审/).waitFor();
  await page.getByRole("link", { name: "栏目", exact: true }).click();
  const column = page.locator(".board section").filter({ hasText: "已批准" });
  await column.getByText(/紧急播出，须在 .+ 前补签：初审、复审/).waitFor();
  await column.getByRole("link", { name: `第 ${number} 期` }).click();
  await page.getByText("（紧急：台风）").waitFor();
  expect(await reviewOf()).toMatchObject({
    state: "approved",
    next: "first",
    owed: { steps: ["first", "second"] },
  });
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
  await dialog.getByRole("heading", { name: "结束 终审员 代 初审员 审签？" }).waitFor();
  await dialog.getByRole("button", { name: "结束代审" }).click();
  await page.getByText("现在没有代审。").waitFor();
  expect(await first.get("/me/deputies")).toEqual({ items: [] });
});

test("a consent that has ended is said where it is worked on, and renewed there", async () => {
  const page = await openConsole(context, app.url, PASSWORD, "编辑");
  const card = await contentAt(page);
  await card.getByText("＋ 出镜授权…").click();
  await card.getByLabel("授权人").fill("种粮大户");
  await card.getByLabel("有效期至").fill("2026-01-31");
  await card.getByRole("button", { name: "添加" }).click();
  await card.getByText("党建聚焦：有授权已到期，不能送审和播出。").waitFor();
  await card.getByText("种粮大户").waitFor();
  await card.getByLabel("有效期至").first().fill("2100-01-31");
  await card.getByRole("button", { name: "保存日期" }).click();
  await card.getByText("党建聚焦：有授权已到期").waitFor({ state: "detached" });
  expect(await editor.get(`/${content}/consents`)).toMatchObject({ items: [{ validUntil: "2100-01-31" }] });
  await context.clearCookies();
  const reviewer = await contentAt(await openConsole(context, app.url, PASSWORD, "初审员"));
  await reviewer.getByText("有效期至2100年1月31日").waitFor();
  expect(await reviewer.getByLabel("有效期至").count()).toBe(0);
});

test("it fits a telephone, in English too", async () => {
  await editor.post(`/${content}/submit`);
  const page = await deskOf("初审员");
  await page.setViewportSize({ width: 360, height: 720 });
  await page.getByRole("button", { name: "菜单" }).click();
  await page.getByRole("button", { name: "切换为英文" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Sign the first review" }).waitFor();
  const [inner, scroll] = (await page.evaluate("[innerWidth, document.documentElement.scrollWidth]")) as [
    number,
    number,
  ];
  expect(scroll).toBeLessThanOrEqual(inner);
  if (process.env["REVIEW_PNG"]) await page.screenshot({ path: process.env["REVIEW_PNG"], fullPage: true });
});
