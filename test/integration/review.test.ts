import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve, hear, type ReviewCase, sign } from "../../scripts/reviewers.ts";
import { digestOf, type SignedFile } from "../../src/review/digest.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, makeEpisode, makeTone, programmeId, settled } from "../support/county.ts";
import { everywhere, newPerson } from "../support/people.ts";

interface Case extends ReviewCase {
  files: SignedFile[];
  parts: { title: string; sha256: string; bytes: number; durationMs: number }[];
  myTurn: boolean;
  whyNotMe: { detail: string } | null;
  comments: { id: string; atMs: number; text: string; by: string; resolved: { by: string } | null }[];
  acts: { act: string; by: string; change: string | null }[];
}
interface Reviewed extends EpisodeView {
  review: ReviewCase["review"] & {
    steps: string[];
    signatures: { step: string; by: string }[];
    ended: { by: { act: string; by: string; change: string | null; reason: string | null } } | null;
    openComments: number;
  };
}

let folder: string;
let tone: string;
let app: RunningApp;
let editor: Operator;
let first: Operator;
let second: Operator;
let director: Operator;
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-review-"));
  tone = makeTone(join(folder, "tone.wav"), 2);
  app = await runApp();
  editor = await newPerson(app, "编辑", everywhere("editor"));
  first = await newPerson(app, "初审", everywhere("reviewer-1", "reviewer-2"));
  second = await newPerson(app, "复审", everywhere("reviewer-2", "reviewer-3"));
  director = await newPerson(app, "终审", everywhere("reviewer-3"));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** An episode with a recording of its own, made by the editor. Returns its path. */
async function made(): Promise<string> {
  number += 1;
  const { id } = await makeEpisode(editor, number, tone);
  return `episodes/${id}`;
}
async function submitted(): Promise<string> {
  const content = await made();
  await editor.post(`/${content}/submit`);
  return content;
}
const caseOf = (content: string, by = editor) => by.get<Case>(`/${content}/review`);
const seen = (content: string) => editor.get<Reviewed>(`/${content}`);
const attempt = ({ digest, review }: ReviewCase, more: object = {}) => ({
  step: review.next,
  version: review.version,
  digest,
  ...more,
});

test("an editor submits, three different people hear the very file that devices play and sign, and then it may air", async () => {
  const content = await made();
  expect((await seen(content)).review).toMatchObject({ state: "draft", next: null });
  expect(await editor.post<Reviewed>(`/${content}/submit`)).toMatchObject({
    approved: false,
    review: { state: "submitted", next: "first", steps: ["first", "second", "final"] },
  });
  const { digest, files, parts } = await caseOf(content);
  const [recording] = (await seen(content)).segments.map((segment) => segment.recording);
  const played = recording?.renditions.find(({ sha256 }) => sha256 === parts[0]?.sha256);
  expect(played).toMatchObject({ profile: "loudspeaker-mp3" });
  const given = recording?.renditions.filter(({ profile }) => profile.startsWith("loudspeaker-"));
  expect(files).toEqual(given?.map(({ profile, sha256 }) => ({ part: 1, profile, sha256 })));
  expect(digest).toBe(digestOf(files));

  expect((await sign<Reviewed>(first, content)).review).toMatchObject({ state: "in_review", next: "second" });
  expect((await sign<Reviewed>(second, content)).review).toMatchObject({ state: "in_review", next: "final" });
  expect(await sign<Reviewed>(director, content)).toMatchObject({
    approved: true,
    review: {
      state: "approved",
      next: null,
      signatures: [
        { step: "first", by: "初审" },
        { step: "second", by: "复审" },
        { step: "final", by: "终审" },
      ],
    },
  });
});

test("what is not whole cannot be submitted, and says what it lacks", async () => {
  const { id } = await editor.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(editor, "broadcast"),
    number: 999,
    title: "空",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await expect(editor.post(`/episodes/${id}/submit`)).rejects.toMatchObject({
    status: 409,
    problem: { errors: [{ at: "/segments/0", message: "党建聚焦: nothing has been uploaded" }] },
  });
  expect(await caseOf(`episodes/${id}`)).toMatchObject({ digest: null, parts: [] });
});

