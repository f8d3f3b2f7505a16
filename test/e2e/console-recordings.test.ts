import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { launchChromium, openConsole, type Page } from "../support/browser.ts";
import { type EpisodeView, makeTone, programmeId, settled } from "../support/county.ts";
import { makeFilm } from "../support/lecture.ts";
import { ffmpeg } from "../support/media-lab.ts";
import { everywhere, newPerson, PASSWORD } from "../support/people.ts";
import { profilesForAnyLength } from "../support/profiles.ts";

let folder: string;
let server: StartedServer;
let password: string;
let operator: Operator;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let episodeId: string;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-recordings-"));
  // On a busy machine what is polite waits for minutes, and so would the test.
  server = await startServer(folder, {
    RATE_LIMIT_PER_MINUTE: "100000",
    TRANSCODE_NICENESS: "0",
    PROFILES_DIR: await profilesForAnyLength(folder),
  });
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.end();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  number += 1;
  const { id } = await operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: "春耕",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  episodeId = id;
  context = await browser.newContext({ locale: "zh-CN" });
  page = await openConsole(context, server.url, password);
  await page.goto(`${server.url}/#/episodes/${id}`);
});
afterEach(() => context.close());

const card = () => page.locator("#content");
const recording = async () =>
  (await operator.get<EpisodeView>(`/episodes/${episodeId}`)).segments[0]?.recording;

test("a text is spoken, heard to its end in the browser, and then used", async () => {
  await card().getByRole("button", { name: "文字转语音" }).click();
  const dialog = page.locator("dialog.speech");
  await dialog.getByRole("textbox").fill("通知：今天上午停水。");
  await dialog.getByRole("button", { name: "生成试听" }).click();
  await dialog.locator("audio").waitFor();
  const use = dialog.getByRole("button", { name: "使用这段语音" });
  expect(await use.isDisabled()).toBe(true);
  const src = await dialog.locator("audio").getAttribute("src");
  const { headers } = await page.request
    .get(`${server.url}${src}`)
    .then((answer) => ({ headers: answer.headers() }));
  expect(headers["content-type"]).toBe("audio/wav");
  expect(headers["content-disposition"]).toBeUndefined();

  await dialog.locator("audio").evaluate((audio: { play(): Promise<void> }) => audio.play());
  await until(() => use.isEnabled(), { what: "the end of the preview", timeoutMs: 30_000 });
  await use.click();
  await card().getByText("合成语音（").waitFor();
});

test("a preview that cannot be played says so, and cannot be used", async () => {
  await page.route("**/media/*", (route) => route.abort());
  await card().getByRole("button", { name: "文字转语音" }).click();
  const dialog = page.locator("dialog.speech");
  await dialog.getByRole("textbox").fill("通知：今天下午停电。");
  await dialog.getByRole("button", { name: "生成试听" }).click();
  await dialog.getByText("播放不了试听").waitFor();
  expect(await dialog.getByRole("button", { name: "使用这段语音" }).isDisabled()).toBe(true);
});

test("silence at both ends is trimmed by one click, and used again by another", async () => {
  const padded = join(folder, "静音.wav");
  await ffmpeg(
    "-y",
    "-i",
    makeTone(join(folder, "tone.wav"), 4),
    "-af",
    "adelay=3000:all=1,apad=pad_dur=3",
    padded,
  );
  await operator.upload(`/episodes/${episodeId}/segments/1/recording?filename=a.wav`, padded);
  await settled(operator, episodeId);
  await card().getByText("开头静音").waitFor();
  await card().locator(".waveform canvas").first().waitFor();
  expect(await card().locator(".mark-warn").count()).toBe(2);
  await card().getByRole("button", { name: "剪去首尾静音" }).click();
  await card().getByRole("button", { name: "恢复完整录音" }).waitFor();
  expect((await recording())?.trim).not.toBeNull();
  await card().getByRole("button", { name: "恢复完整录音" }).click();
  await card().getByRole("button", { name: "剪去首尾静音" }).waitFor();
  expect((await recording())?.trim).toBeNull();
});

interface Sound {
  src: string;
  paused: boolean;
  currentTime: number;
}
const soundOf = (): Promise<Sound> =>
  card()
    .locator("audio")
    .evaluate(({ src, paused, currentTime }: Sound) => ({ src, paused, currentTime }));

