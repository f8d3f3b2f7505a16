import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { choosePlace, openConsole, type Page } from "../support/browser.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import type { LiveAnnouncement } from "../support/speaker.ts";
import { breaksIn, speakLadder, stepsHeard } from "../support/spoken-ladder.ts";
import { launchWithMicrophone } from "../support/spoken-microphone.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

const WIDE = { width: 1366, height: 768 };

let folder: string;
let app: RunningApp;
let browser: Browser;
let gateway: Awaited<ReturnType<typeof enrolGateway>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-console-live-"));
  app = await runApp();
  await importRegions(app.operator);
  gateway = await enrolGateway(app, VILLAGE, folder);
  browser = await launchWithMicrophone(speakLadder(join(folder, "spoken.wav"), 20, 0.5));
}, 60_000);
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});

let context: BrowserContext;
let page: Page;
afterEach(() => context.close());

async function open(viewport = WIDE): Promise<void> {
  context = await browser.newContext({ locale: "zh-CN", viewport });
  page = await openConsole(context, app.url, app.password);
  await choosePlace(page, "通知");
}

const named = async (title: string) =>
  (await app.operator.get<{ items: (LiveAnnouncement & { title: string })[] }>("/announcements")).items.find(
    (each) => each.title === title,
  );
const bar = () => page.locator(".on-air");
const dialog = () => page.getByRole("dialog");
const form = () => page.locator("form.interrupt-form");

/** Fills the form in and goes on air. */
async function goOnAir(title: string): Promise<string> {
  await page.getByLabel("标题").fill(title);
  await page.getByLabel("现在直接喊话").check();
  if (!(await page.getByLabel("东村").isVisible()))
    await page.getByRole("button", { name: "展开稻田镇" }).click();
  await page.getByLabel("东村").check();
  await page.getByRole("button", { name: "看谁会听到，然后喊话…" }).click();
  await dialog().getByText("1 台终端，其中 1 台在线。").waitFor();
  await dialog().getByRole("button", { name: "接通话筒，开始喊话" }).click();
  await bar().getByText("正在喊话").waitFor();
  return (await named(title))?.id ?? "";
}
const sounds = (id: string) =>
  until(() => recordedMs(gateway.state, id) > 1_500, { what: "the sound at the gateway", timeoutMs: 60_000 });

test("whoever speaks sees so on every page, and is heard at the gateway while speaking", async () => {
  await using _device = await gateway.start();
  await open();
  await page.getByLabel("现在直接喊话").check();
  expect(await page.getByLabel("播几遍").isVisible()).toBe(false);
  await page.getByLabel("最长（分钟，1–30）").fill("31");
  await page.getByLabel("标题").fill("停水");
  await page.getByRole("button", { name: "看谁会听到，然后喊话…" }).click();
  await form().getByText("请填写最长时间").waitFor();
  await page.getByLabel("最长（分钟，1–30）").fill("2");

  const id = await goOnAir("停水");
  await bar().getByText("东村 · 1 台终端，其中 1 台在线").waitFor();
  await bar().getByText("/ 02:00").waitFor();
  const level = bar().locator("meter");
  await until(async () => (await level.evaluate((meter: { value: number }) => meter.value)) > -25, {
    what: "the level",
  });
  await bar()
    .getByText(/喇叭里比您晚约 \d+ 秒/)
    .waitFor({ timeout: 30_000 });
  await sounds(id);
  await choosePlace(page, "终端");
  expect(await bar().isVisible()).toBe(true);

  await bar().getByRole("button", { name: "结束喊话" }).click();
  await bar().getByText("您结束了喊话").waitFor();
  const finished = async () =>
    (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).proof.atLeast["finished"];
  await until(async () => (await finished()) === 1, { what: "the end", timeoutMs: 60_000 });
  const wav = join(gateway.state, "recordings", `${id}.wav`);
  expect(breaksIn(stepsHeard(wav))).toEqual([]);
  await bar().getByRole("button", { name: "关闭" }).click();
  expect(await bar().count()).toBe(0);
  await choosePlace(page, "通知");
  await page.locator(".card.interrupt", { hasText: "停水" }).getByText("现场").waitFor();
  await until(async () => (await named("停水"))?.assetSha256 !== null, { what: "the recording" });
}, 180_000);