describe("a signature is refused", () => {
  test("of the same person twice, of who made it, and without the role", async () => {
    const content = await submitted();
    await expect(sign(director, content)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("The first review is for who has the role reviewer-1."),
    });
    await sign(first, content);
    await expect(sign(first, content)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("You have signed the first review of it already."),
    });
    expect(await caseOf(content, first)).toMatchObject({
      myTurn: false,
      whyNotMe: { detail: "You have signed the first review of it already." },
    });
    const own = await makeEpisode(app.operator, 500, tone);
    await app.operator.post(`/episodes/${own.id}/submit`);
    await expect(sign(app.operator, `episodes/${own.id}`)).rejects.toThrow(
      /You have had a part in making it, so others review it/,
    );
  });

  test("of who began it, whoever edited and submitted it afterwards", async () => {
    const author = await newPerson(app, "撰稿", everywhere("editor", "reviewer-1"));
    const { id } = await author.post<EpisodeView>("/episodes", {
      programmeId: await programmeId(author, "broadcast"),
      number: 998,
      title: "他人送审",
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    await editor.upload(`/episodes/${id}/segments/1/recording`, tone);
    await settled(editor, id);
    await editor.post(`/episodes/${id}/submit`);
    await expect(sign(author, `episodes/${id}`)).rejects.toThrow(/You have had a part in making it/);
    await sign(first, `episodes/${id}`);
  });

  test("out of order, and to the second of two who sign at once", async () => {
    const content = await submitted();
    const opened = await caseOf(content);
    await expect(
      director.post(`/${content}/signatures`, attempt(opened, { step: "final" })),
    ).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining("It waits for the first review."),
    });
    await newPerson(app, "另一位初审", everywhere("reviewer-1")).then(async (other) => {
      await Promise.all([first, other].map((each) => hear(each, content)));
      const both = await Promise.allSettled(
        [first, other].map((each) => each.post(`/${content}/signatures`, attempt(opened))),
      );
      expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      expect(both.find((each) => each.status === "rejected")?.reason).toMatchObject({
        status: 409,
        message: expect.stringMatching(/The first review was signed already, by (初审|另一位初审)\./),
      });
    });
  });

  test("for what was changed while it was heard; the edit says who and what ended the round", async () => {
    const content = await submitted();
    await sign(first, content);
    const opened = await caseOf(content, second);
    await editor.put(`/${content}/segments/1/trim`, { fromMs: 0, toMs: 1000 });
    await settled(editor, content.slice("episodes/".length));
    await expect(second.post(`/${content}/signatures`, attempt(opened))).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining("It was changed by 编辑, which ended its review."),
    });
    expect((await seen(content)).review).toMatchObject({
      state: "draft",
      signatures: [],
      ended: { by: { act: "voided", by: "编辑", change: "trim" }, lost: [{ step: "first", by: "初审" }] },
    });
    await editor.post(`/${content}/submit`);
    const again = await caseOf(content, first);
    expect(again.digest).not.toBe(opened.digest);
    await expect(
      first.post(`/${content}/signatures`, attempt(again, { digest: opened.digest })),
    ).rejects.toThrow(/What is there now is not what you heard/);
    await sign(first, content);
  });

  test("of who lost the role or the account meanwhile", async () => {
    const content = await submitted();
    const leaving = await newPerson(app, "调离", everywhere("reviewer-1"));
    const opened = await caseOf(content, leaving);
    expect(opened.myTurn).toBe(true);
    const { items } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
    const { id } = items.find(({ name }) => name === "调离") ?? { id: "" };
    await app.operator.put(`/people/${id}/roles`, { roles: everywhere("reviewer-2") });
    await expect(leaving.post(`/${content}/signatures`, attempt(opened))).rejects.toMatchObject({
      status: 403,
      problem: { roles: ["reviewer-1"] },
    });
    await app.operator.put(`/people/${id}/roles`, { roles: everywhere("editor") });
    await expect(leaving.post(`/${content}/signatures`, attempt(opened))).rejects.toMatchObject({
      status: 403,
    });
    await app.operator.post(`/people/${id}/disable`);
    await expect(leaving.post(`/${content}/signatures`, attempt(opened))).rejects.toMatchObject({
      status: 401,
    });
    expect((await caseOf(content)).review).toEqual(opened.review);
  });

  test("when it was not played through to who signs, unless the programme does not ask for that", async () => {
    const content = await submitted();
    const opened = await caseOf(content, first);
    const [part] = opened.parts;
    const signature = () => first.post<Reviewed>(`/${content}/signatures`, attempt(opened));
    const refusedAt = (heard: string) => ({
      status: 422,
      problem: {
        type: "urn:ccx:problem:not-played-through",
        errors: [{ at: "/parts", message: `heard ${heard} of 00:02` }],
      },
    });
    await expect(signature()).rejects.toMatchObject(refusedAt("00:00"));
    // What somebody else hears, what is no hearing, and what a script fetches is not heard by them.
    await hear(second, content);
    const path = `${app.url}/media/${part?.sha256}`;
    const fetched = async (query: string, headers: Record<string, string>) =>
      (await fetch(path + query, { headers })).arrayBuffer();
    await fetched("", first.credentials);
    const { token } = await first.postAnew<{ token: string }>("/me/tokens", {
      label: "脚本",
      scopes: ["content:read"],
      expiresInDays: 1,
    });
    await fetched("?hearing", { authorization: `Bearer ${token}` });
    await fetch(`${path}?hearing`, { method: "HEAD", headers: first.credentials });
    await expect(signature()).rejects.toMatchObject(refusedAt("00:00"));
    const half = await fetched("?hearing", { ...first.credentials, range: "bytes=0-7999" });
    await sleep((part?.durationMs ?? 0) / 2);
    await expect(signature()).rejects.toMatchObject({
      problem: { heardMs: Math.floor((2000 * half.byteLength) / (part?.bytes ?? 0)), durationMs: 2000 },
    });
    await fetched("?hearing", { ...first.credentials, range: "bytes=8000-" });
    expect((await signature()).review.signatures).toMatchObject([{ step: "first", playedThrough: true }]);

    const other = await submitted();
    const programme = await programmeId(editor, "broadcast");
    await app.operator.patch(`/programmes/${programme}/review`, { playThrough: false });
    expect((await sign<Reviewed>(first, other)).review.signatures).toMatchObject([
      { step: "first", playedThrough: false },
    ]);
    await app.operator.patch(`/programmes/${programme}/review`, { playThrough: true });
  });
});

