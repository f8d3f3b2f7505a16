import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { choosePlace, giveProof, launchChromium, openConsole } from "../support/browser.ts";
import { enrolDevice } from "../support/county.ts";
import { COUNTY, REGIONS_CSV, TOWN, VILLAGE } from "../support/fleet.ts";
import { newPerson, ofArea, PASSWORD } from "../support/people.ts";
import { secondPerson } from "../support/second-person.ts";

let app: RunningApp;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
  const context = await browser.newContext({ locale: "zh-CN", viewport: { width: 1366, height: 768 } });
  page = await openConsole(context, app.url, app.password);
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

/** As an office has it: the county and its towns are there already. */
const VILLAGES = REGIONS_CSV.replace("county,,", "county,370700000000,");
const rule = (name: RegExp) => page.getByRole("row", { name });
const dialogOf = (on: Page) => on.locator("dialog[open]");

test("an empty county is tried with sample data, which every page says it is, and which goes by name as a whole", async () => {
  await choosePlace(page, "今天");
  await page.getByRole("button", { name: "先看看样例" }).click();
  await dialogOf(page).getByRole("button", { name: "放入样例数据" }).click();
  const bar = page.getByRole("region", { name: "样例数据" });
  await bar.getByText(/“样例市”里的一切都是样例/).waitFor({ timeout: 60_000 });
  await page.getByText(/移除“样例市”后，从这里开始/).waitFor();
  await choosePlace(page, "栏目");
  await page.getByRole("link", { name: "样例栏目·党建之声" }).waitFor();
  await bar.getByRole("button", { name: "移除样例…" }).click();
  await dialogOf(page).getByRole("button", { name: "移除“样例市”" }).click();
  await bar.waitFor({ state: "detached" });
  expect(await app.operator.get("/sample")).toEqual({ sample: null, hindrance: null });
});

