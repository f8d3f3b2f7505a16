import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { choosePlace, launchChromium, openConsole } from "../support/browser.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { FAR_VILLAGE, NEIGHBOUR, VILLAGE } from "../support/fleet.ts";

let app: RunningApp;
let browser: Browser;
let id: string;
let client: DeviceClient;

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, app.url, VILLAGE);
  await enrolDevice(app.operator, app.url, NEIGHBOUR);
  client = await connectDevice(app.brokerUrl, device);
  ({ id } = device.identity);
  const tell = (leaf: "presence" | "state" | "report", message: object) =>
    client.publish(uplinkTopic(id, leaf), JSON.stringify(message), leaf === "presence");
  await tell("presence", { online: true, bootId: "b1", at: Date.now(), software: "horn/2.0" });
  await tell("state", {
    revision: 1,
    desiredVersion: 0,
    cached: { ready: 0, total: 0 },
    volume: 90,
    groups: [],
    clock: { offsetMs: 1, trusted: true },
    freeBytes: 1,
    faults: [],
  });
  await tell("report", { bootId: "b1", records: [{ seq: 1, at: Date.now(), type: "sang" }] });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await client.end();
  await app.close();
});

const consoleIn = async (width: number): Promise<Page> => {
  const context = await browser.newContext({ locale: "zh-CN", viewport: { width, height: 900 } });
  return openConsole(context, app.url, app.password);
};
/** The list's tab has the same name. */
const openDevices = (page: Page) =>
  page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name: "终端", exact: true }).click();
const rowsOf = (page: Page) => page.getByRole("table", { name: "终端" });
const dialogOf = (page: Page) => page.getByRole("dialog");
const settingsOf = async () =>
  (await app.operator.get<{ desired: Record<string, unknown> }>(`/devices/${id}/twin`)).desired;

test("a device's settings are changed, the difference shows, and a conflict is told before anything is lost", async () => {
  const page = await consoleIn(1280);
  await openDevices(page);
  await rowsOf(page).getByRole("link", { name: "东村", exact: true }).click();
  await page.getByRole("heading", { name: "东村", exact: true }).waitFor();
  await page.getByRole("button", { name: "修改设定…" }).click();
  await dialogOf(page).getByLabel("音量（%）").fill("60");
  await dialogOf(page).getByLabel("分组").fill("schools choir");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}`) });
  await row("音量").getByText("60%").waitFor();
  await row("音量").getByText("90%").waitFor();
  await row("音量")
    .getByText(/自 .+ 起/)
    .waitFor();
  await row("分组").getByText("choir、schools").waitFor();

  // Somebody else changes another thing while the dialog is open.
  await page.getByRole("button", { name: "修改设定…" }).click();
  await app.operator.patch(`/devices/${id}/twin`, { maxKbps: 300 }, "*");
  await dialogOf(page).getByLabel("音量（%）").fill("50");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  await dialogOf(page)
    .getByText(/admin 刚刚也改了/)
    .waitFor();
  await dialogOf(page).getByText("下载限速：300 kbit/s").waitFor();
  await dialogOf(page).getByRole("button", { name: "仍按我的保存" }).click();
  await row("音量").getByText("50%").waitFor();
  expect(await settingsOf()).toMatchObject({ volume: 50, maxKbps: 300, groups: ["choir", "schools"] });
  await page.context().close();
}, 60_000);

test("devices are found by whether they follow, and changed together with a result for each", async () => {
  const page = await consoleIn(1280);
  await openDevices(page);
  await page.getByLabel("设定是否生效").selectOption("differs");
  await rowsOf(page).getByRole("link", { name: "西村", exact: true }).waitFor({ state: "detached" });
  await page.getByLabel("勾选 东村").check();
  await page.getByRole("button", { name: "设定勾选的 1 台…" }).click();
  // Meanwhile it is at another version.
  await app.operator.patch(`/devices/${id}/twin`, { maxKbps: 301 }, "*");
  await dialogOf(page).getByLabel("音量（%）").fill("45");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  await dialogOf(page)
    .getByText(/1 台刚刚被别人改过/)
    .waitFor();
  await dialogOf(page).getByRole("button", { name: "关闭" }).click();

  await page.getByRole("button", { name: "批量设定…" }).click();
  await dialogOf(page).getByLabel("寿光市", { exact: true }).check();
  await dialogOf(page).getByLabel("音量（%）").fill("45");
  await dialogOf(page).getByLabel("加入分组").fill("spring");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  await dialogOf(page).getByText("已修改 2 台。").waitFor();
  expect(await settingsOf()).toMatchObject({
    volume: 45,
    maxKbps: 301,
    groups: ["choir", "schools", "spring"],
  });
  await page.context().close();
}, 60_000);

test("regions are counted, the list is searched, and new devices have codes to print", async () => {
  await app.operator.post("/devices", { regionCode: FAR_VILLAGE, kind: "terminal", name: "大屏" });
  const page = await consoleIn(1366);
  const refused: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) refused.push(message.text());
  });
  await openDevices(page);
  const tree = page.getByRole("navigation", { name: "按行政区划看终端" });
  await tree.getByRole("link", { name: /^寿光市 在线 1\/2/ }).waitFor();
  await page.getByText("3 个村中 2 个装有广播终端，现在能到 1 个。").waitFor();
  await page.locator(".coverage-chart canvas").waitFor();
  await page.getByText("看数字").click();
  await page.getByRole("row", { name: /稻田镇 2 2 1 50/ }).waitFor();

  await tree.getByRole("link", { name: /^侯镇/ }).click();
  await rowsOf(page).getByRole("link", { name: "大屏", exact: true }).waitFor();
  await rowsOf(page).getByRole("link", { name: "东村", exact: true }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "为各村建终端…" }).click();
  await dialogOf(page).getByRole("button", { name: "生成登记码" }).click();
  await page.getByText("共 1 个登记码。").waitFor();
  await page.getByRole("img", { name: "远村 的登记二维码" }).waitFor();
  await page.getByRole("button", { name: "返回" }).click();
  await page.getByLabel("查找").fill("大屏");
  await page.waitForURL(/[?&]q=/);
  await rowsOf(page).getByRole("link", { name: "远村", exact: true }).waitFor({ state: "detached" });
  // What the address looks for no more is not put back.
  await page.goto(`${app.url}/#/devices`);
  await rowsOf(page).getByRole("link", { name: "东村", exact: true }).waitFor();
  expect(await page.getByLabel("查找").inputValue()).toBe("");
  await page.getByLabel("查找").fill("大屏");
  await rowsOf(page).getByRole("link", { name: "东村", exact: true }).waitFor({ state: "detached" });

  await page.getByLabel("勾选 大屏").check();
  await page.getByRole("button", { name: "吊销勾选的 1 台…" }).click();
  await dialogOf(page).getByRole("heading", { name: "吊销终端“大屏”？" }).waitFor();
  await dialogOf(page).getByRole("button", { name: "吊销", exact: true }).click();
  await rowsOf(page).getByText("已吊销").waitFor();
  expect(refused).toEqual([]);
  await page.context().close();
}, 60_000);