test("a reviewer returns it with a reason; it goes through all steps again", async () => {
  const content = await submitted();
  await sign(first, content);
  const { review } = await caseOf(content);
  await expect(second.post(`/${content}/return`, { version: review.version })).rejects.toMatchObject({
    status: 422,
  });
  await second.post(`/${content}/return`, { version: review.version, reason: "1:05 处人名念错" });
  expect((await seen(content)).review).toMatchObject({
    state: "returned",
    ended: { by: { act: "returned", by: "复审", reason: "1:05 处人名念错" } },
  });
  await editor.post(`/${content}/submit`);
  expect((await seen(content)).review).toMatchObject({ state: "submitted", next: "first", ended: null });
});

test("comments are pinned to a moment, and resolved by whoever sees to them", async () => {
  const content = await submitted();
  const { comments } = await first.post<Case>(`/${content}/comments`, {
    part: 1,
    atMs: 1500,
    text: "此处有杂音",
  });
  expect(comments).toMatchObject([{ atMs: 1500, text: "此处有杂音", by: "初审", resolved: null }]);
  await expect(
    first.post(`/${content}/comments`, { part: 1, atMs: 60_000, text: "x" }),
  ).rejects.toMatchObject({ status: 422, problem: { errors: [{ at: "/atMs" }] } });
  await expect(first.post(`/${content}/comments`, { part: 2, atMs: 0, text: "x" })).rejects.toMatchObject({
    status: 422,
  });
  expect((await seen(content)).review.openComments).toBe(1);
  const path = `/${content}/comments/${comments[0]?.id}`;
  expect((await editor.patch<Case>(path, { resolved: true })).comments).toMatchObject([
    { resolved: { by: "编辑" } },
  ]);
  expect((await seen(content)).review.openComments).toBe(0);
  expect((await editor.patch<Case>(path, { resolved: false })).comments).toMatchObject([{ resolved: null }]);
  const elsewhere = await made();
  await expect(
    editor.patch(`/${elsewhere}/comments/${comments[0]?.id}`, { resolved: true }),
  ).rejects.toMatchObject({ status: 404 });
});

test("the queue holds what waits for oneself alone", async () => {
  const content = await submitted();
  const waiting = async (by: Operator) => {
    const { items } = await by.get<{ items: { kind: string; id: string; step: string }[] }>("/review-queue");
    return items.filter(({ kind, id }) => `${kind}s/${id}` === content).map(({ step }) => step);
  };
  const all = async () => Promise.all([editor, first, second, director].map(waiting));
  expect(await all()).toEqual([[], ["first"], [], []]);
  await sign(first, content);
  // Who signed the first review has the role of the second, too.
  expect(await all()).toEqual([[], [], ["second"], []]);
  await sign(second, content);
  expect(await all()).toEqual([[], [], [], ["final"]]);
  await sign(director, content);
  expect(await all()).toEqual([[], [], [], []]);
});

