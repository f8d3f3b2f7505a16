import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import {
  approvedEpisode,
  type BroadcastView,
  enrolDevice,
  importRegions,
  makeEpisode,
  makeTone,
  programmeId,
  settled,
} from "../support/county.ts";
import { createTestClock, type Member, VILLAGE } from "../support/fleet.ts";
import { PROFILES_DIR } from "../support/media-lab.ts";

interface Rendition {
  profile: string;
  state: string;
  sha256: string | null;
  durationMs: number | null;
  error: string | null;
}

interface Episode {
  id: string;
  approved: boolean;
  segments: { recording: { sha256: string; trim: object | null; renditions: Rendition[] } | null }[];
  programme: Rendition[] | null;
  slot: { durationMs: number; finding: { kind: string } | null };
}

let folder: string;
let tone: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-sound-"));
  tone = makeTone(join(folder, "tone.wav"), 3);
});
afterAll(() => rm(folder, { recursive: true }));

async function newEpisode(operator: Operator, number: number): Promise<string> {
  const { id } = await operator.post<Episode>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [
      { name: "党建聚焦", title: "要闻" },
      { name: "红色记忆", title: "往事" },
    ],
  });
  return id;
}

const renditionOf = (renditions: Rendition[] | null | undefined, profile: string): Rendition | undefined =>
  renditions?.find((rendition) => rendition.profile === profile);

async function untilProgramme(operator: Operator, id: string): Promise<Episode> {
  let episode = await operator.get<Episode>(`/episodes/${id}`);
  await until(
    async () => {
      episode = await operator.get<Episode>(`/episodes/${id}`);
      return episode.programme?.every(({ state }) => state === "ready" || state === "failed") ?? false;
    },
    { what: "the programme", timeoutMs: 60_000 },
  );
  return episode;
}

const playlistOf = async (app: RunningApp, device: Member) => {
  const answer = await fetch(`${app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${device.token}`, accept: "application/json" },
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as {
    broadcasts: {
      startAt: number;
      items: { sha256: string; durationMs: number; title: string; url: string }[];
    }[];
  };
};

