import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { addMonths } from "../../src/console/pages/calendar/dates.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole } from "../support/browser.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { COUNTY, TOWN } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

interface Saved {
  id: string;
  name: string;
  version: number;
  rule: object;
  targets: object;
  exceptions?: object[];
}

const VIEWPORT = { width: 1366, height: 1000 };

let app: RunningApp;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let programme: string;
/** So far ahead that nothing of it begins meanwhile. */
const MONTH = addMonths(new Date().toISOString().slice(0, 7), 1);
const day = (number: number) => `${MONTH}-${String(number).padStart(2, "0")}`;

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  programme = await programmeId(app.operator, "broadcast");
  browser = await launchChromium();
  context = await browser.newContext({
    locale: "zh-CN",
    viewport: { width: 1366, height: 1000 },
    hasTouch: true,
  });
  page = await openConsole(context, app.url, app.password);
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

const schedules = async () => (await app.operator.get<{ items: Saved[] }>("/schedules")).items;
const saved = async (name: string): Promise<Saved | undefined> =>
  (await schedules()).find((schedule) => schedule.name === name);
async function create(name: string, dates: string[]): Promise<string> {
  const definition = scheduleDefinition({
    name,
    rule: { dates, times: ["10:00"] },
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
  });
  return (await app.operator.post<Saved>("/schedules", { programmeId: programme, ...definition })).id;
}
const entryOn = (date: string) => page.locator(`.entry[data-date="${date}"]`, { hasText: "10:00" });
const dayAt = (date: string) => page.locator(".ec-day", { has: page.locator(`[data-date="${date}"]`) });
const keepFromReading = (address: string) =>
  page.route(address, (route) => (route.request().method() === "GET" ? route.abort() : route.continue()));
/** Somebody asks to see what there is now; what the page asks by itself at that moment waits for it. */
async function lookAgain(address: string): Promise<void> {
  const pressed = Promise.withResolvers<void>();
  await page.route(address, async (route) => {
    await pressed.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "重新查看" }).click();
  pressed.resolve();
}
const dialog = () => page.getByRole("dialog");

test("a rule is filled in as a sentence, shows its next twelve dates, and is saved", async () => {
  await page.goto(`${app.url}/#/calendar`);
  await page.getByRole("link", { name: "新建排期" }).click();
  const sentence = page.locator(".sentence");
  expect(await sentence.innerText()).toBe("每月1日、15日 07:00，全市喇叭");
  const dates = page.locator(".next-dates li");
  await dates.first().waitFor();
  const ofMonth = page.getByRole("group", { name: "每月几日" });
  await ofMonth.getByLabel("1", { exact: true }).uncheck();
  await ofMonth.getByLabel("15", { exact: true }).uncheck();
  await ofMonth.getByLabel("8", { exact: true }).check();
  await page.getByLabel("时间", { exact: true }).fill("09:30");
  expect(await sentence.innerText()).toBe("每月8日 09:30，全市喇叭");
  await page.locator(".next-dates[aria-busy=false] li", { hasText: "8日周" }).first().waitFor();
  expect(await dates.count()).toBe(12);
  expect(await dates.allInnerTexts()).toEqual(
    Array.from({ length: 12 }, () => expect.stringMatching(/月8日周. 09:30.*没有内容：/)),
  );
  await page.getByLabel("名称", { exact: true }).fill("八号晨播");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByRole("heading", { name: "修改排期：八号晨播" }).waitFor();
  expect(await saved("八号晨播")).toMatchObject({
    version: 1,
    rule: { daysOfMonth: [8], times: ["09:30"] },
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
  });
});

test("what meets another broadcast is saved with a reason only, and the reason stays", async () => {
  const ofMonth = page.getByRole("group", { name: "每月几日" });
  await ofMonth.getByLabel("1", { exact: true }).check();
  await page.getByLabel("时间", { exact: true }).fill("07:00");
  const conflict = page.locator(".conflict", { hasText: "党建之声" });
  await conflict.waitFor();
  const save = page.getByRole("button", { name: "保存" });
  // Heard by no device it meets nothing, and is not complete.
  const kind = page.getByLabel("广播终端", { exact: true });
  await kind.uncheck();
  await conflict.waitFor({ state: "hidden" });
  expect(await save.isDisabled()).toBe(true);
  await kind.check();
  await conflict.waitFor();
  await save.click();
  const reason = page.getByLabel("有冲突仍要保存的原因");
  expect(
    await reason.evaluate((field: { validity: { valueMissing: boolean } }) => field.validity.valueMissing),
  ).toBe(true);
  expect(await saved("八号晨播")).toMatchObject({ version: 1 });
  await reason.fill("两套节目轮流");
  await save.click();
  await page.getByText("有冲突仍保存的记录").click();
  await page.getByText(/第 2 版，admin，.*：两套节目轮流/).waitFor();
  expect(await saved("八号晨播")).toMatchObject({ version: 2, rule: { daysOfMonth: [8, 1] } });
});

