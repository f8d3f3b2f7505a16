import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { createLink, launchChromium, openConsole, type Page } from "../support/browser.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";
import { type Relay, startRelay } from "../support/relay.ts";

/** Bytes a second. */
const SLOW = 2_000_000;
const UNLIMITED = -1;
const ENV = { RATE_LIMIT_PER_MINUTE: "100000" };

let folder: string;
let tone: string;
let toneSha256: string;
let server: StartedServer;
let password: string;
let operator: Operator;
let relay: Relay;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-console-"));
  tone = makeTone(join(folder, "要闻.wav"), 120);
  toneSha256 = createHash("sha256").update(readFileSync(tone)).digest("hex");
  server = await startServer(folder, ENV);
  relay = await startRelay(() => Number(new URL(server.url).port));
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await relay.close();
  await server.end();
  await rm(folder, { recursive: true });
});

let context: BrowserContext;
let page: Page;
let setLink: Awaited<ReturnType<typeof createLink>>;
/** Where each request that carried bytes began. */
let offsets: number[];
/** What earlier tests have left at the server. */
let partsBefore: string[];
let episodeId: string;
let number = 0;

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
  page = await openConsole(context, relay.url, password);
  await page.goto(`${relay.url}/#/episodes/${id}`);
  // The console itself waits for half of that before it tries again.
  page.setDefaultTimeout(60_000);
  setLink = await createLink(page);
  offsets = [];
  partsBefore = partsAtServer();
  page.on("request", (request) => {
    if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
  });
});
afterEach(() => context.close());

const card = () => page.locator("#content");
const choose = (file: string) => card().locator("input[type=file]").setInputFiles(file);

const partsAtServer = () => readdirSync(join(folder, "media", "uploads"));
const arrivedBytes = () => {
  const own = partsAtServer().filter((name) => !partsBefore.includes(name));
  return Math.max(0, ...own.map((name) => statSync(join(folder, "media", "uploads", name)).size));
};

/** Waits until the server has a good part more than `bytes`, and much is still to come. */
const goesOnFrom = (bytes = 0) =>
  until(() => arrivedBytes() > bytes + 1_500_000, { what: "a part of the upload", timeoutMs: 30_000 });

async function recordingSha256(): Promise<string | undefined> {
  const { segments } = await operator.get<EpisodeView>(`/episodes/${episodeId}`);
  return segments[0]?.recording?.sha256;
}

const untilInPlace = () =>
  until(async () => (await recordingSha256()) === toneSha256, { what: "the recording", timeoutMs: 60_000 });

test("an upload goes on by itself after a cut network and after a kill of the server", async () => {
  await setLink(SLOW);
  await choose(tone);
  await goesOnFrom();

  relay.cut();
  await card().getByText("秒后从断开处继续").waitFor();
  relay.mend();
  await until(() => offsets.length === 2, { what: "it to go on", timeoutMs: 30_000 });
  await goesOnFrom(offsets[1]);

  await server.end("SIGKILL");
  await card().getByText("秒后从断开处继续").waitFor();
  server = await startServer(folder, ENV);
  operator = await signIn(server.url, "admin", password);
  await setLink(UNLIMITED);

  await untilInPlace();
  await card().locator(".file", { hasText: "要闻.wav" }).waitFor();
  const [first, afterCut = 0, afterKill = 0] = offsets;
  expect(first).toBe(0);
  expect(afterCut).toBeGreaterThan(0);
  expect(afterKill).toBeGreaterThan(afterCut);
});

/** What was declared of each upload that was begun. */
function watchDeclared(): (string | undefined)[] {
  const declared: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/uploads")) return;
    const [, base64] = /(?:^|,)sha256 ([^,]+)/.exec(request.headers()["upload-metadata"] ?? "") ?? [];
    declared.push(base64 === undefined ? undefined : Buffer.from(base64, "base64").toString());
  });
  return declared;
}