describe("a programme's sound", () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await runApp();
    await importRegions(app.operator);
  });

  // The last test closes it.
  test("one continuous programme goes to the devices as one file, with tune and gaps", async () => {
    const { operator } = app;
    const device = await enrolDevice(operator, app.url, VILLAGE);
    const programme = await programmeId(operator, "broadcast");
    const signature = makeTone(join(folder, "signature.wav"), 1);
    await operator.upload(`/programmes/${programme}/sound/signature`, signature);
    const after = await operator.patch<{ sound: object }>(`/programmes/${programme}/sound`, {
      delivery: "programme",
      gapMs: 500,
      slotMinutes: 0.5,
    });
    expect(after.sound).toMatchObject({
      delivery: "programme",
      gapMs: 500,
      signature: expect.stringMatching(/^\w{64}$/),
    });

    const id = await newEpisode(operator, 1);
    await operator.upload(`/episodes/${id}/segments/1/recording`, tone);
    await expect(approve(operator, `episodes/${id}`)).rejects.toThrow(/红色记忆: nothing has been uploaded/);
    expect((await operator.get<Episode>(`/episodes/${id}`)).programme).toBeNull();
    await operator.upload(`/episodes/${id}/segments/2/recording`, tone);
    const episode = await untilProgramme(operator, id);
    await settled(operator, id);
    const whole = renditionOf(episode.programme, "loudspeaker-mp3");
    // Tune, gap, segment, gap, segment.
    expect(episode.slot).toMatchObject({ durationMs: 8_000, finding: { kind: "under-slot", value: 22 } });
    expect((whole?.durationMs ?? 0) / 1_000).toBeCloseTo(1 + 0.5 + 3 + 0.5 + 3, 1);

    await approve(operator, `episodes/${id}`);
    const { broadcasts } = await playlistOf(app, device);
    expect(broadcasts[0]?.items).toMatchObject([{ sha256: whole?.sha256, title: "第1期" }]);
    const [item] = broadcasts[0]?.items ?? [];
    const file = await fetch(`${app.url}${item?.url}`);
    expect(file.status).toBe(200);
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(10_000);

    // What is approved stays as it was approved; the next episode has the new sound.
    await operator.remove(`/programmes/${programme}/sound/signature`);
    expect(
      renditionOf((await operator.get<Episode>(`/episodes/${id}`)).programme, "loudspeaker-mp3"),
    ).toEqual(whole);
    expect((await playlistOf(app, device)).broadcasts[0]?.items).toEqual(broadcasts[0]?.items);
    await operator.post(`/episodes/${id}/withdraw-approval`);
    const without = await untilProgramme(operator, id);
    expect((renditionOf(without.programme, "loudspeaker-mp3")?.durationMs ?? 0) / 1_000).toBeCloseTo(6.5, 1);
    // A gap by itself is never so long that the loudspeaker seems broken.
    await expect(operator.patch(`/programmes/${programme}/sound`, { gapMs: 10_001 })).rejects.toThrow(
      /gapMs/,
    );
    // Its recordings fit the slot of half a minute, the programme with its gaps and its closing does not.
    await operator.patch(`/programmes/${programme}/sound`, { gapMs: 10_000 });
    expect((await operator.get<Episode>(`/episodes/${id}`)).slot).toEqual({
      durationMs: 16_000,
      finding: null,
    });
    const closing = makeTone(join(folder, "closing.wav"), 6);
    await operator.upload(`/programmes/${programme}/sound/closing`, closing);
    expect((await operator.get<Episode>(`/episodes/${id}`)).slot).toMatchObject({
      durationMs: 32_000,
      finding: { kind: "over-slot" },
    });
    await operator.remove(`/programmes/${programme}/sound/closing`);
    await operator.patch(`/programmes/${programme}/sound`, { delivery: "list", gapMs: 500 });
    const listed = await operator.get<Episode>(`/episodes/${id}`);
    expect(listed).toMatchObject({
      programme: null,
      slot: { durationMs: 6_000, finding: { kind: "under-slot" } },
    });
  });

  test("a cover is made square, is served, and is in the podcast; what is no picture is refused", async () => {
    const { operator } = app;
    const programme = await programmeId(operator, "broadcast");
    const picture = join(folder, "cover.png");
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-y",
      "-f",
      "lavfi",
      "-i",
      "testsrc=size=1800x900",
      "-frames:v",
      "1",
      picture,
    ]);
    const { sound } = await operator.upload<{ sound: { cover: string } }>(
      `/programmes/${programme}/cover`,
      picture,
    );
    const served = await fetch(`${app.url}/media/${sound.cover}`, { headers: operator.credentials });
    expect(served.headers.get("content-type")).toBe("image/jpeg");
    const jpeg = join(folder, "served.jpg");
    writeFileSync(jpeg, Buffer.from(await served.arrayBuffer()));
    const size = execFileSync("ffprobe", [
      "-v",
      "error",
      "-of",
      "csv=p=0",
      "-show_entries",
      "stream=width,height",
      jpeg,
    ]);
    expect(size.toString().trim()).toBe("1400,1400");
    await expect(operator.upload(`/programmes/${programme}/cover`, tone)).rejects.toThrow(/no picture/);

    const { segments } = (await makeEpisode(operator, 2, tone)) as unknown as Episode;
    const podcast = renditionOf(segments[0]?.recording?.renditions, "podcast-mp3");
    const file = await fetch(`${app.url}/media/${podcast?.sha256}`, { headers: operator.credentials });
    expect(Buffer.from(await file.arrayBuffer()).includes(readFileSync(jpeg).subarray(100, 400))).toBe(true);
    await operator.remove(`/programmes/${programme}/cover`);
  });

  test("a recording is trimmed by one request, and used whole again by another", async () => {
    const { operator } = app;
    const { id, segments } = (await makeEpisode(operator, 3, tone)) as unknown as Episode;
    const path = `/episodes/${id}/segments/1`;
    await expect(operator.put(`${path}/trim`, { fromMs: 0, toMs: 9_000 })).rejects.toThrow(
      /ends after 3000 ms/,
    );
    await expect(operator.put(`${path}/trim`, { fromMs: 1_000, toMs: 1_100 })).rejects.toThrow(
      /400 ms must remain/,
    );
    await operator.put(`${path}/trim`, { fromMs: 500, toMs: 2_000 });
    const trimmed = (await settled(operator, id)) as unknown as Episode;
    expect(trimmed.segments[0]?.recording).toMatchObject({
      sha256: segments[0]?.recording?.sha256,
      trim: { fromMs: 500, toMs: 2_000 },
    });
    expect(renditionOf(trimmed.segments[0]?.recording?.renditions, "loudspeaker-mp3")?.durationMs).toBe(
      1_500,
    );
    const whole = await operator.remove<Episode>(`${path}/trim`);
    expect(whole.segments[0]?.recording).toEqual(segments[0]?.recording);
    await expect(operator.put(`${path}/asset`, { sha256: "0".repeat(64) })).rejects.toThrow(/no recording/);
    await operator.put(`${path}/asset`, { sha256: segments[0]?.recording?.sha256 });
  });

  test("jobs are told as they change, with what they are called and how far they are", async () => {
    const { operator } = app;
    const answer = await fetch(`${app.url}/api/v1/jobs/events`, {
      headers: { ...operator.credentials, accept: "text/event-stream" },
    });
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const told: string[] = [];
    const reading = (async () => {
      let text = "";
      for await (const chunk of answer.body ?? []) {
        text += Buffer.from(chunk).toString();
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        told.push(...events);
      }
    })().catch(() => undefined);
    await until(() => told.length > 0, { what: "the opening event" });
    await makeEpisode(operator, 4, makeTone(join(folder, "another.wav"), 4));
    const jobs = () =>
      told
        .filter((event) => event.includes("event: job"))
        .map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "{}"));
    await until(() => jobs().some(({ kind, state }) => kind === "sound" && state === "done"), {
      what: "the end",
    });
    expect(jobs()).toContainEqual(
      expect.objectContaining({ kind: "listen", state: "done", title: "another.wav" }),
    );
    expect(jobs()).toContainEqual(
      expect.objectContaining({ kind: "sound", state: "done", title: "要闻", progress: 100 }),
    );

    const { items } = await operator.get<{ items: { id: string; kind: string; state: string }[] }>(
      "/jobs?state=done&limit=2",
    );
    expect(items).toHaveLength(2);
    await expect(operator.post(`/jobs/${items[0]?.id}/cancel`)).rejects.toThrow(/ended already/);
    const nobody = await fetch(`${app.url}/api/v1/jobs/events`, { headers: { accept: "text/event-stream" } });
    expect(nobody.status).toBe(401);

    // Whoever listens does not keep the server from stopping.
    await app.close();
    await reading;
  });
});