test("who takes it back before the horns are open does not speak into them", async () => {
  await using _device = await gateway.start();
  await open();
  await page.evaluate(() => {
    const track = Reflect.get(globalThis, "MediaStreamTrack").prototype;
    const { stop } = track;
    track.stop = function stopAndTell() {
      Reflect.set(globalThis, "isMicrophoneClosed", true);
      stop.call(this);
    };
  });
  const spoken: string[] = [];
  page.on(
    "request",
    (request) => void (request.url().includes("/api/v1/live/") && spoken.push(request.url())),
  );
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await page.route("**/api/v1/announcements", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    asked.resolve();
    await held.promise;
    await route.continue();
  });
  const going = goOnAir("收回").catch(() => "not on air");
  await asked.promise;
  await page.keyboard.press("Escape");
  const made = page.waitForResponse((answer) => answer.request().method() === "POST");
  held.resolve();
  await (await made).finished();
  await page.waitForFunction(() => Reflect.get(globalThis, "isMicrophoneClosed") === true);
  expect(await bar().count()).toBe(0);
  expect(spoken).toEqual([]);
  await context.close();
  await going;
});

test("a cut of the link is told, and nothing of what was said is lost", async () => {
  await using _device = await gateway.start();
  await open();
  const id = await goOnAir("断线");
  await sounds(id);
  await page.route("**/api/v1/live/**", (route) => route.abort());
  await bar()
    .getByText(/连接中断，有 \d+ 秒的话还没有送到/)
    .waitFor();
  await bar()
    .getByText(/有 [3-9] 秒的话/)
    .waitFor({ timeout: 20_000 });
  await page.unroute("**/api/v1/live/**");
  await bar().getByText("连接正常").waitFor();
  const elapsedMs = async () => {
    const [minutes = 0, seconds = 0] = ((await bar().locator(".elapsed").innerText()).split(" ")[0] ?? "")
      .split(":")
      .map(Number);
    return (minutes * 60 + seconds) * 1_000;
  };
  await bar().getByRole("button", { name: "结束喊话" }).click();
  const spokenMs = await elapsedMs();
  await bar().getByText("您结束了喊话").waitFor({ timeout: 30_000 });
  await until(async () => (await named("断线"))?.assetSha256 !== null, {
    what: "the recording",
    timeoutMs: 30_000,
  });
  const { durationMs } = await app.operator.get<{ durationMs: number }>(
    `/recordings/${(await named("断线"))?.assetSha256}`,
  );
  expect(Math.abs(durationMs - spokenMs)).toBeLessThan(1_500);
  const ended = async () =>
    (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).proof.atLeast["finished"];
  await until(async () => (await ended()) === 1, { what: "the end at the horns", timeoutMs: 60_000 });
  const heard = stepsHeard(join(gateway.state, "recordings", `${id}.wav`));
  expect(breaksIn(heard)).toEqual([]);
  expect(Math.abs(heard.length * 400 - spokenMs)).toBeLessThan(1_500);
}, 180_000);

test("what the server asks for again is sent again, and what it refuses without a reason of its own ends it", async () => {
  await using _device = await gateway.start();
  await open();
  const sent: number[] = [];
  let answer = { status: 0, body: {} };
  await page.route("**/api/v1/live/*/chunks/*", async (route) => {
    const n = Number(route.request().url().split("/").at(-1));
    sent.push(n);
    if (answer.status === 0) return route.continue();
    const { status, body } = answer;
    answer = { status: 0, body: {} };
    await route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify(body) });
  });
  const id = await goOnAir("再送一次");
  await sounds(id);
  const conflict = { type: "urn:ccx:problem:conflict", status: 409, detail: "Nobody has spoken yet." };
  answer = { status: 409, body: { ...conflict, expected: 2 } };
  const asked = sent.length;
  await until(() => sent.length > asked + 12, { what: "further pieces" });
  expect(sent.slice(asked + 1, asked + 4)).toEqual([2, 3, 4]);
  answer = { status: 409, body: conflict };
  await bar().getByText("还没有人喊话。").waitFor();
  await bar().getByText("喊话已结束").waitFor();
  await until(
    async () => (await app.operator.get<LiveAnnouncement>(`/announcements/${id}`)).live.endedBy === "speaker",
    { what: "the end", timeoutMs: 20_000 },
  );
}, 180_000);

test("a stop from elsewhere is seen at once, and whoever leaves the page is asked and then ends", async () => {
  await using _device = await gateway.start();
  await open({ width: 390, height: 844 });
  const id = await goOnAir("被停播");
  await sounds(id);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  await app.operator.post(`/broadcasts/${id}/stop`, { reason: "misread" });
  await bar().getByText("已停播，喇叭里不再出声。").waitFor();
  await until(() => recordingOf(gateway.state, id)?.complete === false, { what: "silence" });
  await bar().getByRole("button", { name: "关闭" }).click();

  const left = await goOnAir("离开");
  await sounds(left);
  const asked: string[] = [];
  page.on("dialog", (each) => void asked.push(each.type()));
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
  await until(async () => (await named("离开"))?.broadcast.endsAt !== null, { what: "the end" });
  await until(
    async () =>
      (await app.operator.get<LiveAnnouncement>(`/announcements/${left}`)).live.endedBy === "speaker",
    { what: "the end", timeoutMs: 20_000 },
  );
}, 180_000);