test("the SHA-256 of any file is declared before its first byte, also where the browser has none of its own", async () => {
  // More than the browser's own digest was ever given, and as over plain HTTP.
  const large = makeTone(join(folder, "large.wav"), 900);
  expect(statSync(large).size).toBeGreaterThan(64 * 1024 * 1024);
  const sha256 = createHash("sha256").update(readFileSync(large)).digest("hex");
  const declared = watchDeclared();
  const loading = Promise.withResolvers<void>();
  await page.addInitScript(
    () => void Reflect.deleteProperty(Reflect.get(globalThis, "Crypto").prototype, "subtle"),
  );
  await context.route("**/vendor/noble-hashes/sha2.js", async (route) => {
    await loading.promise;
    await route.continue();
  });
  await page.reload();
  await choose(large);
  await card().getByText("准备上传 large.wav").waitFor();
  // Given up and begun again while it is read.
  await card().getByRole("button", { name: "暂停" }).click();
  await card().getByText("已暂停上传 large.wav").waitFor();
  await card().getByRole("button", { name: "继续上传" }).click();
  loading.resolve();
  await until(async () => (await recordingSha256()) === sha256, { what: "the recording", timeoutMs: 60_000 });
  expect(declared).toEqual([sha256]);
  expect(offsets[0]).toBe(0);
});

test("after a reload, another file of the same name, length and time is refused for what it is", async () => {
  const changed = join(folder, "changed");
  await mkdir(changed);
  const other = join(changed, "要闻.wav");
  const bytes = readFileSync(tone);
  bytes.writeUInt8(1, bytes.length - 1);
  writeFileSync(other, bytes);
  // To a whole second: parts of a millisecond are rounded one way by Node and another by the browser.
  const writtenAt = Math.floor(statSync(tone).mtimeMs / 1000);
  for (const file of [tone, other]) utimesSync(file, writtenAt, writtenAt);
  await setLink(SLOW);
  await choose(tone);
  await goesOnFrom();
  await page.reload();
  await card().getByText("要闻.wav 上次没有传完").waitFor();
  await setLink(UNLIMITED);
  await choose(other);
  await card().getByText("上传失败：要闻.wav").waitFor();
  expect(offsets.at(-1)).toBeGreaterThan(0);
  expect(await recordingSha256()).toBeUndefined();
});

test("after a reload, the same file chosen again goes on from where it was", async () => {
  await setLink(SLOW);
  await choose(tone);
  await goesOnFrom();

  await page.reload();
  await card().getByText("要闻.wav 上次没有传完").waitFor();
  await setLink(UNLIMITED);
  await choose(tone);

  await untilInPlace();
  expect(offsets).toHaveLength(2);
  expect(offsets[1]).toBeGreaterThan(0);
});

test("an upload can be paused, gone on with and cancelled, which the server is told", async () => {
  await setLink(SLOW);
  await choose(tone);
  await goesOnFrom();

  await card().getByRole("button", { name: "暂停" }).click();
  await card().getByText("已暂停上传 要闻.wav").waitFor();
  await card().getByRole("button", { name: "继续上传" }).click();
  await until(() => offsets.length === 2, { what: "it to go on" });
  expect(offsets[1]).toBeGreaterThan(0);

  const before = partsAtServer().length;
  await card().getByRole("button", { name: "取消上传" }).click();
  await card().getByText("已取消上传").waitFor();
  expect(await card().getByText("上次没有传完").count()).toBe(0);
  await until(() => partsAtServer().length < before, { what: "the part to be removed" });
  expect(await recordingSha256()).toBeUndefined();
});

test("an upload whose sign-in was ended meanwhile asks for another and goes on", async () => {
  await setLink(SLOW);
  await choose(tone);
  await goesOnFrom();
  relay.cut();
  await card().getByText("秒后从断开处继续").waitFor();
  await context.clearCookies();
  relay.mend();
  await setLink(UNLIMITED);

  await page.getByLabel("用户名").fill("admin");
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await untilInPlace();
  expect(offsets[1]).toBeGreaterThan(0);
});

test("a file that is no recording is refused in words", async () => {
  await choose(join(import.meta.dirname, "console-uploads.test.ts"));
  await card().getByText("这个文件不是音频或视频。").waitFor();
  expect(await card().getByRole("button", { name: "重试" }).count()).toBe(0);
  // It was sent whole: there is nothing to go on with.
  expect(await card().getByText("上次没有传完").count()).toBe(0);
});