test("a part of the year goes with its times; what is discarded leaves nothing typed", async () => {
  await page.goto(`${app.url}/#/calendar/schedules/new`);
  await page.getByText("一年中另有时间的时段").click();
  const times = page.getByLabel("时间（用空格分开）");
  for (const [index, typed] of ["06:00 18:00", "08:00  20:00"].entries()) {
    await page.getByRole("button", { name: "添加时段" }).click();
    await times.nth(index).fill(typed);
  }
  // What is typed stays as it is typed.
  expect(await times.nth(1).inputValue()).toBe("08:00  20:00");
  await page.locator(".row", { has: times }).first().getByRole("button", { name: "去掉" }).click();
  expect(await times.count()).toBe(1);
  expect(await times.inputValue()).toBe("08:00 20:00");
  const tags = page.getByLabel("只限这些标签（用逗号分开，空为不限）");
  await tags.fill("山区");
  await page.goto(`${app.url}/#/calendar/schedules`);
  await page.getByRole("link", { name: "新建排期" }).click();
  await tags.fill("山区，库区");
  await page.getByRole("button", { name: "放弃修改" }).click();
  expect(await tags.inputValue()).toBe("");
  await page.getByRole("button", { name: "添加例外" }).click();
  await page.getByLabel("日期", { exact: true }).fill(day(2));
  await page.getByLabel("原因", { exact: true }).fill("考试");
  // What is wrong is said of the field by its label.
  await page.locator(".next-dates .problem p", { hasText: /^例外的日子：/ }).waitFor();
});

test("a broadcast is dragged to another day, and moved on by keys; each is an exception with its reason", async () => {
  const id = await create("拖动", [day(10)]);
  await page.goto(`${app.url}/#/calendar?date=${day(1)}`);
  await entryOn(day(10)).dragTo(dayAt(day(12)));
  await dialog().getByLabel("原因").fill("会议");
  expect(await dialog().getByLabel("日期").inputValue()).toBe(day(12));
  await dialog().getByRole("button", { name: "保存" }).click();
  await entryOn(day(12)).getByText("改期").waitFor();
  expect(await saved("拖动")).toMatchObject({
    version: 2,
    exceptions: [{ date: day(10), time: "10:00", moveTo: { date: day(12) }, reason: "会议" }],
  });

  await entryOn(day(12)).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await dialog().getByLabel("原因").fill("再晚一天");
  await page.locator(".entry-change button[type=submit]:enabled").waitFor();
  await page.keyboard.press("Enter");
  await entryOn(day(13)).waitFor();
  // Whoever goes on by keys goes on from there.
  await page.locator(`.entry[data-date="${day(13)}"]:focus`).waitFor();
  expect(await saved("拖动")).toMatchObject({
    id,
    version: 3,
    exceptions: [{ date: day(10), time: "10:00", moveTo: { date: day(13) }, reason: "再晚一天" }],
  });

  await page.goBack();
  await entryOn(day(13)).press("Enter");
  await dialog().getByText("恢复成排期的样子").click();
  await dialog().getByRole("button", { name: "保存" }).click();
  await entryOn(day(10)).waitFor();
  expect(await saved("拖动")).not.toHaveProperty("exceptions");

  // One's own change is no change of somebody else.
  await page.goto(`${app.url}/#/calendar/schedules/${id}`);
  const name = page.getByLabel("名称", { exact: true });
  await name.fill("拖动，改名");
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  await page.route(`**/schedules/${id}?*`, async (route) => {
    asked.resolve();
    await answered.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "保存" }).click();
  await asked.promise;
  // What would be typed meanwhile would be lost.
  await name.focus();
  await page.keyboard.type("，又");
  expect(await name.inputValue()).toBe("拖动，改名");
  answered.resolve();
  await until(async () => (await saved("拖动，改名"))?.version === 5);
  await page.unrouteAll();
});