test("a file that is dropped is uploaded; the horn's sound and the recorded one are heard from the same moment", async () => {
  const base64 = readFileSync(makeTone(join(folder, "dropped.wav"), 4)).toString("base64");
  const dataTransfer = await page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob("${base64}"), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "拖入.wav", { type: "audio/wav" }));
    return transfer;
  })()`);
  await card().locator(".upload-place").dispatchEvent("drop", { dataTransfer });
  await settled(operator, episodeId);
  await card().locator(".file", { hasText: "拖入.wav" }).waitFor();

  await card().getByLabel("喇叭里的声音").waitFor();
  const { src } = await soundOf();
  await card()
    .locator("audio")
    .evaluate((audio: { currentTime: number }) => void (audio.currentTime = 2));
  await card().getByLabel("原来的声音").check();
  expect((await soundOf()).src).not.toBe(src);
  await card()
    .locator("audio")
    .evaluate((audio: { play(): Promise<void> }) => audio.play());
  expect((await soundOf()).currentTime).toBeGreaterThanOrEqual(2);
});

interface Player {
  src: string;
  paused: boolean;
  currentTime: number;
  buffered: { start(index: number): number };
  play(): Promise<void>;
  dispatchEvent(event: Event): boolean;
}
/** In the third of the stream's parts of 6 seconds. */
const PLACE_S = 13;
/** Where a player was when it was first heard; `played` of Chromium counts from 0 what began elsewhere. */
const NOTE_THE_BEGINNING = `addEventListener("playing", ({ target }) => (window.beganAt ??= target.currentTime), true)`;

test("a film is watched as a stream, of which nothing comes before it is played; without the stream, as the file", async () => {
  await operator.upload(
    `/episodes/${episodeId}/segments/1/recording`,
    makeFilm(join(folder, "film.mp4"), 20),
  );
  await settled(operator, episodeId);
  await operator.post(`/episodes/${episodeId}/submit`);
  await operator.post(`/episodes/${episodeId}/comments`, { part: 1, atMs: PLACE_S * 1000, text: "此处太暗" });
  const renditions = (await recording())?.renditions ?? [];
  const shaOf = (name: string) => renditions.find(({ profile }) => profile === name)?.sha256;
  const [master, file] = [shaOf("terminal-hls"), shaOf("terminal-mp4")];
  const fetched: string[] = [];
  page.on("request", (request) => void fetched.push(new URL(request.url()).pathname));
  const video = card().locator("video");
  const isStream = () => page.locator("video[src^='blob:']").waitFor();
  const goToPlace = () => video.evaluate((player: Player, at) => void (player.currentTime = at), PLACE_S);
  // Where the stream gives way to the file, another play takes the place of this one.
  const play = () => video.evaluate((player: Player) => player.play().catch(() => {}));
  const isWatched = async () => {
    await expect
      .poll(() => video.evaluate(({ currentTime }: Player) => currentTime), { timeout: 20_000 })
      .toBeGreaterThan(PLACE_S + 0.5);
    expect(await page.evaluate("window.beganAt")).toBeGreaterThan(PLACE_S - 0.5);
  };

  await page.addInitScript(NOTE_THE_BEGINNING);
  await page.reload();
  await isStream();
  expect(fetched.filter((path) => path.endsWith(".m3u8"))).toEqual([]);
  await goToPlace();
  await play();
  await isWatched();
  // Nor does what comes before the place.
  expect(await video.evaluate(({ buffered }: Player) => buffered.start(0))).toBeGreaterThan(11);
  const parts = fetched.filter((path) => path.startsWith("/media/"));
  expect(parts).toContain(`/media/${master}.m3u8`);
  expect(parts.some((path) => path.endsWith(".mp4"))).toBe(true);
  expect(parts).not.toContain(`/media/${file}`);

  // Somebody goes to a comment before the script of the stream is there.
  const script = Promise.withResolvers<void>();
  await page.route("**/hls.light-*.js", async (route) => {
    await script.promise;
    await route.continue();
  });
  await page.reload();
  await page.getByRole("button", { name: `00:${PLACE_S}` }).click();
  expect(await video.evaluate(({ paused, src }: Player) => ({ paused, src }))).toEqual({
    paused: false,
    src: "",
  });
  script.resolve();
  await isWatched();
  expect(await video.getAttribute("src")).toMatch(/^blob:/);

  // What the player says of a stream is for hls.js to mend, which plays on.
  await video.evaluate((player: Player) => player.dispatchEvent(new Event("error")));
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
  expect(await card().getByText("播放不了").count()).toBe(0);

  await page.route("**/*.m3u8", (route) => route.abort());
  await page.reload();
  await isStream();
  await goToPlace();
  await play();
  await isWatched();
  expect(await video.getAttribute("src")).toBe(`/media/${file}`);
});

test("the board has each episode by its state, and leads to it", async () => {
  await page.getByRole("link", { name: "栏目", exact: true }).click();
  const column = page.locator(".board section").filter({ hasText: "制作中" });
  await column.getByRole("link", { name: `第 ${number} 期 春耕` }).click();
  await page.getByRole("heading", { level: 1, name: `第 ${number} 期 春耕` }).waitFor();
  expect(page.url()).toBe(`${server.url}/#/episodes/${episodeId}`);
});