test("a device's page has its playlist, what it played and its village's bundle", async () => {
  const page = await consoleIn(1366);
  await page.goto(`${app.url}/#/devices/${id}`);
  await page.getByText(/^终端还持有第 1 版|^终端持有的就是这一份/).waitFor();
  await page.getByText("还没有给它的播出。").waitFor();
  await page.getByText("没有断线记录。").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "下载 U 盘包" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.tar$/);
  await page.context().close();
}, 60_000);

test("software channels, the quarantine, outages and the keys have their places, on a telephone too", async () => {
  const page = await consoleIn(390);
  const fits = async () =>
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await page.goto(`${app.url}/#/devices/software`);
  await page.getByRole("button", { name: "新建通道…" }).click();
  await dialogOf(page).getByLabel("短名").fill("stable");
  await dialogOf(page).getByLabel("软件", { exact: true }).fill("horn/2.1");
  await dialogOf(page).getByRole("button", { name: "保存" }).click();
  await app.operator.patch(`/devices/${id}/twin`, { softwareChannel: "stable" }, "*");
  await page.getByText("1 台未升级").waitFor();
  await fits();
  await page.getByRole("button", { name: "删除" }).click();
  await dialogOf(page).getByRole("button", { name: "删除" }).click();
  await dialogOf(page).getByText("这个软件通道里还有 1 台终端。").waitFor();
  await dialogOf(page).getByRole("button", { name: "取消" }).click();

  await page.goto(`${app.url}/#/devices/${id}`);
  await page.getByText("horn/2.1").waitFor();
  await fits();
  await page.getByRole("link", { name: "它的隔离回传" }).click();
  await page.getByText("查看原文").click();
  await page.getByText('"type":"sang"').waitFor();
  await fits();
  await page.getByRole("link", { name: "断线", exact: true }).click();
  await page.getByText("没有断线。").waitFor();
  await fits();
  await choosePlace(page, "设置");
  await page.getByRole("link", { name: "签名密钥", exact: true }).click();
  await page.getByRole("button", { name: "更换密钥…" }).click();
  await dialogOf(page).getByRole("button", { name: "更换密钥" }).click();
  await page.getByText(/^第 2 套/).waitFor();
  await fits();
  await page.context().close();
}, 60_000);
