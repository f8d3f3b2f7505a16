import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium, openConsole, type Page } from "../support/browser.ts";
import { type BroadcastView, importRegions, makeTone } from "../support/county.ts";
import { NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { loudestHz } from "../support/pitch.ts";
import { launchWithMicrophone } from "../support/spoken-microphone.ts";
import { recordedMs } from "../support/test-device.ts";

interface AnnouncementView {
  id: string;
  title: string;
  class: string;
  silent: boolean;
  text: string | null;
  corrects: string | null;
  renditions: { state: string; sha256: string | null; mime: string | null; profile: string }[];
  broadcast: BroadcastView & { targets: { regions: string[]; kinds: string[] } };
}

/** What is "spoken": a tone that no room has, in syllables, as a lasting one is taken out for noise. */
const PITCH_HZ = 613;
const SYLLABLES = `aevalsrc=0.5*sin(2*PI*${PITCH_HZ}*t)*lt(mod(t\\,0.4)\\,0.25):sample_rate=48000:duration=20`;
const WIDE = { width: 1366, height: 768 };

let folder: string;
let spoken: string;
let app: RunningApp;
let browser: Browser;
let speaking: Browser;
let gateway: Awaited<ReturnType<typeof enrolGateway>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-announce-"));
  // What waits for a rendering here has nothing to yield to.
  app = await runApp({ env: { TRANSCODE_NICENESS: "0" } });
  await importRegions(app.operator);
  gateway = await enrolGateway(app, VILLAGE, folder);
  spoken = join(folder, "spoken.wav");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", SYLLABLES, spoken]);
  browser = await launchChromium();
  speaking = await launchWithMicrophone(spoken);
});
afterAll(async () => {
  await browser.close();
  await speaking.close();
  await app.close();
  await rm(folder, { recursive: true });
});

let context: BrowserContext;
let page: Page;
afterEach(() => context.close());
beforeEach(() => open(browser));

async function open(by: Browser): Promise<void> {
  await context?.close();
  context = await by.newContext({ locale: "zh-CN", viewport: WIDE });
  page = await openConsole(context, app.url, app.password);
  await page.getByRole("link", { name: "通知", exact: true }).click();
}

const announcements = async () =>
  (await app.operator.get<{ items: AnnouncementView[] }>("/announcements")).items;
const named = async (title: string) => (await announcements()).find((each) => each.title === title);
const card = (title: string) => page.locator(".card.interrupt", { hasText: title });
const form = () => page.locator("form.interrupt-form");
const dialog = () => page.getByRole("dialog");

async function fillIn(title: string): Promise<void> {
  await page.getByLabel("标题").fill(title);
  await page.getByRole("button", { name: "展开稻田镇" }).click();
  await page.getByLabel("东村").check();
}

/** Lets a text be spoken and hears it to the end. */
async function speakText(text: string): Promise<void> {
  await page.getByLabel("要朗读的文字").fill(text);
  await page.getByRole("button", { name: "生成试听" }).click();
  const audio = form().locator(".spoken-text audio");
  await audio.waitFor();
  await audio.evaluate((each: { play(): Promise<void> }) => each.play());
  await form().getByText("声音已备好").waitFor({ timeout: 90_000 });
}

async function recordFor(ms: number): Promise<void> {
  await page.getByLabel("对着话筒说").check();
  await page.getByRole("button", { name: "开始录音" }).click();
  const elapsed = page.locator(".elapsed");
  await until(async () => secondsOf(await elapsed.innerText()) * 1_000 >= ms, {
    what: "the recording",
    timeoutMs: 20_000,
  });
}
const secondsOf = (text: string) => Number(text.split(":")[0]) * 60 + Number(text.split(":")[1]);

const becomes = (title: string, state: string) =>
  until(async () => (await named(title))?.broadcast.state === state, {
    what: `${title} to be ${state}`,
    timeoutMs: 90_000,
  });

test("a voice from the microphone is recorded, heard, sent, and arrives at the gateway as it was spoken", async () => {
  await open(speaking);
  await fillIn("停水通知");
  await recordFor(3_000);
  const level = page.locator(".recorder meter");
  await until(async () => (await level.evaluate((meter: { value: number }) => meter.value)) > -25, {
    what: "the level",
  });
  await page.getByRole("button", { name: "停止录音" }).click();
  const use = page.getByRole("button", { name: "使用这段录音" });
  await use.waitFor();
  expect(await page.locator(":focus").innerText()).toBe("使用这段录音");
  const audio = page.locator(".voice audio");
  await audio.evaluate((each: { play(): Promise<void> }) => each.play());
  await use.click();
  await form().getByText("声音已备好").waitFor({ timeout: 90_000 });

  await using _device = await gateway.start();
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await dialog().getByText("1 台终端，其中 1 台在线。").waitFor();
  await dialog().getByText("这段时间里没有别的播出。").waitFor();
  await dialog().getByRole("button", { name: "立即播出" }).click();
  await card("停水通知").getByText("admin 于").waitFor();
  const made = await named("停水通知");
  expect(made).toMatchObject({ class: "announcement", text: null });
  expect(made?.broadcast.targets).toMatchObject({ regions: [VILLAGE], kinds: ["loudspeaker"] });
  await until(() => recordedMs(gateway.state, made?.id ?? "") > 2_000, {
    what: "the sound at the gateway",
    timeoutMs: 90_000,
  });
  expect(
    Math.abs((await loudestHz(join(gateway.state, "recordings", `${made?.id}.wav`))) - PITCH_HZ),
  ).toBeLessThan(5);
  await card("停水通知").getByText("1 台终端：已开播 1").waitFor({ timeout: 30_000 });
});