test("the first steps stand on Today until they are done, can be put aside and taken up again", async () => {
  await choosePlace(page, "今天");
  const steps = page.getByRole("region", { name: "首次设置" });
  const step = (name: string) => steps.getByRole("listitem").filter({ hasText: name });
  await step("镇街和村的名单").getByText("下一步").waitFor();
  await steps.getByRole("button", { name: "先放一放" }).click();
  await page.reload();
  await page.getByRole("button", { name: /^继续首次设置/ }).click();

  await steps.getByRole("link", { name: "导入村名单" }).click();
  const file = dialogOf(page).getByLabel("CSV 文件（UTF-8）");
  const csv = (text: string) => ({ name: "regions.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await file.setInputFiles(csv(`${VILLAGES}370783112203,village,370783999000,北村,\n`));
  await dialogOf(page).getByRole("button", { name: "导入", exact: true }).click();
  await dialogOf(page).getByText("370783112203 的上级是 370783112000，不是“370783999000”").waitFor();
  await file.setInputFiles(csv(VILLAGES));
  await dialogOf(page).getByRole("button", { name: "导入", exact: true }).click();
  await page.getByText(/^已导入：新增 \d+ 个/).waitFor();

  await choosePlace(page, "今天");
  await step("镇街和村的名单").getByText("已完成").waitFor();
  await step("第一台终端").getByText("下一步").waitFor();
  await enrolDevice(app.operator, app.url, VILLAGE);
  await page.reload();
  await step("第一份录音").getByText("下一步").waitFor();
  expect(await steps.getByText("已完成").count()).toBe(4);
});

test("a button whose act failed says again what it does, though no animation's end be told", async () => {
  const other = await page.context().newPage();
  await other.addInitScript(
    `addEventListener("transitionend", (event) => event.stopImmediatePropagation(), true)`,
  );
  await other.goto(`${app.url}/#/settings/areas?import=`);
  const file = { name: "regions.csv", mimeType: "text/csv", buffer: Buffer.from("no table") };
  await dialogOf(other).getByLabel("CSV 文件（UTF-8）").setInputFiles(file);
  const act = dialogOf(other).getByRole("button", { name: "导入", exact: true });
  await act.click();
  await dialogOf(other).getByRole("alert").waitFor();
  await expect.poll(() => act.count(), { timeout: 5_000 }).toBe(1);
  await other.close();
});

test("a town adds stricter rules, which are told before they are saved and inherited below; it takes them back by name", async () => {
  await app.operator.put(`/regions/${COUNTY}/policy`, { maxVolume: 80 });
  await choosePlace(page, "设置");
  await page.getByLabel("按名称查找").fill("稻田镇");
  await page.getByTitle(`稻田镇 ${TOWN}`).click();
  await page.getByRole("heading", { name: "稻田镇执行的规则" }).waitFor();
  // The tree stays unfolded as it is while one of it is chosen after the other.
  const tree = page.getByRole("navigation", { name: "按行政区划看规则" });
  await tree.getByRole("button", { name: /稻田镇/ }).click();
  await tree.getByRole("link", { name: "东村" }).waitFor();
  await tree.getByRole("link", { name: "侯镇" }).click();
  await page.getByRole("heading", { name: "侯镇执行的规则" }).waitFor();
  expect(await tree.getByRole("link", { name: "东村" }).count()).toBe(1);
  await tree.getByRole("link", { name: "稻田镇" }).click();
  expect(page.url()).toContain(`#/settings/areas?within=${TOWN}`);
  await rule(/静音时段 22:00–06:00 继承 全部地区/).waitFor();
  await rule(/音量上限（%） 80% 继承 寿光市/).waitFor();

  await page.getByRole("button", { name: "为这里加规则" }).click();
  await page.getByText("至多 80%（寿光市）；不填则照上级").waitFor();
  await page.getByLabel("音量上限（%）").fill("90");
  await page.getByRole("button", { name: "加一段静音时段" }).click();
  await page.getByLabel("从", { exact: true }).fill("12:00");
  await page.getByLabel("到（可到次日）").fill("14:00");
  await page.getByRole("button", { name: "核对并保存…" }).click();
  expect(await page.getByLabel("音量上限（%）").evaluate((field) => field.matches(":invalid"))).toBe(true);
  expect(await dialogOf(page).count()).toBe(0);
  await page.getByLabel("音量上限（%）").fill("60");
  // What was filled in is there after a look at another page.
  await page.getByRole("link", { name: "转码规格", exact: true }).click();
  await rule(/广播音频 MP3/).waitFor();
  await page.goBack();
  expect(await page.getByLabel("音量上限（%）").inputValue()).toBe("60");
  await page.getByRole("button", { name: "核对并保存…" }).click();
  await dialogOf(page).getByText("新增静音时段 12:00–14:00").waitFor();
  await dialogOf(page).getByText("音量上限（%）：不限 → 60%").waitFor();
  // Nothing that somebody else saved meanwhile is overwritten.
  await app.operator.put(`/regions/${TOWN}/policy`, { dailyMinutesCap: 90 });
  await dialogOf(page).getByRole("button", { name: "保存", exact: true }).click();
  await dialogOf(page).getByText("其他人刚刚改过该地区的策略。").waitFor();
  await dialogOf(page).getByRole("button", { name: "取消" }).click();
  // What was filled in is compared with that now, and is saved all the same.
  await rule(/每天最多分钟 90 分钟/).waitFor();
  await page.getByRole("button", { name: "核对并保存…" }).click();
  await dialogOf(page).getByText("每天最多分钟：90 分钟 → 不限").waitFor();
  await dialogOf(page).getByRole("button", { name: "保存", exact: true }).click();
  await rule(/静音时段 12:00–14:00 本级设定/).waitFor();
  expect(await app.operator.get(`/regions/${TOWN}/policy`)).toMatchObject({
    own: { quietHours: [{ from: "12:00", to: "14:00" }], maxVolume: 60 },
  });

  await page.goto(`${app.url}/#/settings/areas?within=${VILLAGE}`);
  await rule(/静音时段 12:00–14:00 继承 稻田镇/).waitFor();
  await page.getByText("这里没有另加规则，全部继承上级。").waitFor();

  await page.goto(`${app.url}/#/settings/areas?within=${TOWN}`);
  await page.getByRole("button", { name: "全部收回…" }).click();
  await dialogOf(page).getByRole("button", { name: "收回“稻田镇”的规则" }).click();
  await rule(/音量上限（%） 80% 继承 寿光市/).waitFor();
  expect(await app.operator.get(`/regions/${TOWN}/policy`)).toMatchObject({ own: null });
});

test("a county's shorter quiet hours are told before they are saved, and wait for another person there", async () => {
  await secondPerson(app);
  await app.operator.put(`/regions/${COUNTY}/policy`, { quietHours: [{ from: "11:00", to: "15:00" }] });
  await page.goto(`${app.url}/#/settings/areas?within=${COUNTY}`);
  await page.getByRole("button", { name: "修改本级规则" }).click();
  await page.getByLabel("到（可到次日）").fill("13:00");
  await page.getByRole("button", { name: "核对并保存…" }).click();
  await dialogOf(page).getByText("去掉静音时段 11:00–15:00").waitFor();
  await dialogOf(page)
    .getByText(/直到另一人在“今天”或这里确认/)
    .waitFor();
  await dialogOf(page).getByRole("button", { name: "保存", exact: true }).click();
  await page.getByText("由您发起：须请另一人登录后确认。").waitFor();

  const context = await browser.newContext({ locale: "zh-CN" });
  const deputy = await openConsole(context, app.url, PASSWORD, "deputy");
  await deputy.goto(`${app.url}/#/settings/areas?within=${COUNTY}`);
  await deputy.getByRole("button", { name: "确认" }).click();
  await giveProof(deputy, PASSWORD);
  await deputy.getByText(/^静音时段已缩短：寿光市/).waitFor({ state: "detached" });
  expect(await app.operator.get("/policy/shortened-hours")).toEqual({ items: [] });
  await context.close();
});

test("how many sign is set by programme; the broker and the profiles are read", async () => {
  await page.goto(`${app.url}/#/settings/programmes`);
  const letGo = Promise.withResolvers<void>();
  await page.route("**/api/v1/programmes/*", (route) => letGo.promise.then(() => route.continue()));
  await rule(/党建之声.*党建聚焦、身边榜样、红色记忆.*三步：初审、复审、终审/)
    .getByRole("button")
    .click();
  await dialogOf(page).locator("[name=steps]").selectOption("2");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  // Closed before its answer is there, it closes nothing that was opened after it.
  await page.keyboard.press("Escape");
  await rule(/初心讲堂/)
    .getByRole("button")
    .click();
  letGo.resolve();
  await rule(/党建之声.*两步：初审、终审/).waitFor();
  await dialogOf(page).getByRole("button", { name: "取消" }).click();

  await page.getByRole("link", { name: "消息代理", exact: true }).click();
  await rule(/mqtt:\/\/127\.0\.0\.1:\d+ 已连接/).waitFor();
  await page.getByText("服务器自带", { exact: true }).waitFor();
  const { items } = await app.operator.get<{ items: { kind: string; review: object }[] }>("/programmes");
  expect(items.find(({ kind }) => kind === "broadcast")).toMatchObject({ review: { steps: 2 } });
});

test("a town's administrator changes no other town, sees no broker, and is told whom to ask", async () => {
  await newPerson(app, "daotian", ofArea(TOWN));
  const context = await browser.newContext({ locale: "zh-CN" });
  const own = await openConsole(context, app.url, PASSWORD, "daotian");
  await own.goto(`${app.url}/#/settings/broker`);
  await own.getByText("不允许这样做").waitFor();
  await own.goto(`${app.url}/#/settings/areas?within=370783109000`);
  await own.getByRole("button", { name: "为这里加规则" }).click();
  await own.getByLabel("音量上限（%）").fill("50");
  await own.getByRole("button", { name: "核对并保存…" }).click();
  await dialogOf(own).getByRole("button", { name: "保存", exact: true }).click();
  await dialogOf(own).getByText("不允许这样做").waitFor();
  expect(await app.operator.get("/regions/370783109000/policy")).toMatchObject({ own: null });

  await own.goto(`${app.url}/#/settings/areas?within=${TOWN}`);
  await own.getByRole("button", { name: "查看联系电话" }).click();
  await own.getByText("这里还没有联系电话。").waitFor();
  await own.getByRole("button", { name: "修改联系电话" }).click();
  await dialogOf(own).getByRole("button", { name: "加一个联系电话" }).click();
  await dialogOf(own).getByLabel("职务").fill("镇街值班室");
  await dialogOf(own).getByLabel("电话").fill("0536-5220003");
  await dialogOf(own).getByRole("button", { name: "保存" }).click();
  await own.getByRole("link", { name: "0536-5220003" }).waitFor();
  expect(await app.operator.get(`/regions/${TOWN}/contacts`)).toEqual({
    contacts: [{ role: "镇街值班室", telephone: "0536-5220003" }],
  });
  await context.close();
});