interface Point {
  x: number;
  y: number;
}

test("a finger that stays on a broadcast drags it, one that goes at once scrolls; a drag that is cut off leaves all as it was", async () => {
  await create("手指", [day(16)]);
  const touched = await browser.newContext({ locale: "zh-CN", viewport: VIEWPORT, hasTouch: true });
  const screen = await openConsole(touched, app.url, app.password);
  await screen.goto(`${app.url}/#/calendar?date=${day(1)}`);
  const session = await touched.newCDPSession(screen);
  const entry = screen.locator(`.entry[data-date="${day(16)}"]`, { hasText: "10:00" });
  const dayAfter = screen.locator(".ec-day", { has: screen.locator(`[data-date="${day(17)}"]`) });
  const form = screen.getByRole("dialog");
  const centre = async (of: Locator): Promise<Point> => {
    const { x = 0, y = 0, width = 0, height = 0 } = (await of.boundingBox()) ?? {};
    return { x: x + width / 2, y: y + height / 2 };
  };
  const touch = (type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel", ...touchPoints: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const preview = screen.locator(".ec-preview");
  /** A finger comes down on the broadcast and goes to the day after; `held` when it stays until it has taken hold. */
  async function slide(how: "held" | "at once"): Promise<void> {
    await entry.scrollIntoViewIfNeeded();
    const from = await centre(entry);
    const to = await centre(dayAfter);
    await touch("touchStart", from);
    if (how === "held") await preview.waitFor();
    for (const part of [0.3, 0.6, 1]) {
      await touch("touchMove", {
        x: from.x + (to.x - from.x) * part,
        y: from.y + (to.y - from.y) * part,
      });
    }
  }

  await slide("at once");
  expect(await preview.count()).toBe(0);
  await touch("touchEnd");
  expect(await form.count()).toBe(0);

  await slide("held");
  await touch("touchCancel");
  await preview.waitFor({ state: "detached" });
  expect(await form.count()).toBe(0);

  await slide("held");
  await touch("touchEnd");
  await form.waitFor();
  expect(await form.getByLabel("日期").inputValue()).toBe(day(17));
  await touched.close();
});

test("a broadcast stands in its day, and a bar in its row, also where there is no subgrid", async () => {
  await page.route("**/*.css", async (route) => {
    const response = await route.fetch();
    const sheet = (await response.text())
      .replaceAll("@supports not (grid-template-rows:subgrid)", "@supports (display:grid)")
      .replaceAll("subgrid", "no-such-value");
    await route.fulfill({ response, body: sheet });
  });
  await page.goto("about:blank");
  await page.goto(`${app.url}/#/calendar?date=${day(1)}`);
  const isWithin = async (inner: Locator, outer: Locator) => {
    const [part, whole] = [await inner.boundingBox(), await outer.boundingBox()];
    if (!part || !whole) throw new Error("one of them is not there");
    return (
      part.x >= whole.x - 1 &&
      part.y >= whole.y - 1 &&
      part.x + part.width <= whole.x + whole.width + 1 &&
      part.y + part.height <= whole.y + whole.height + 1
    );
  };
  await entryOn(day(16)).waitFor();
  expect(
    await page.evaluate("getComputedStyle(document.querySelector('.ec-events')).gridTemplateRows"),
  ).not.toBe("none");
  expect(await isWithin(entryOn(day(16)), dayAt(day(16)))).toBe(true);

  await page.goto(`${app.url}/#/calendar?view=timeline&date=${day(16)}&region=${TOWN}`);
  const row = page.locator(".timeline .ec-row-head").first();
  await page.locator(".bar-of-day").first().waitFor();
  const [bar, head] = [await page.locator(".bar-of-day").first().boundingBox(), await row.boundingBox()];
  expect(bar?.y).toBeGreaterThanOrEqual(head?.y ?? Infinity);
  expect((bar?.y ?? Infinity) + (bar?.height ?? 0)).toBeLessThanOrEqual((head?.y ?? 0) + (head?.height ?? 0));
  expect(bar?.x).toBeGreaterThan((head?.x ?? 0) + (head?.width ?? 0));
  await page.unrouteAll();
  await page.goto("about:blank");
});

test("whoever changes what somebody else changed meanwhile is told, and loses nothing", async () => {
  const id = await create("两人", [day(20)]);
  const definition = scheduleDefinition({
    name: "两人",
    rule: { dates: [day(20)], times: ["10:00"] },
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
  });
  const change = (more: object) => app.operator.put(`/schedules/${id}`, { ...definition, ...more });
  await page.goto(`${app.url}/#/calendar/schedules/${id}`);
  await page.getByLabel("名称", { exact: true }).fill("两人，我的");
  await page.locator(".next-dates[aria-busy=false] li").first().waitFor();
  // What it is told of the change does not reach the page: it finds out by saving.
  const ofSchedule = `**/api/v1/schedules/${id}`;
  await keepFromReading(ofSchedule);
  await change({ priority: 60 });
  const save = page.getByRole("button", { name: "保存" });
  await save.click();
  await page.getByText("没有保存。请先看看现在是什么样子").waitFor();
  await lookAgain(ofSchedule);
  await page.getByText("现在是第 2 版，您改的是第 1 版。").waitFor();
  await page.getByText("与现在那一版不同的有：名称、优先级。").waitFor();
  expect(await page.getByLabel("名称", { exact: true }).inputValue()).toBe("两人，我的");
  expect(await saved("两人")).toMatchObject({ version: 2 });
  await page.getByRole("button", { name: "用我的盖过去" }).click();
  await save.click();
  await until(async () => (await saved("两人，我的"))?.version === 3);

  await page.goto(`${app.url}/#/calendar?date=${day(1)}`);
  await entryOn(day(20)).waitFor();
  const ofTimetable = "**/api/v1/timetable?*";
  await keepFromReading(ofTimetable);
  await change({ name: "两人" });
  await entryOn(day(20)).press("Shift+ArrowDown");
  await dialog().getByText("您打开之后，别人改过这个排期").waitFor();
  expect(await dialog().getByRole("button", { name: "保存" }).isDisabled()).toBe(true);
  await lookAgain(ofTimetable);
  await dialog().getByLabel("原因").fill("推迟");
  await dialog().getByRole("button", { name: "保存" }).click();
  await until(async () => (await saved("两人"))?.version === 5);
  expect((await saved("两人"))?.exceptions).toHaveLength(1);
  await page.unrouteAll();
});

test("an address for other calendars is made, and copied where the page has no clipboard, or selected for the keyboard", async () => {
  await page.goto(`${app.url}/#/calendar/sharing`);
  await page.getByLabel("给谁用").fill("镇宣传办手机");
  await page.getByRole("button", { name: "生成订阅网址" }).click();
  const address = await page.locator(".secret").innerText();
  expect(address).toContain("/calendar.ics?token=");
  // As in an office that reaches the server without HTTPS.
  await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.evaluate("document.execCommand = () => false");
  await page.getByRole("button", { name: "复制" }).click();
  await page.getByText("请按 Ctrl+C").waitFor();
  expect(await page.evaluate("String(getSelection())")).toBe(address);
  await page.evaluate("delete document.execCommand");
  await page.getByRole("button", { name: "复制" }).click();
  await page.getByText("已复制").waitFor();
});

test("what others save is shown at once; a cut line is said, and what came meanwhile is there when it is back", async () => {
  await page.goto(`${app.url}/#/calendar?date=${day(1)}`);
  await page.locator(".month .entry").first().focus();
  await create("随改随见", [day(22)]);
  // Told by the server: by itself the page would ask after half a minute.
  await entryOn(day(22)).waitFor({ timeout: 15_000 });
  expect(await page.locator(".month .entry:focus").count()).toBe(1);
  const asked = Promise.withResolvers<void>();
  await page.route("**/api/v1/timetable?*", async (route) => {
    await asked.promise;
    await route.continue();
  });
  await page.getByRole("button", { name: "下个月" }).click();
  // That nothing is in it yet is not said of the other month.
  await page.locator(".former .month").waitFor();
  asked.resolve();
  await page.locator(".former").waitFor({ state: "detached" });
  await page.unrouteAll();
  await page.goBack();
  await context.setOffline(true);
  await page.getByText("连不上服务器").waitFor();
  await create("断线时改", [day(24)]);
  expect(await entryOn(day(22)).isVisible()).toBe(true);
  await context.setOffline(false);
  await entryOn(day(24)).waitFor();
  await page.getByText("连不上服务器").waitFor({ state: "hidden" });
});
