import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { type ReviewCase, sign } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, makeTone, programmeId, settled } from "../support/county.ts";
import { everywhere, newPerson } from "../support/people.ts";
import { tusClient } from "../support/tus.ts";

let folder: string;
let app: RunningApp;
let editor: Operator;
/** May make recordings and tunes, and signs the first review. */
let maker: Operator;
let colleague: Operator;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-makers-"));
  app = await runApp();
  editor = await newPerson(app, "编辑", everywhere("editor"));
  maker = await newPerson(app, "录音员", everywhere("editor", "reviewer-1"));
  colleague = await newPerson(app, "初审", everywhere("reviewer-1"));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const tone = (seconds: number) => makeTone(join(folder, `tone-${seconds}.wav`), seconds);

/** An episode of the editor's, with a recording that is there already. Returns its path. */
async function madeOf(sha256: string): Promise<string> {
  number += 1;
  const { id } = await editor.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(editor, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await editor.put(`/episodes/${id}/segments/1/asset`, { sha256 });
  return submitted(id);
}
async function submitted(id: string): Promise<string> {
  await settled(editor, id);
  await editor.post(`/episodes/${id}/submit`);
  return `episodes/${id}`;
}
const FOR_OTHERS = {
  refusal: [403, "You have had a part in making it, so others review it."],
  isQueued: false,
  myTurn: false,
  next: "second",
};
/** What becomes of its first review when the maker tries, and then a colleague. */
async function tried(content: string): Promise<typeof FOR_OTHERS> {
  const refusal = await sign(maker, content).then(
    () => [],
    ({ status, problem }: { status: number; problem: { detail: string } }) => [status, problem.detail],
  );
  const { items } = await maker.get<{ items: { id: string }[] }>("/review-queue");
  const { myTurn } = await maker.get<{ myTurn: boolean }>(`/${content}/review`);
  await sign(colleague, content);
  const { review } = await editor.get<ReviewCase>(`/${content}/review`);
  const isQueued = items.some(({ id }) => content.endsWith(id));
  return { refusal, isQueued, myTurn, next: review.next ?? "" };
}

/** Sent by no place's name, in one request of the tus protocol. Returns its SHA-256. */
async function sendLoose(by: Operator, file: string): Promise<string> {
  const bytes = readFileSync(file);
  const tus = tusClient(app.url, by.credentials);
  const location = (await tus.create({ target: "recordings/loose" }, bytes.length)).headers.get("location");
  const answer = await tus.patch(new URL(location ?? "", app.url).pathname, 0, bytes);
  expect(answer.status).toBe(204);
  return (answer.headers.get("content-location") ?? "").slice("/media/".length);
}

test("who sent the recording that somebody else put in place does not sign for it", async () => {
  expect(await tried(await madeOf(await sendLoose(maker, tone(2))))).toEqual(FOR_OTHERS);
});

test("nor who had sent the same bytes before, or sends them afterwards", async () => {
  const sha256 = await sendLoose(editor, tone(3));
  const content = await madeOf(sha256);
  expect(await sendLoose(maker, tone(3))).toBe(sha256);
  expect(await tried(content)).toEqual(FOR_OTHERS);
});

test("nor who had put it into another episode", async () => {
  number += 1;
  const { id } = await maker.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(maker, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  const { segments } = await maker.upload<EpisodeView>(`/episodes/${id}/segments/1/recording`, tone(4));
  expect(await tried(await madeOf(segments[0]?.recording?.sha256 ?? ""))).toEqual(FOR_OTHERS);
});

test("nor who had the speech spoken", async () => {
  const { sha256 } = await maker.post<{ sha256: string }>("/speech", { text: "各位村民，明天上午开会。" });
  expect(await tried(await madeOf(sha256))).toEqual(FOR_OTHERS);
});

test("nor who sent the tune that is heard in it; one that is not heard in it hinders nobody", async () => {
  const programme = await programmeId(maker, "broadcast");
  await maker.upload(`/programmes/${programme}/sound/signature`, tone(1));
  const sha256 = await sendLoose(editor, tone(5));
  await sign(maker, await madeOf(sha256));
  await editor.patch(`/programmes/${programme}/sound`, { delivery: "programme" });
  number += 1;
  const { id } = await editor.post<EpisodeView>("/episodes", {
    programmeId: programme,
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await editor.put(`/episodes/${id}/segments/1/asset`, { sha256 });
  await settled(editor, id);
  await until(
    async () => {
      const { programme } = await editor.get<{ programme: { state: string }[] }>(`/episodes/${id}`);
      return programme.every(({ state }) => state === "ready");
    },
    { what: "the whole programme", timeoutMs: 60_000 },
  );
  expect(await tried(await submitted(id))).toEqual(FOR_OTHERS);
});
