import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { giveProof, launchChromium, openConsole } from "../support/browser.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { COUNTY, NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { PASSWORD } from "../support/people.ts";
import { secondPerson } from "../support/second-person.ts";

let app: RunningApp;
let browser: Browser;
beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  // Whenever this runs, the whole day is quiet.
  await app.operator.put(`/regions/${COUNTY}/policy`, { quietHours: [{ from: "00:00", to: "00:00" }] });
  await secondPerson(app);
  await enrolDevice(app.operator, app.url, VILLAGE);
  await enrolDevice(app.operator, app.url, NEIGHBOUR);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

const openAs = async (name: string, password: string) => {
  const context = await browser.newContext({ locale: "zh-CN", viewport: { width: 1366, height: 768 } });
  return openConsole(context, app.url, password, name);
};

test("what waits is on the second person's first page, is confirmed there after, and both are named", async () => {
  const targets = { regions: [COUNTY], kinds: ["loudspeaker"], exclude: [VILLAGE] };
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "全市停水",
    class: "announcement",
    source: { text: "今晚全市停水。" },
    targets,
  });
  const maker = await openAs("admin", app.password);
  await maker.getByRole("link", { name: "通知", exact: true }).click();
  const own = maker.locator(".card.interrupt", { hasText: "全市停水" });
  await own.getByText("由您发起：须请另一人登录后确认。").waitFor();
  await own.getByText("全市喇叭（不含东村）").waitFor();
  expect(await own.getByRole("button", { name: "确认" }).count()).toBe(0);

  const page = await openAs("deputy", PASSWORD);
  await page.getByRole("link", { name: "今天", exact: true }).click();
  await page.getByRole("heading", { name: "等我作为第二人确认" }).waitFor();
  await page.getByRole("link", { name: "全市停水" }).first().click();
  const card = page.locator(".card.interrupt", { hasText: "全市停水" });
  await card.getByText(/须由另一人在 .+ 前确认/).waitFor();
  const previewed = page.waitForRequest("**/interrupts/preview");
  await card.getByRole("button", { name: "确认" }).click();
  expect((await previewed).postDataJSON()).toMatchObject({ targets });
  const dialog = page.getByRole("dialog");
  await dialog.getByText("今晚全市停水。").waitFor();
  await dialog.getByText("全市喇叭（不含东村）").waitFor();
  await dialog.getByText("这些地区另有 1 台终端不会播").waitFor();
  await dialog.getByText(/它可能在静音时段（(全天|22:00–06:00)）向全市多数村庄播出/).waitFor();
  await dialog.getByRole("button", { name: "确认" }).click();
  await giveProof(page, PASSWORD);
  await card.getByText("deputy 确认").waitFor();
  expect(await app.operator.get(`/announcements/${id}`)).toMatchObject({
    people: { created: "admin", confirmed: "deputy" },
  });
});

test("a drill has its stripes wherever it is listed or shown", async () => {
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "静默防汛",
    class: "drill",
    silent: true,
    source: { text: "防汛演练。" },
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    startAt: new Date(Date.now() + 600_000).toISOString(),
  });
  const contacts = [{ role: "村广播员", telephone: "0536-5220001" }];
  await app.operator.put(`/regions/${NEIGHBOUR}/contacts`, { contacts });
  const page = await openAs("admin", app.password);
  const stripes = (within: string) =>
    page.locator(within, { hasText: "静默防汛" }).locator(".drill-badge").first();
  await page.getByRole("link", { name: "今天", exact: true }).click();
  await stripes("tr").waitFor();
  // Neither device has it yet.
  const called = page.locator(".call-list details", { hasText: "稻田镇：2 台" });
  await called.waitFor();
  expect(await page.locator("a[href^='tel:']").count()).toBe(0);
  await page.getByRole("button", { name: "显示联系电话" }).click();
  await called.locator("summary").click();
  await called.getByRole("listitem").filter({ hasText: "西村" }).getByText("村广播员").waitFor();
  expect(await called.getByRole("link", { name: "0536-5220001" }).getAttribute("href")).toBe(
    "tel:05365220001",
  );
  await page.goto(`${app.url}/#/broadcasts/${id}`);
  await page.locator(".panel-what .drill-badge").waitFor();
  expect(await page.locator(".panel-what .drill-badge").innerText()).toContain("静默");
});

test("quiet hours that one person made shorter are on Today, and another person confirms them there", async () => {
  const path = "/policy/shortened-hours";
  const waiting = async () => (await app.operator.get<{ items: object[] }>(path)).items;
  await app.operator.remove(`/regions/${COUNTY}/policy`);
  const heading = { name: "等第二人确认的排期和静音时段" };
  const maker = await openAs("admin", app.password);
  await maker.getByRole("link", { name: "今天", exact: true }).click();
  await maker.getByRole("heading", heading).waitFor();
  await maker.getByText("由您发起：须请另一人登录后确认。").waitFor();

  const page = await openAs("deputy", PASSWORD);
  await page.getByRole("link", { name: "今天", exact: true }).click();
  await page.getByText("原为 全天。").waitFor();
  // The server's own night holds on.
  await page.getByText("现在它自己没有静音时段，上级的仍然有效。").waitFor();
  expect(await waiting()).toHaveLength(1);
  await page.getByRole("button", { name: "确认" }).click();
  await page.getByLabel("当前密码").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("status").filter({ hasText: "已取消，什么都没有执行。" }).waitFor();
  expect(await page.locator(".problem").count()).toBe(0);
  await page.getByRole("button", { name: "确认" }).click();
  await giveProof(page, "not-the-password");
  await page.getByText("没有通过验证").waitFor();
  expect(await waiting()).toHaveLength(1);
  await page.getByRole("button", { name: "确认" }).click();
  await giveProof(page, PASSWORD);
  await page.getByRole("heading", heading).waitFor({ state: "detached" });
  expect(await waiting()).toEqual([]);
});
