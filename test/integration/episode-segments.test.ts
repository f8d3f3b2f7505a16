import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { makeTone, programmeId } from "../support/county.ts";

interface Episode {
  id: string;
  version: number;
  title: string;
  segments: {
    position: number;
    name: string;
    title: string;
    recording: { sha256: string; renditions: { id: string }[] } | null;
  }[];
  programme: { id: string }[] | null;
}

let folder: string;
let app: RunningApp;
let path: string;
let made: Episode;

/** An episode with two recordings, which airs as one. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-segments-"));
  app = await runApp();
  const { operator } = app;
  const programme = await programmeId(operator, "broadcast");
  await operator.patch(`/programmes/${programme}/sound`, { delivery: "programme" });
  const { id } = await operator.post<Episode>("/episodes", {
    programmeId: programme,
    number: 1,
    title: "开篇",
    segments: [
      { name: "党建聚焦", title: "要闻" },
      { name: "身边榜样", title: "种粮" },
    ],
  });
  path = `/episodes/${id}`;
  await operator.upload(`${path}/segments/1/recording`, makeTone(join(folder, "one.wav"), 3));
  made = await operator.upload<Episode>(`${path}/segments/2/recording`, makeTone(join(folder, "two.wav"), 4));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const recordings = ({ segments }: Episode) =>
  segments.map(({ position, name, title, recording }) => [position, name, title, recording?.sha256 ?? null]);
const change = (segments: object[], ifVersion?: number) =>
  app.operator.patch<Episode>(ifVersion === undefined ? path : `${path}?ifVersion=${ifVersion}`, {
    segments,
  });

test("segments are moved, renamed and added with the recordings of those that stay", async () => {
  const [one, two] = made.segments;
  const [first, second] = [one?.recording?.sha256, two?.recording?.sha256];

  const moved = await change(
    [
      { name: "身边榜样", title: "种粮" },
      { name: "党建聚焦", title: "要闻" },
    ],
    made.version,
  );
  expect(recordings(moved)).toEqual([
    [1, "身边榜样", "种粮", second],
    [2, "党建聚焦", "要闻", first],
  ]);
  // A segment sounds as before; the whole does not.
  const renditionsOf = (name: string, { segments }: Episode) =>
    segments.find((each) => each.name === name)?.recording?.renditions.map(({ id }) => id);
  expect(renditionsOf("党建聚焦", moved)).toEqual(renditionsOf("党建聚焦", made));
  expect(moved.programme?.map(({ id }) => id)).not.toEqual(made.programme?.map(({ id }) => id));

  const renamed = await change([
    { name: "党建聚焦", title: "头条" },
    { name: "红色记忆", title: "往事", was: "党建聚焦" },
    { name: "身边榜样", title: "种粮" },
  ]);
  expect(recordings(renamed)).toEqual([
    [1, "党建聚焦", "头条", null],
    [2, "红色记忆", "往事", first],
    [3, "身边榜样", "种粮", second],
  ]);
  // Not whole any more.
  expect(renamed.programme).toBeNull();

  await expect(change([{ name: "党建聚焦", title: "要闻" }], made.version)).rejects.toMatchObject({
    status: 409,
    problem: {
      type: "urn:ccx:problem:changed-meanwhile",
      hint: `It is at version ${renamed.version} now: read it again and repeat your change.`,
    },
  });
  const removed = await change([{ name: "红色记忆", title: "往事" }], renamed.version);
  expect(recordings(removed)).toEqual([[1, "红色记忆", "往事", first]]);
});

test("what cannot be is told by segment", async () => {
  await expect(
    change([
      { name: "天气", title: "晴" },
      { name: "红色记忆", title: "往事" },
      { name: "红色记忆", title: "又一段" },
      { name: "身边榜样", title: "种粮", was: "天气" },
    ]),
  ).rejects.toMatchObject({
    status: 422,
    problem: {
      errors: [
        { at: "/segments/0/name", message: "must be one of 党建聚焦, 身边榜样, 红色记忆" },
        { at: "/segments/2/name", message: "红色记忆 is there twice" },
        { at: "/segments/3/name", message: "there is no 天气 to be renamed" },
      ],
    },
  });
  await expect(
    change([
      { name: "党建聚焦", title: "要闻", was: "红色记忆" },
      { name: "身边榜样", title: "种粮", was: "红色记忆" },
    ]),
  ).rejects.toMatchObject({
    problem: { errors: [{ at: "/segments/1/name", message: "红色记忆 is renamed twice" }] },
  });
});