test("a changed profile never replaces what a frozen broadcast plays, and is played from the next one on once it is reviewed anew", async () => {
  const air = Date.parse("2026-12-01T07:00:00+08:00");
  const later = Date.parse("2026-12-01T18:30:00+08:00");
  const clock = createTestClock(air - 30 * 60_000);
  const home = join(folder, "home");
  const profiles = join(folder, "profiles");
  cpSync(PROFILES_DIR, profiles, { recursive: true });
  const env = { DATA_DIR: join(home, "data"), MEDIA_DIR: join(home, "media"), PROFILES_DIR: profiles };
  const first = await runApp({ clock, env });
  await importRegions(first.operator);
  const device = await enrolDevice(first.operator, first.url, VILLAGE);
  const { id } = await approvedEpisode(first.operator, 41, tone);
  await approvedEpisode(first.operator, 42, makeTone(join(folder, "next.wav"), 2));
  const before = (await playlistOf(first, device)).broadcasts;
  clock.advance(22 * 60_000);
  const stateOf = async (app: RunningApp, startAt: number) => {
    const { items } = await app.operator.get<{ items: BroadcastView[] }>("/broadcasts");
    return items.find((broadcast) => Date.parse(broadcast.startAt) === startAt)?.state;
  };
  await until(async () => (await stateOf(first, air)) === "frozen", { what: "the freeze" });
  await first.close();

  const path = join(profiles, "loudspeaker-mp3.json");
  const changed = JSON.parse(readFileSync(path, "utf8"));
  changed.audio.bitrateKbps = 96;
  writeFileSync(path, JSON.stringify(changed));
  const second = await runApp({ clock, env, password: first.password });
  try {
    const isApproved = async () =>
      (await second.operator.get<{ approved: boolean }>(`/episodes/${id}`)).approved;
    await until(async () => !(await isApproved()), { what: "the end of the approval", timeoutMs: 60_000 });
    await settled(second.operator, id);
    await approve(second.operator, `episodes/${id}`);
    const frozenItem = before.find(({ startAt }) => startAt === air)?.items[0];
    const laterOf = (list: typeof before) => list.find(({ startAt }) => startAt === later)?.items[0];
    const laterSha256 = async () => laterOf((await playlistOf(second, device)).broadcasts)?.sha256;
    await until(async () => (await laterSha256()) !== undefined, { what: "the later broadcast" });
    expect(await laterSha256()).not.toBe(laterOf(before)?.sha256);
    expect(laterOf(before)?.sha256).toBe(frozenItem?.sha256);
    const after = (await playlistOf(second, device)).broadcasts;
    expect(after.find(({ startAt }) => startAt === air)?.items[0]?.sha256).toBe(frozenItem?.sha256);
    expect(await stateOf(second, air)).toBe("frozen");
    expect((await fetch(`${second.url}${frozenItem?.url}`)).status).toBe(200);
  } finally {
    await second.close();
  }
});