test("a programme's settings are changed in the console, its signature tune too", async () => {
  const programme = await programmeId(operator, "broadcast");
  const sound = async () =>
    (await operator.get<{ sound: Record<string, unknown> }>(`/programmes/${programme}`)).sound;
  await page.getByRole("link", { name: "栏目", exact: true }).click();
  await page.getByRole("button", { name: "栏目设置" }).click();
  const dialog = page.locator("dialog.confirm");
  await dialog.getByLabel("段间静音").fill("1.5");
  await dialog.getByLabel("时段长度").fill("15");
  await dialog.getByLabel("滤去高频").uncheck();
  await dialog
    .locator("input[type=file]")
    .first()
    .setInputFiles(makeTone(join(folder, "tune.wav"), 3));
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await sound()).toMatchObject({ gapMs: 1_500, slotMinutes: 15, bypass: ["lowPass"] });
  expect((await sound())["signature"]).toMatch(/^[0-9a-f]{64}$/);

  await page.getByRole("button", { name: "栏目设置" }).click();
  await dialog.getByLabel("不再使用").check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await sound())["signature"]).toBeNull();
});

test("what was cancelled says so, and is done after a click on retry", async () => {
  await operator.upload(
    `/episodes/${episodeId}/segments/1/recording?filename=long.wav`,
    makeTone(join(folder, "long.wav"), 1_800),
  );
  await card().getByRole("button", { name: "取消转码" }).click();
  await card().getByText("已取消").first().waitFor();
  await newPerson({ url: server.url, operator }, "初审员", everywhere("reviewer-1"));
  const other = await browser.newContext({ locale: "zh-CN" });
  const theirs = await openConsole(other, server.url, PASSWORD, "初审员");
  await theirs.goto(`${server.url}/#/episodes/${episodeId}`);
  await theirs.getByText("请编辑或管理员重试").first().waitFor();
  expect(await theirs.getByRole("button", { name: "重试" }).count()).toBe(0);
  await other.close();
  await card().getByRole("button", { name: "重试" }).first().click();
  await card().getByRole("button", { name: "取消转码" }).waitFor();
  const states = (await recording())?.renditions.map(({ state }) => state) ?? [];
  expect(states.some((state) => state === "queued" || state === "running")).toBe(true);
});

interface Drawn {
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  ownerDocument: { elementFromPoint(x: number, y: number): unknown };
}
const isInSight = (element: Drawn): boolean => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.ownerDocument.elementFromPoint(left + width / 2, top + height / 2) === element;
};

test("segments are added, renamed and moved by the keyboard, and one that goes with its recording is named", async () => {
  await operator.upload(
    `/episodes/${episodeId}/segments/1/recording?filename=b.wav`,
    makeTone(join(folder, "moved.wav"), 5),
  );
  await card().locator(".file", { hasText: "b.wav" }).waitFor();
  const openDialog = () => card().getByRole("button", { name: "修改标题和板块" }).press("Enter");
  await openDialog();
  const dialog = page.locator("dialog.confirm");
  await dialog.getByRole("button", { name: "加一个板块" }).press("Enter");
  await dialog.getByLabel("第 2 个的标题").fill("往事");
  await dialog.getByLabel("第 2 个板块").selectOption("红色记忆");
  await dialog.getByRole("button", { name: "上移：红色记忆 往事" }).press("Enter");
  // It has gone up with its button; at the top only the way down is left.
  expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
    "下移：红色记忆 往事",
  );
  await dialog.getByText("红色记忆 现在是第 1 个").waitFor({ state: "attached" });
  await dialog.getByRole("button", { name: "保存" }).press("Enter");
  await page.getByText(/^已保存：第 \d+ 期 春耕$/).waitFor();
  const headings = () => card().locator(".segment h3").allTextContents();
  expect(await headings()).toEqual(["红色记忆 往事", "党建聚焦 要闻"]);

  await openDialog();
  await dialog.getByRole("button", { name: "去掉：党建聚焦 要闻" }).press("Enter");
  await dialog.getByText("以下板块连同录音从本期去掉：党建聚焦 要闻").waitFor();
  // Somebody else was faster.
  await operator.patch(`/episodes/${episodeId}`, { title: "夏收" });
  // The dialog is longer than the screen, and stands at its top.
  await page.setViewportSize({ width: 800, height: 400 });
  await dialog.evaluate((element: { scrollTop: number }) => void (element.scrollTop = 0));
  await dialog.getByRole("button", { name: "保存" }).click();
  const refusal = dialog.getByText("这一期已被别人修改。");
  await refusal.waitFor();
  expect(await refusal.evaluate(isInSight)).toBe(true);
  expect((await operator.get<EpisodeView>(`/episodes/${episodeId}`)).segments).toHaveLength(2);
});
