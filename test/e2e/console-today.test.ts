import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { DAY_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole } from "../support/browser.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { COUNTY } from "../support/fleet.ts";

let folder: string;
let app: RunningApp;
let browser: Browser;
let shiftMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-today-"));
  app = await runApp({ clock: { now: () => Date.now() + shiftMs, steadyMs: () => performance.now() } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});

const inDays = (days: number) =>
  new Date(Date.now() + days * DAY_MS).toLocaleDateString("en-CA", { timeZone: "Asia/Shanghai" });

test("today's page warns the louder the nearer an empty date is, of conflicts and of the clock, in both languages", async () => {
  await importRegions(app.operator);
  const schedule = {
    programmeId: await programmeId(app.operator, "broadcast"),
    name: "村情",
    rule: { dates: [1, 3, 5, 6].map(inDays), times: ["12:00"] },
    zone: "Asia/Shanghai",
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "join",
    graceMinutes: 5,
    offline: "play",
  };
  await app.operator.post("/schedules", schedule);
  const later = { ...schedule, name: "镇情", rule: { dates: [inDays(6)], times: ["12:00"] }, priority: 70 };
  await app.operator.post("/schedules?acceptConflicts=test", later);
  shiftMs = -10_000;
  await until(async () => (await app.operator.get<{ items: [] }>("/clock-events")).items.length > 0);

  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await openConsole(context, app.url, app.password);
  await page.getByRole("link", { name: "今天", exact: true }).click();
  const dates = page.locator(".empty-date", { hasText: "村情" });
  await dates.first().waitFor();
  expect(await dates.evaluateAll((all) => all.map(({ className }) => className.split(" ").at(-1)))).toEqual([
    "last",
    "soon",
    "early",
  ]);
  expect(await dates.allInnerTexts()).toEqual([
    expect.stringContaining("就在明天！"),
    expect.stringContaining("还有 3 天"),
    expect.stringContaining("还有 5 天"),
  ]);
  expect(await page.getByText("届时将不播出：这一天没有可播的已批准内容").count()).toBeGreaterThan(2);
  await page.getByText("时钟被往回调了 00:10").waitFor();
  const conflict = page.locator(".conflict", { hasText: "村情" });
  expect(await conflict.innerText()).toMatch(/撞时[^]*届时播出“镇情”[^]*12:05 都有空/);
  await page.getByRole("button", { name: "切换为英文" }).click();
  await dates.getByText("In 3 days").waitFor();
  await page.getByText("It was set back by 00:10").waitFor();
  await conflict.getByText("“镇情” has the air").waitFor();
  await context.close();
});
