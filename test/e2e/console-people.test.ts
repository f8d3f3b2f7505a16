import { readFileSync } from "node:fs";
import { TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn as signInByApi } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { giveProof, launchChromium } from "../support/browser.ts";
import { importRegions } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { PASSWORD } from "../support/people.ts";

const clock = createTestClock(Date.now());
let app: RunningApp;
let browser: Browser;

beforeAll(async () => {
  app = await runApp({ clock, env: { SECOND_FACTOR: "required" } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ locale: "zh-CN" });
  return context.newPage();
}
async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}
/** The administrator's, from the test on that sets it up. Codes count once: half a minute passes. */
let totp: TOTP;
function nextCode(): string {
  clock.advance(30_000);
  return totp.generate({ timestamp: clock.now() });
}
const dialogOf = (page: Page) => page.getByRole("dialog");
/** Fails when it is not there in the end. */
const sees = (page: Page, text: string) => page.getByText(text).first().waitFor();

test("somebody sets up a second factor, signs in with it, ends another sign-in and makes a token", async () => {
  const page = await newPage();
  await page.goto(app.url);
  await signIn(page, "admin", app.password);
  // On the first day nothing but this can be done yet.
  await page.getByRole("link", { name: "人员", exact: true }).click();
  await page.getByRole("button", { name: "邀请人员…" }).click();
  await dialogOf(page).getByLabel("用户名").fill("too-early");
  await dialogOf(page).getByRole("button", { name: "生成邀请链接" }).click();
  await sees(page, "您的角色可以打断播出，此操作需要经双重验证的登录。");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "现在设置" }).click();
  await page.getByRole("button", { name: "设置双重验证…" }).click();
  await dialogOf(page).getByLabel("当前密码").fill(app.password);
  await dialogOf(page).getByRole("button", { name: "继续" }).click();
  await dialogOf(page).getByAltText("供验证器应用扫描的二维码").waitFor();
  const secret = await dialogOf(page).locator(".hint code").innerText();
  totp = new TOTP({ secret });
  await dialogOf(page).getByLabel("动态码").fill("000000");
  await dialogOf(page).getByRole("button", { name: "启用" }).click();
  await dialogOf(page).getByText("动态码不对。").waitFor();
  await dialogOf(page)
    .getByLabel("动态码")
    .fill(totp.generate({ timestamp: clock.now() }));
  // What is shown once stays, though who is signed in can't be read anew.
  await page.route("**/api/v1/me", (route) => route.abort(), { times: 1 });
  await dialogOf(page).getByRole("button", { name: "启用" }).click();
  const codes = (await dialogOf(page).locator("code.secret").innerText()).split("\n");
  expect(codes).toHaveLength(10);
  await dialogOf(page).getByRole("button", { name: "关闭" }).click();
  await sees(page, "已设置，还剩 10 个恢复码。");
  expect(await page.getByRole("link", { name: "现在设置" }).isVisible()).toBe(false);

  const other = await newPage();
  await other.goto(app.url);
  await signIn(other, "admin", app.password);
  await sees(other, "密码正确。请打开手机上的验证器应用");
  await other.getByLabel("动态码").fill(nextCode());
  await other.getByRole("button", { name: "登录", exact: true }).click();
  await other.getByRole("link", { name: "我的账号" }).waitFor();

  await page.getByRole("button", { name: "结束" }).click();
  await dialogOf(page)
    .getByRole("heading", { name: /^结束这次登录？Chrome/ })
    .waitFor();
  await dialogOf(page).getByRole("button", { name: "结束登录" }).click();
  await sees(page, "该登录已结束。");
  // The page that is open asks by itself.
  await sees(other, "登录已过期");

  await page.getByRole("button", { name: "新建令牌…" }).click();
  await dialogOf(page).getByLabel("用途").fill("大屏");
  await dialogOf(page).getByLabel("查看排期与播出").check();
  await dialogOf(page).getByRole("button", { name: "新建" }).click();
  await giveProof(page, nextCode());
  const token = await dialogOf(page).locator("code.secret").innerText();
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${app.url}/api/v1/broadcasts`, { headers })).status).toBe(200);
  await dialogOf(page).getByRole("button", { name: "关闭" }).click();
  await page.getByRole("button", { name: "撤销" }).click();
  await dialogOf(page).getByRole("heading", { name: "撤销令牌“大屏”？" }).waitFor();
  await dialogOf(page).getByRole("button", { name: "撤销" }).click();
  await sees(page, "令牌“大屏”已撤销。");
  expect((await fetch(`${app.url}/api/v1/broadcasts`, { headers })).status).toBe(401);
  await Promise.all([page.context().close(), other.context().close()]);
}, 60_000);

test("an administrator invites a town's admin, who sets a password and finds what is for that role", async () => {
  await importRegions(await signInByApi(app.url, "admin", app.password, nextCode()));
  const admin = await newPage();
  await admin.goto(app.url);
  await signIn(admin, "admin", app.password);
  await admin.getByLabel("动态码").fill(nextCode());
  await admin.getByRole("button", { name: "登录", exact: true }).click();
  await admin.getByRole("link", { name: "人员", exact: true }).click();
  await admin.getByRole("button", { name: "邀请人员…" }).click();
  const dialog = dialogOf(admin);
  await dialog.getByLabel("用户名").fill("daotian-town");
  await dialog.getByLabel("镇街管理员").check();
  await dialog.getByRole("button", { name: "生成邀请链接" }).click();
  // A role of an area without an area is refused, and says what to do.
  await dialog.getByText("请选择它管理的镇街。").waitFor();
  await dialog.getByRole("checkbox", { name: "稻田镇" }).check();
  // What is filled in outlasts a lost network.
  await admin.context().setOffline(true);
  await dialog.getByRole("button", { name: "生成邀请链接" }).click();
  await dialog.getByText("连不上服务器").first().waitFor();
  await admin.context().setOffline(false);
  await dialog.getByRole("button", { name: "生成邀请链接" }).click();
  const link = await dialog.locator("code.secret").innerText();
  await dialog.getByText(/链接有效至 .+ 3天后/).waitFor();
  // As without HTTPS.
  await admin.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await dialog.getByRole("button", { name: "复制", exact: true }).click();
  await dialog.getByText("已复制").waitFor();
  await dialog.getByRole("button", { name: "关闭" }).click();
  const row = admin.getByRole("row", { name: /daotian-town/ });
  await row.getByText("待设密码").waitFor();
  await row.getByText("镇街管理员 稻田镇").waitFor();

  await admin.getByLabel("查找姓名").fill("TOWN");
  await admin.getByLabel("状态").selectOption("待设密码");
  await admin.waitForURL(({ hash }) => hash === "#/people?q=TOWN&state=invited");
  await sees(admin, "显示 1 人，共 2 人");
  const [table] = await Promise.all([
    admin.waitForEvent("download"),
    admin.getByRole("button", { name: "下载表格（CSV）" }).click(),
  ]);
  expect(readFileSync(await table.path(), "utf8").split("\r\n")).toEqual([
    '\uFEFF"姓名","角色","镇村","状态","双重验证","最近使用"',
    '"daotian-town","镇街管理员","稻田镇","待设密码","没有双重验证",""',
    "",
  ]);
  await admin.getByLabel("状态").selectOption("已停用");
  await admin.getByRole("button", { name: "显示全部" }).click();
  expect(await admin.getByLabel("查找姓名").inputValue()).toBe("");
  await admin.getByRole("row", { name: /^admin/ }).waitFor();

  const town = await newPage();
  await town.goto(link);
  await sees(town, "邀请给：daotian-town");
  expect(new URL(town.url()).hash).toBe("#/today");
  await town.getByLabel("新密码", { exact: true }).fill("password1234");
  await town.getByLabel("再输入一次新密码").fill("password1234");
  await town.getByRole("button", { name: "设置密码" }).click();
  await sees(town, "这个密码很快会被猜到");
  await town.getByLabel("新密码", { exact: true }).fill(PASSWORD);
  await town.getByLabel("再输入一次新密码").fill(PASSWORD);
  await town.getByRole("button", { name: "设置密码" }).click();
  await town.getByRole("button", { name: "去登录" }).click();
  await signIn(town, "daotian-town", PASSWORD);

  await town.getByRole("link", { name: "栏目", exact: true }).click();
  await sees(town, "您在这里可以查看，不能修改：修改需要“编辑”角色");
  expect(await town.getByRole("link", { name: "人员", exact: true }).isVisible()).toBe(false);
  expect(await town.getByRole("button", { name: "立即停止全部播出" }).isVisible()).toBe(false);
  await town.goto(`${app.url}/#/people`);
  await sees(town, "您不能查看人员名单");
  await sees(town, "您的角色可以打断播出，必须设置双重验证，您还没有设置");

  // Disabled, the town's admin is out.
  await row.getByRole("link", { name: "daotian-town" }).click();
  await admin.getByRole("button", { name: "停用…" }).click();
  await dialogOf(admin).getByRole("heading", { name: "停用 daotian-town？" }).waitFor();
  await dialogOf(admin).getByRole("button", { name: "停用", exact: true }).click();
  await sees(admin, "daotian-town 已停用。");
  await admin.goBack();
  await row.getByText("已停用").waitFor();
  // Without a click: the stream of changes ends with the account.
  await sees(town, "登录已过期");
  await signIn(town, "daotian-town", PASSWORD);
  await sees(town, "这个账号已停用。");
  await Promise.all([admin.context().close(), town.context().close()]);
}, 60_000);