test("a recording survives a send that failed, and is sent again; it can be thrown away and made anew", async () => {
  await open(speaking);
  await fillIn("断网录音");
  await recordFor(1_000);
  await page.getByRole("button", { name: "停止录音" }).click();
  await page.route("**/api/v1/uploads", (route) =>
    route.fulfill({
      status: 422,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "urn:ccx:problem:invalid", detail: "The upload is empty." }),
    }),
  );
  await page.getByRole("button", { name: "使用这段录音" }).click();
  await form().getByText("上传的文件是空的。").waitFor();
  await page.unroute("**/api/v1/uploads");
  await page.route("**/api/v1/uploads", (route) => route.abort());
  await page.getByRole("button", { name: "使用这段录音" }).click();
  await form().getByText("秒后从断开处继续").waitFor();
  await page.unroute("**/api/v1/uploads");
  // Another page in between takes nothing away.
  await page.getByRole("link", { name: "终端", exact: true }).click();
  await page.getByRole("link", { name: "通知", exact: true }).click();
  expect(await page.getByLabel("标题").inputValue()).toBe("断网录音");
  await form().getByText("声音已备好").waitFor({ timeout: 90_000 });

  await page.getByRole("button", { name: "重录" }).click();
  await page.getByRole("button", { name: "停止录音" }).click();
  await page.getByRole("button", { name: "丢弃" }).click();
  await page.getByRole("button", { name: "开始录音" }).waitFor();
  expect(await form().getByText("声音已备好").isVisible()).toBe(false);
});

test("a microphone that is permitted when nobody wants it any more does not record", async () => {
  await open(speaking);
  await page.evaluate(`(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wishes) => {
      await new Promise((permit) => (globalThis.permit = permit));
      return (globalThis.given = await ask(wishes));
    };
  })()`);
  await page.getByLabel("对着话筒说").check();
  await page.getByRole("button", { name: "开始录音" }).click();
  await page.getByText("请在浏览器的提示里允许使用话筒…").waitFor();
  await page.getByLabel("打字，由系统朗读").check();
  await page.evaluate("permit()");
  const isClosed = "globalThis.given?.getTracks().every(({ readyState }) => readyState === 'ended') === true";
  await until(() => page.evaluate<boolean>(isClosed), { what: "the end of the microphone" });
  await page.getByLabel("对着话筒说").check();
  await page.getByRole("button", { name: "开始录音" }).waitFor();
  expect(await page.getByRole("button", { name: "停止录音" }).count()).toBe(0);
});

test("without a microphone, permission or a secure page it says what to do", async () => {
  const whyNot = async () => {
    await page.getByLabel("对着话筒说").check();
    await page.getByRole("button", { name: "开始录音" }).click();
    await page.locator(".voice .problem").waitFor();
    return page.locator(".voice .problem").innerText();
  };
  // There is none on this machine.
  expect(await whyNot()).toMatch(/没有找到话筒[^]*请接上话筒/);
  await page.evaluate(
    `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotReadableError"))`,
  );
  expect(await whyNot()).toMatch(/话筒正被别的程序占用[^]*请关闭正在使用话筒的程序/);
  await page.evaluate(`Object.defineProperty(globalThis, "isSecureContext", { value: false })`);
  expect(await whyNot()).toMatch(/浏览器只在安全连接下开放话筒[^]*上传文件/);

  const denying = await launchWithMicrophone(spoken, { allowed: false });
  try {
    await open(denying);
    expect(await whyNot()).toMatch(/浏览器没有允许使用话筒[^]*把“麦克风”改为“允许”/);
  } finally {
    await denying.close();
  }
});