test("urgently: the final signature and a reason let it air; what is owed is asked for, and a refusal takes it off", async () => {
  const content = await submitted();
  const opened = await caseOf(content, director);
  const early = attempt(opened, { step: "final" });
  expect(opened).toMatchObject({ myTurn: false, mayUrge: true });
  await expect(director.post(`/${content}/signatures`, early)).rejects.toThrow(
    /It waits for the first review/,
  );
  await expect(director.post(`/${content}/signatures`, { ...early, urgent: "汛情" })).rejects.toMatchObject({
    status: 422,
  });
  await hear(director, content);
  expect(await director.post<Reviewed>(`/${content}/signatures`, { ...early, urgent: "汛情" })).toMatchObject(
    {
      approved: true,
      review: {
        state: "approved",
        next: "first",
        owed: { steps: ["first", "second"], isOverdue: false },
        signatures: [{ step: "final", by: "终审", urgent: "汛情" }],
      },
    },
  );
  const queueOf = async (by: Operator) => {
    const queue = await by.get<{
      items: { id: string; step: string }[];
      owed: { id: string; owed: { steps: string[] } }[];
    }>("/review-queue");
    const isIt = ({ id }: { id: string }) => content.endsWith(id);
    return [
      queue.items.filter(isIt).map(({ step }) => step),
      queue.owed.filter(isIt).map(({ owed }) => owed.steps),
    ];
  };
  const owed = ["first", "second"];
  expect(await queueOf(first)).toEqual([["first"], [owed]]);
  expect(await queueOf(editor)).toEqual([[], [owed]]);
  const approvedAt = async () => (await editor.get<{ approvedAt: string }>(`/${content}`)).approvedAt;
  const since = await approvedAt();
  expect((await sign<Reviewed>(first, content)).review).toMatchObject({
    state: "approved",
    owed: { steps: ["second"] },
  });
  expect(await approvedAt()).toBe(since);

  const { review } = await caseOf(content);
  const refused = await second.post<Reviewed>(`/${content}/return`, {
    version: review.version,
    reason: "不实",
  });
  expect(refused).toMatchObject({
    approved: false,
    review: { state: "returned", owed: null, ended: { by: { act: "returned", by: "复审", reason: "不实" } } },
  });
  expect(await queueOf(editor)).toEqual([[], []]);

  await editor.post(`/${content}/submit`);
  const again = attempt(await caseOf(content, director), { step: "final", urgent: "汛情" });
  await hear(director, content);
  await director.post(`/${content}/signatures`, again);
  await sign(first, content);
  expect((await sign<Reviewed>(second, content)).review).toMatchObject({
    state: "approved",
    next: null,
    owed: null,
  });
});

test("a programme's count of steps holds for what is submitted from then on", async () => {
  const before = await submitted();
  const programme = await programmeId(editor, "broadcast");
  await expect(editor.patch(`/programmes/${programme}/review`, { steps: 1 })).rejects.toMatchObject({
    status: 403,
  });
  await app.operator.patch(`/programmes/${programme}/review`, { steps: 1 });
  const after = await submitted();
  expect((await seen(before)).review.steps).toHaveLength(3);
  expect(await sign<Reviewed>(director, after)).toMatchObject({
    approved: true,
    review: { steps: ["final"] },
  });
  await app.operator.patch(`/programmes/${programme}/review`, { steps: 3 });
});

test("a changed signature tune ends the reviews of what sounds otherwise by it, of nothing else", async () => {
  const programme = await programmeId(editor, "broadcast");
  const approved = await made();
  await approve(app.operator, approved);
  const underReview = await submitted();
  const draft = await made();
  const tunesmith = await newPerson(app, "音效", everywhere("editor", "reviewer-1"));
  await tunesmith.patch(`/programmes/${programme}/sound`, { slotMinutes: 30 });
  expect((await seen(underReview)).review.state).toBe("submitted");
  await tunesmith.patch(`/programmes/${programme}/sound`, { bypass: ["highPass"] });
  expect((await seen(underReview)).review).toMatchObject({
    state: "draft",
    ended: { by: { act: "voided", by: "音效", change: "sound" } },
  });
  expect((await seen(approved)).review.state).toBe("approved");
  await settled(editor, draft.slice("episodes/".length));
  await editor.post(`/${draft}/submit`);
  await sign(tunesmith, draft);
});
