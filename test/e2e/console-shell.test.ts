import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { choosePlace, launchChromium, openConsole } from "../support/browser.ts";
import { importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { everywhere, invite } from "../support/people.ts";

const PHONE = { width: 390, height: 844 };

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

test("a page says that it is not live while the network is cut, and goes on over an expired sign-in", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, app.password);
  await choosePlace(page, "今天");
  await page.getByText("现在没有播出。").waitFor();
  await context.setOffline(true);
  // What stays below the header, and what is gone to by Tab, stays below this too.
  await page
    .locator("header")
    .getByText(/未实时：连不上服务器。\s*页面停留在 \d\d:\d\d:\d\d 的情况/)
    .waitFor();
  await page.getByText("现在没有播出。").waitFor();
  await page.getByRole("button", { name: "立即重试" }).click();
  // It goes on by itself as soon as there is a line again.
  await context.setOffline(false);
  await page.getByText("未实时").waitFor({ state: "detached" });

  await context.clearCookies();
  // The next that is asked for finds it.
  await app.operator.put("/policy", { quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 90 });
  const form = page.getByRole("dialog", { name: "登录已过期" });
  await form.getByLabel("用户名").fill("admin");
  await form.getByLabel("密码").fill(app.password);
  await form.getByRole("button", { name: "登录", exact: true }).click();
  await form.waitFor({ state: "detached" });
  expect(await page.getByText("现在没有播出。").isVisible()).toBe(true);
  await context.close();
});

test("a page that nobody touches asks as such, which keeps no sign-in alive", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, app.password);
  await choosePlace(page, "今天");
  const nextRead = async (): Promise<string | undefined> => {
    const asked = page.waitForRequest(
      (request) => request.method() === "GET" && request.resourceType() === "fetch",
    );
    // The stream of changes begins anew, and what is on the screen is asked for.
    await page.evaluate("dispatchEvent(new Event('online'))");
    return (await asked).headers()["x-in-background"];
  };
  expect(await nextRead()).toBeUndefined();
  await page.evaluate("{ const now = Date.now; Date.now = () => now() + 61_000; }");
  expect(await nextRead()).toBe("true");
  await page.keyboard.press("Shift");
  expect(await nextRead()).toBeUndefined();
  await context.close();
});

test("pages have their title and the focus, history goes back, and the look that was chosen stays", async () => {
  const context = await browser.newContext({ locale: "zh-CN", colorScheme: "light" });
  const page = await openConsole(context, app.url, app.password);
  await choosePlace(page, "终端");
  await until(async () => (await page.title()) === "终端 · 村村响", { what: "the title" });
  await choosePlace(page, "审计");
  await until(async () => (await page.title()) === "审计 · 村村响", { what: "the title" });
  await page.locator("h1:focus").waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "终端" }).waitFor();
  await page.goto(`${app.url}/#/nowhere`);
  await page.getByRole("heading", { level: 1, name: "没有这个页面" }).waitFor();

  const look = () => page.evaluate("document.documentElement.dataset.theme");
  expect(await look()).toBe("light");
  await page.getByRole("button", { name: "切换为浅色" }).click();
  await page.getByRole("button", { name: "切换为深色" }).click();
  expect(await look()).toBe("dark");
  await page.reload();
  await page.locator("header .brand").waitFor();
  expect(await look()).toBe("dark");

  // Whoever is next sees nothing that was read before the sign-out.
  await choosePlace(page, "栏目");
  await page.getByText("党建之声").first().waitFor();
  await page.getByRole("button", { name: "退出登录" }).click();
  const form = page.getByRole("dialog", { name: "登录" });
  await form.getByLabel("用户名").fill("admin");
  await form.getByLabel("密码").fill(app.password);
  await page.route("**/api/v1/programmes*", () => {});
  await form.getByRole("button", { name: "登录", exact: true }).click();
  await choosePlace(page, "栏目");
  await page.getByText("正在读取…").first().waitFor();
  expect(await page.getByText("党建之声").count()).toBe(0);
  await context.close();
});

test("on a telephone the stop is one tap away, in the menu as well", async () => {
  const context = await browser.newContext({ locale: "zh-CN", viewport: PHONE });
  const page = await openConsole(context, app.url, app.password);
  const stop = page.getByRole("button", { name: "停播：停止全市正在播出的一切" });
  const asked = page.getByRole("dialog", { name: "停播" });
  await stop.click();
  await asked.getByRole("button", { name: "取消" }).click();
  await page.getByRole("button", { name: "菜单", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^停播/ }).click();
  await asked.getByRole("button", { name: "取消" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await stop.isVisible()).toBe(true);
  await context.close();
});

/** Well before a page asks by itself, which it does each minute while the server tells of changes. */
const TOLD = { timeout: 20_000 };
const NOON_OF_TOMORROW = new Date(`${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T04:00Z`);

test("what somebody else does shows by itself, and a page says so while it is not told of it", async () => {
  await importRegions(app.operator);
  const context = await browser.newContext({ locale: "zh-CN" });
  let isTold = false;
  context.on("response", (answer) => {
    isTold ||= answer.ok() && answer.url().endsWith("/api/v1/changes");
  });
  const page = await openConsole(context, app.url, app.password);
  await until(() => isTold, { what: "the stream of changes" });
  await choosePlace(page, "通知");
  await page.getByText("还没有通知").waitFor();
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "别人的通知",
    class: "announcement",
    source: { text: "明天中午停水。" },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    startAt: NOON_OF_TOMORROW.toISOString(),
  });
  await page.locator(".card.interrupt", { hasText: "别人的通知" }).waitFor(TOLD);

  await choosePlace(page, "人员");
  await page.getByRole("link", { name: "admin" }).waitFor();
  await invite(app, "新来的人", everywhere("editor"));
  await page.getByRole("link", { name: "新来的人" }).waitFor(TOLD);

  await choosePlace(page, "终端");
  await page.getByText("还没有终端").waitFor();
  await app.operator.post("/devices", { regionCode: VILLAGE, kind: "loudspeaker", name: "东村新喇叭" });
  const row = page.getByRole("row", { name: "东村新喇叭" });
  await row.waitFor(TOLD);

  await app.operator.post(`/broadcasts/${id}/stop`, { reason: "no longer needed" });
  await page.goto(`${app.url}/#/broadcasts/${id}`);
  await page.getByText("已取消").first().waitFor();
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  // The stream alone is cut: what is there can be asked for, but nothing is told.
  await page.route("**/api/v1/changes", (route) => route.abort());
  await context.setOffline(true);
  await page.getByText(/未实时：连不上服务器/).waitFor();
  await context.setOffline(false);
  await page.getByText("未实时：服务器暂时没有推送变化，页面定时自行刷新。").waitFor();
  // Others ask every few seconds meanwhile; what is over does not.
  asked.length = 0;
  const countOf = (path: string) => asked.filter((each) => each === `/api/v1${path}`).length;
  await until(() => countOf("/emergencies") >= 2, { what: "what may go on", timeoutMs: 30_000 });
  expect(countOf(`/broadcasts/${id}`)).toBe(0);

  await page.goto(`${app.url}/#/devices`);
  await row.waitFor();
  await page.getByText("未实时").waitFor();
  await page.unroute("**/api/v1/changes");
  await page.getByText("未实时").waitFor({ state: "detached" });
  await context.close();
}, 180_000);
