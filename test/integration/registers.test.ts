import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approve, type ReviewCase, reviewersOf, sign } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium } from "../support/browser.ts";
import {
  approvedEpisode,
  type BroadcastView,
  type EpisodeView,
  enrolDevice,
  importRegions,
  makeTone,
  programmeId,
  scheduleOnce,
} from "../support/county.ts";
import { createTestClock, TOWN, VILLAGE } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import { secondPerson } from "../support/second-person.ts";

const clock = createTestClock(Date.parse("2026-11-30T20:00:00+08:00"));
let folder: string;
let app: RunningApp;
let browser: Browser;
let episode: EpisodeView;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-registers-"));
  app = await runApp({ clock });
  browser = await launchChromium();
  await importRegions(app.operator);
  await enrolDevice(app.operator, app.url, VILLAGE);
  episode = await approvedEpisode(app.operator, 41, makeTone(join(folder, "tone.wav"), 2));
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});

const document = (path: string) => fetch(`${app.url}/api/v1${path}`, { headers: app.operator.credentials });

test("the approval register keeps who submitted, signed, returned, withdrew and voided what, and what it was then", async () => {
  const deputy = await secondPerson(app);
  const content = `episodes/${episode.id}`;
  await app.operator.post(`/${content}/withdraw-approval`, { reason: "=1+1 错字" });
  // Without an approval there is nothing to take back; an edit of a draft is no matter of approval.
  await app.operator.post(`/${content}/withdraw-approval`);
  await deputy.patch(`/${content}`, { title: '=HYPERLINK("x")' });
  await app.operator.post(`/${content}/submit`);
  const [first] = await reviewersOf(app.operator);
  const { review } = await app.operator.get<ReviewCase>(`/${content}/review`);
  await first?.post(`/${content}/return`, { version: review.version, reason: "题目不对" });
  await approve(app.operator, content);
  await deputy.patch(`/${content}`, { title: '=HYPERLINK("x")' });
  await approve(app.operator, content);
  const sha256 = episode.segments[0]?.recording?.sha256;
  const common = { programme: "党建之声", number: 41, recordings: [sha256], durationMs: 2000 };
  const { items, nextCursor } = await app.operator.get<{ items: object[]; nextCursor: string }>(
    "/registers/approvals?month=2026-11&limit=2",
  );
  const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
  expect(items).toMatchObject([
    { ...common, act: "submitted", step: null, by: "admin", title: "第41期", digest },
    { ...common, act: "signed", step: "first", by: "初审员", title: "第41期", digest, playedThrough: false },
  ]);
  const rest = await app.operator.get<{ items: object[]; nextCursor: string }>(
    `/registers/approvals?month=2026-11&limit=3&cursor=${nextCursor}`,
  );
  expect(rest).toMatchObject({
    items: [
      { act: "signed", step: "second", by: "复审员" },
      { act: "signed", step: "final", by: "终审员" },
      { act: "withdrawn", by: "admin", reason: "=1+1 错字", digest: null },
    ],
    nextCursor: expect.any(String),
  });
  const csv = await (await document("/registers/approvals?month=2026-11&format=csv")).text();
  const lines = csv.split("\r\n").map((line) => line.split(",").slice(1, 4));
  const printed = await (await document("/registers/approvals?month=2026-11&format=html")).text();
  const cells = printed.split("<tr>").map((row) => row.split(/<\/t[dh]>/).slice(1, 4));
  const round = ["送审 admin ", "初审 初审员 ", "复审 复审员 ", "终审 终审员 "];
  const acts = [
    ...round,
    "撤回批准 admin =1+1 错字",
    "送审 admin ",
    "退回 初审员 题目不对",
    ...round,
    "审签失效 deputy 改题目",
    ...round,
  ];
  expect(lines.slice(1, -1).map((line) => line.join(" ").replaceAll(/"|'(?==)/g, ""))).toEqual(acts);
  expect(cells.slice(2).map((row) => row.join(" ").replaceAll("<td>", ""))).toEqual(acts);
  expect(csv).toContain("'=1+1 错字");
  // It was still November in the county, and is not December.
  expect(await app.operator.get("/registers/approvals?month=2026-12")).toEqual({
    items: [],
    nextCursor: null,
  });
});

test("the broadcast register says what, for whom, with which proof, approved and stopped by whom", async () => {
  const { id } = await app.operator.post<{ id: string }>("/schedules", {
    programmeId: await programmeId(app.operator, "broadcast"),
    ...scheduleDefinition({
      name: "镇播",
      rule: { dates: ["2026-12-20"], times: ["08:00"] },
      targets: { regions: [TOWN], kinds: ["loudspeaker"] },
      content: { policy: "latest-approved" },
    }),
  });
  const { items: planned } = await app.operator.get<{ items: BroadcastView[] }>(
    `/broadcasts?scheduleId=${id}`,
  );
  await app.operator.post(`/broadcasts/${planned[0]?.id}/stop`, { reason: "=1+1 停电" });
  const { items } = await app.operator.get<{ items: { broadcastId: string }[] }>(
    "/registers/broadcasts?month=2026-12",
  );
  expect(items.find(({ broadcastId }) => broadcastId === planned[0]?.id)).toMatchObject({
    programme: "党建之声",
    number: 41,
    durationMs: expect.any(Number),
    sha256s: [expect.stringMatching(/^[0-9a-f]{64}$/)],
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
    regionNames: { [TOWN]: "稻田镇" },
    state: "cancelled",
    reason: "=1+1 停电",
    signatures: [
      { step: "first", by: "初审员" },
      { step: "second", by: "复审员" },
      { step: "final", by: "终审员" },
    ],
    stoppedBy: "admin",
  });

  const csv = await (await document("/registers/broadcasts?month=2026-12&format=csv")).arrayBuffer();
  expect([...new Uint8Array(csv.slice(0, 3))]).toEqual([0xef, 0xbb, 0xbf]);
  const lines = new TextDecoder().decode(csv).split("\r\n");
  expect(lines).toHaveLength(items.length + 2);
  const line = lines.find((each) => each.includes("停电"));
  expect(line).toContain(`"'=HYPERLINK(""x"")"`);
  expect(line).toContain("稻田镇 大喇叭");
  expect(line).toMatch(/初审 初审员 2026-11-30 20:00；复审 复审员 [^；]+；终审 终审员 /);
});

test("what an urgent signature let air says what is owed, until it is given, and a refusal afterwards", async () => {
  const content = `episodes/${episode.id}`;
  await app.operator.post(`/${content}/withdraw-approval`);
  await app.operator.post(`/${content}/submit`);
  const [first, second, director] = await reviewersOf(app.operator);
  const { digest, review } = await app.operator.get<ReviewCase>(`/${content}/review`);
  const attempt = { step: "final", version: review.version, digest, urgent: "汛情" };
  await director?.post(`/${content}/signatures`, attempt);
  const lines = async () => {
    const { items } = await app.operator.get<{
      items: { state: string; owed: { steps: string[] } | null; refusal: object | null }[];
    }>("/registers/broadcasts?month=2026-12");
    const csv = await (await document("/registers/broadcasts?month=2026-12&format=csv")).text();
    return { items, csv };
  };
  const owing = await lines();
  expect(owing.items[0]).toMatchObject({ owed: { steps: ["first", "second"] }, refusal: null });
  expect(owing.csv).toMatch(
    /终审（紧急） 终审员 2026-11-30 20:00；待补签：初审、复审（限 2026-12-01 20:00 前）/,
  );
  for (const [at, state] of [
    ["2026-12-01T06:55:00+08:00", "frozen"],
    ["2026-12-01T07:00:01+08:00", "on_air"],
  ] as const) {
    clock.advance(Date.parse(at) - clock.now());
    await until(async () => (await lines()).items[0]?.state === state, { what: `the state ${state}` });
  }
  if (first) await sign(first, content);
  expect((await lines()).items[0]).toMatchObject({ owed: { steps: ["second"] } });
  const now = await app.operator.get<ReviewCase>(`/${content}/review`);
  await second?.post(`/${content}/return`, { version: now.review.version, reason: "不实" });
  const refused = await lines();
  expect(refused.items[0]).toMatchObject({
    state: "cancelled",
    refusal: { act: "returned", by: "复审员", reason: "不实" },
  });
  expect(refused.csv).toMatch(/事后退回 复审员 2026-12-01 07:00/);
});

test("the printed page: a heading, the county and the month, places to sign, and nothing that runs", async () => {
  const answer = await document("/registers/broadcasts?month=2026-12&format=html");
  expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
  const page = await browser.newPage({ extraHTTPHeaders: app.operator.credentials });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${app.url}/api/v1/registers/broadcasts?month=2026-12&format=html`);
  expect(complaints.filter((text) => text.includes("Content Security Policy"))).toEqual([]);
  expect(await page.locator("h1").innerText()).toBe("播出登记表");
  expect(await page.locator(".of").innerText()).toMatch(/单位：寿光市.*2026年12月/s);
  expect(await page.locator(".signed span").allInnerTexts()).toEqual([
    "填表人：",
    "审核人：",
    "负责人（盖章）：",
    "日期：",
  ]);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  if (process.env["REGISTER_PNG"]) {
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 1031, height: 700 });
    await page.screenshot({ path: process.env["REGISTER_PNG"] });
  }
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  await page.close();
});

test("a month that is none is a clear problem", async () => {
  await expect(app.operator.get("/registers/broadcasts?month=2026-13")).rejects.toMatchObject({
    status: 422,
  });
  await expect(app.operator.get("/registers/broadcasts?month=2026-12&cursor=here")).rejects.toMatchObject({
    status: 422,
    problem: { errors: [{ at: "cursor" }] },
  });
});

test("what devices proved in a month is counted by town, of what was to play to its end", async () => {
  const proved = (month: string) =>
    app.operator.get<{ broadcasts: number }>(`/registers/proof?month=${month}`);
  // All that December had so far was called off.
  expect(await proved("2026-12")).toEqual({ broadcasts: 0, items: [] });
  await approve(app.operator, `episodes/${episode.id}`);
  await scheduleOnce(app.operator, Temporal.ZonedDateTime.from("2026-12-01T09:00[Asia/Shanghai]"));
  const { items } = await app.operator.get<{ items: BroadcastView[] }>(
    "/broadcasts?from=2026-12-01T00:59:00Z&until=2026-12-01T01:01:00Z",
  );
  const stateOf = async (id = "") => (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).state;
  const neverSent = await app.operator.post<{ id: string }>("/announcements", {
    title: "没有录音",
    class: "announcement",
    source: { upload: true },
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
    startAt: "2026-12-01T09:05:00+08:00",
    notAfter: "2026-12-01T09:10:00+08:00",
  });
  for (const [at, state] of [
    ["08:55:00", "frozen"],
    ["09:00:01", "on_air"],
    ["09:30:00", "failed"],
  ]) {
    clock.advance(Date.parse(`2026-12-01T${at}+08:00`) - clock.now());
    await until(async () => (await stateOf(items[0]?.id)) === state, { what: `the state ${state}` });
  }
  // No device was told of it, so none is expected to have played it.
  await until(async () => (await stateOf(neverSent.id)) === "missed", { what: "the missed one" });
  const none = { delivered: 0, cached: 0, started: 0, finished: 0, sensed: 0 };
  expect(await proved("2026-12")).toEqual({
    broadcasts: 1,
    items: [{ regionCode: TOWN, name: "稻田镇", expected: 1, atLeast: none, unknown: 1 }],
  });
  const csv = await (await document("/registers/proof?month=2026-12&format=csv")).text();
  expect(csv).toContain('"稻田镇","1","0","0","0","0","0","1"');
  expect(await proved("2026-10")).toEqual({ broadcasts: 0, items: [] });
});
