import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONSOLE } from "../../scripts/console-vite.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole } from "../support/browser.ts";
import { AS_CHROMIUM_109 } from "../support/chromium-109.ts";
import { type ConsolePage, makeConsolePages } from "../support/console-pages.ts";
import { type Keyboard, openKeyboard } from "../support/keyboard-walk.ts";

let app: RunningApp;
let browser: Browser;
let page: Page;
let pages: ConsolePage[];
let keyboard: Keyboard;
/** What the pages failed of. */
const complaints: string[] = [];

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
  pages = await makeConsolePages(app);
  const viewport = { width: 1366, height: 768 };
  const context = await browser.newContext({ reducedMotion: "reduce", viewport });
  await context.addInitScript(AS_CHROMIUM_109);
  context.on("weberror", (failed) => void complaints.push(failed.error().message));
  page = await openConsole(context, app.url, app.password);
  keyboard = await openKeyboard(page);
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

test("every page that has an address is among those", () => {
  const routes = readFileSync(join(CONSOLE, "shell/routes.tsx"), "utf8");
  const paths = [...routes.matchAll(/path="([^"*]+)" element=\{<(?!Navigate)/g)].map(
    ([, path]) => `/${path}`,
  );
  expect(paths.length).toBeGreaterThan(20);
  const addresses = pages.map(({ hash }) => hash.slice(1).replace(/\?.*/, ""));
  const isAmong = (pathname: string) => {
    const pattern = new URLPattern({ pathname });
    return addresses.some((address) => pattern.test({ pathname: address }));
  };
  expect(paths.filter((path) => !isAmong(path))).toEqual([]);
});

test("Tab leads through what is around every page, and through 停播", async () => {
  await page.goto("about:blank");
  await page.goto(app.url);
  await page.locator("main h1").waitFor();
  expect(await keyboard.walkAround()).toEqual([]);
  expect(await keyboard.walkDialog(page.locator("header .stop"))).toEqual([]);
});

test("Tab leads through all of every page and its dialogs, and back: each stop is seen, named and marked", async () => {
  for (const { hash, shows, opens = [] } of pages) {
    // Afresh: the page before would be there until the next is drawn.
    await page.goto("about:blank");
    await page.goto(`${app.url}/${hash}`);
    await page.locator(shows).first().waitFor();
    await expect.poll(() => page.locator("main .loading").count()).toBe(0);
    expect({ hash, wrong: await keyboard.walkPage() }).toEqual({ hash, wrong: [] });
    for (const name of opens) {
      const opener = page.locator("main").getByRole("button", { name, exact: true }).first();
      expect({ hash, wrong: await keyboard.walkDialog(opener) }).toEqual({ hash, wrong: [] });
    }
  }
  // They were those of the offices' oldest browser, as far as it can be had here.
  expect(complaints).toEqual([]);
}, 400_000);