test("a text is aired only after it was heard, at a time, in two towns' worth of regions", async () => {
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await form().getByText("请填写标题。").waitFor();
  expect(await page.locator(":focus").getAttribute("id")).toBe(
    await page.getByLabel("标题").getAttribute("id"),
  );
  await page.getByLabel("标题").fill("选种培训");
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await form().getByText("还没有可播出的声音").waitFor();
  await speakText("明天上午九点，村委会选种培训。");
  await page.getByRole("button", { name: "展开稻田镇" }).click();
  await page.getByLabel("东村").check();
  await page.getByLabel("西村").check();
  await page.getByLabel("稻田镇", { exact: true }).check();
  expect(await page.getByLabel("东村").isDisabled()).toBe(true);
  await page.getByLabel("按名称查找").fill("远村");
  await page.locator(".found").getByLabel("远村").check();
  await page.getByRole("button", { name: "不选远村" }).click();
  await page.getByLabel("定时播出").check();
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await dialog().getByRole("button", { name: "按时播出" }).click();
  await card("选种培训").waitFor();
  expect((await named("选种培训"))?.broadcast.targets.regions).toEqual([TOWN]);
  await becomes("选种培训", "ready");
  await card("选种培训").getByRole("button", { name: "取消" }).click();
  await dialog().getByRole("button", { name: "取消播出" }).click();
  await becomes("选种培训", "cancelled");
  await dialog().getByRole("button", { name: "关闭" }).click();
  await card("选种培训").getByText("已取消").waitFor();
});

test("a drill from a file looks like nothing else, may be silent, and says whom nobody hears", async () => {
  await page.getByLabel("标题").fill("防汛演练");
  await page.getByLabel("演练", { exact: true }).check();
  expect(await form().evaluate((each) => each.classList.contains("drill"))).toBe(true);
  await page.getByLabel("静默演练").check();
  await page.getByLabel("上传录音文件").check();
  const notes = join(folder, "notes.txt");
  await writeFile(notes, "no recording");
  await form().locator("input[type=file]").setInputFiles(notes);
  await form().getByText("这个文件不是音频或视频。").waitFor();
  await form()
    .locator("input[type=file]")
    .setInputFiles(makeTone(join(folder, "演练.wav"), 3));
  await form().getByText("声音已备好").waitFor({ timeout: 90_000 });
  await page.getByRole("button", { name: "展开稻田镇" }).click();
  await page.getByLabel("西村").check();
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await dialog().getByText("谁也听不到").waitFor();
  await dialog().getByText("这是静默演练").waitFor();
  await dialog().getByRole("button", { name: "立即播出" }).click();
  await card("防汛演练").getByText("演练 · 静默").waitFor();
  expect(await named("防汛演练")).toMatchObject({ class: "drill", silent: true });
  expect((await named("防汛演练"))?.broadcast.targets.regions).toEqual([NEIGHBOUR]);
});

test("before it is sent it says what it interrupts", async () => {
  await using _device = await gateway.start();
  const { sha256 } = await app.operator.post<{ sha256: string }>("/speech", { text: "长通知，请听。" });
  const { id } = await app.operator.post<AnnouncementView>("/announcements", {
    title: "很长的通知",
    class: "announcement",
    source: { assetSha256: sha256 },
    repeat: 10,
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  await until(async () => (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).state === "on_air", {
    what: "the long one",
    timeoutMs: 90_000,
  });
  await fillIn("插播");
  await speakText("插播。");
  await page.getByRole("button", { name: "看谁会听到，然后发送…" }).click();
  await dialog().getByText("很长的通知").waitFor();
  await dialog().getByText("它要在 1 台终端上等正在播出的结束。").waitFor();
  await dialog().getByRole("button", { name: "取消" }).click();
  expect(await page.getByLabel("标题").inputValue()).toBe("插播");
  await app.operator.post(`/broadcasts/${id}/stop`);
});

test("what was heard is put right from its page, with the ready text edited and heard", async () => {
  await using _device = await gateway.start();
  const { id } = await app.operator.post<AnnouncementView>("/announcements", {
    title: "错误的通知",
    class: "announcement",
    source: { text: "今天停电。" },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  await page.goto(`${app.url}/#/broadcasts/${id}`);
  await page.getByRole("button", { name: "更正…" }).click({ timeout: 90_000 });
  const text = dialog().getByLabel("要朗读的文字");
  expect(await text.inputValue()).toMatch(/^更正。.*错误的通知/);
  await text.fill("更正。今天不停电。");
  await dialog().getByRole("button", { name: "生成试听" }).click();
  const audio = dialog().locator("audio");
  await audio.waitFor();
  expect(await dialog().getByRole("button", { name: "播出更正" }).isDisabled()).toBe(true);
  await audio.evaluate((each: { play(): Promise<void> }) => each.play());
  await until(() => dialog().getByRole("button", { name: "播出更正" }).isEnabled(), {
    what: "the end of the preview",
    timeoutMs: 30_000,
  });
  await dialog().getByRole("button", { name: "播出更正" }).click();
  await until(async () => (await announcements())[0]?.corrects === id, { what: "the correction" });
  expect((await announcements())[0]?.text).toBe("更正。今天不停电。");
});
