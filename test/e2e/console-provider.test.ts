import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium } from "../support/browser.ts";
import { importRegions } from "../support/county.ts";
import { createTestClock } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { giveSecondFactor } from "../support/second-factor.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  GROUPS_CLAIM,
  type SignInProvider,
  startProvider,
} from "../support/sign-in-provider.ts";

const BUTTON = "用“县政务统一认证”登录";
const clock = createTestClock(Date.now());
let folder: string;
let app: RunningApp;
let provider: SignInProvider;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-provider-"));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  provider = await startProvider(`${publicUrl}/signed-in`);
  provider.accounts.set("s-air", { preferred_username: "paiqi", groups: ["air"] });
  const roles = join(folder, "roles.json");
  writeFileSync(roles, JSON.stringify([{ value: "air", role: "scheduler" }]));
  app = await runApp({
    clock,
    port,
    env: {
      PUBLIC_URL: publicUrl,
      SECOND_FACTOR: "required",
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_GROUPS_CLAIM: GROUPS_CLAIM,
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
      OIDC_ROLES_FILE: roles,
      OIDC_LABEL: "县政务统一认证",
    },
  });
  await giveSecondFactor(app, clock);
  await importRegions(app.operator);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await provider.close();
  await rm(folder, { recursive: true });
});

/** Fails when it is not there in the end. */
const sees = (page: Page, text: string) => page.getByText(text).first().waitFor();
const toProvider = (page: Page) => page.getByRole("button", { name: BUTTON }).click();

test("somebody signs in at the provider, and is back at the page that was asked for", async () => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${app.url}/#/programmes`);
  provider.desk.who = null;
  await toProvider(page);
  await sees(page, "统一认证拒绝了这次登录，或登录被取消。");
  await page.getByRole("button", { name: "切换为英文" }).click();
  await sees(page, "The sign-in was refused, or called off, at the provider.");
  await page.getByRole("button", { name: "Switch to Chinese" }).click();

  provider.desk.who = "s-air";
  await toProvider(page);
  await page.getByRole("link", { name: "我的账号" }).waitFor();
  expect(page.url()).toBe(`${app.url}/#/programmes`);
  await sees(page, "paiqi");

  // What is heard at once takes a second factor, and nobody here has a password to set one up with.
  await page.getByRole("link", { name: "现在设置" }).click();
  expect(await page.getByRole("button", { name: "更改密码…" }).isVisible()).toBe(false);
  await page.getByRole("button", { name: "设置双重验证…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("须在最近十分钟内登录过").waitFor();
  await dialog.getByRole("button", { name: "继续" }).click();
  const totp = new TOTP({ secret: await dialog.locator(".hint code").innerText() });
  const code = () => totp.generate({ timestamp: clock.now() });
  await dialog.getByLabel("动态码").fill(code());
  await dialog.getByRole("button", { name: "启用" }).click();
  await dialog.getByRole("button", { name: "关闭" }).click();
  expect(await page.getByText("还没有设置").first().isVisible()).toBe(false);

  // The page stays as it is while the sign-in is made anew in another tab; it may have noticed by itself that it has to.
  clock.advance(13 * HOUR_MS);
  await page.goto(`${app.url}/#/programmes`);
  await sees(page, "登录已过期");
  const [tab] = await Promise.all([context.waitForEvent("page"), toProvider(page)]);
  await sees(tab, "本次登录还缺动态码");
  await sees(page, "请在新标签页里登录");
  await tab.close();
  await page.bringToFront();
  await page.evaluate("dispatchEvent(new Event('focus'))");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "输入动态码…" }).click();
  await page.getByRole("dialog").getByLabel("动态码或恢复码").fill("000000");
  await page.getByRole("dialog").getByRole("button", { name: "继续" }).click();
  await sees(page, "动态码不对，或已用过。");
  await page.getByRole("dialog").getByLabel("动态码或恢复码").fill(code());
  await page.getByRole("dialog").getByRole("button", { name: "继续" }).click();
  await sees(page, "本次登录已通过双重验证。");
  expect(await page.getByRole("button", { name: "输入动态码…" }).isVisible()).toBe(false);
  await context.close();
}, 90_000);
