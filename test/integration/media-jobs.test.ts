import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { systemClock } from "../../src/clock.ts";
import { jobRoutes } from "../../src/media/jobs/job-routes.ts";
import { createJobStore } from "../../src/media/jobs/job-store.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";
import { createMediaLab } from "../support/media-lab.ts";

interface JobView {
  id: string;
  kind: string;
  subject: string;
  state: string;
  progress: number;
  etaMs: number | null;
}

let app: RunningApp;
let folder: string;
/** Occupies the only place that there is for work. */
let occupied: JobView;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-jobs-"));
  app = await runApp({ env: { TRANSCODE_CONCURRENCY: "1" } });
  const long = join(folder, "long.flac");
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "anoisesrc=a=0.2:d=2400:r=22050", long]);
  await upload(1, long);
  await until(async () => (await jobs("sound", "running")).length === 1, {
    what: "the long work",
    timeoutMs: 60_000,
  });
  occupied = (await jobs("sound", "running"))[0] as JobView;
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function upload(number: number, file: string): Promise<EpisodeView> {
  const { id } = await app.operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await app.operator.upload(`/episodes/${id}/segments/1/recording`, file);
  return app.operator.get(`/episodes/${id}`);
}

async function jobs(kind: string, state: string): Promise<JobView[]> {
  const { items } = await app.operator.get<{ items: JobView[] }>(`/jobs?state=${state}`);
  return items.filter((job) => job.kind === kind);
}

/** What is told about jobs until `isEnough`, on a connection of its own. */
const told = (isEnough: (seen: JobView[]) => boolean) =>
  toldAt(`${app.url}/api/v1/jobs/events`, isEnough, {
    ...app.operator.credentials,
    "last-event-id": occupied.id,
  });

async function toldAt(
  url: string,
  isEnough: (seen: JobView[]) => boolean,
  headers: Record<string, string> = {},
): Promise<{ seen: JobView[]; text: string }> {
  const stop = new AbortController();
  const answer = await fetch(url, {
    headers: { ...headers, accept: "text/event-stream" },
    signal: stop.signal,
  });
  let text = "";
  let seen: JobView[] = [];
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    const whole = text.slice(0, text.lastIndexOf("\n\n") + 1);
    seen = [...whole.matchAll(/^event: job\ndata: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
    if (isEnough(seen)) break;
  }
  stop.abort();
  return { seen, text };
}

describe("jobs as they change", () => {
  test("are told with per cent and what is left", async () => {
    const isUnderWay = ({ id, state, progress, etaMs }: JobView) =>
      id === occupied.id && state === "running" && progress > 3 && (etaMs ?? 0) > 0;
    const { seen } = await told((jobsSeen) => jobsSeen.some(isUnderWay));
    expect(seen.some(isUnderWay)).toBe(true);
  });

  test("are told as they are now to whoever connects again", async () => {
    const { seen, text } = await told((jobsSeen) => jobsSeen.length > 0);
    expect(text).toMatch(/^event: open\n/);
    // An id would promise that what was missed is told.
    expect(text).not.toMatch(/^id:/m);
    expect(seen[0]).toMatchObject({ id: occupied.id, state: "running" });
    expect(seen[0]?.progress).toBeGreaterThan(3);
  });
});

test("of a long queue the most urgent are told at first, how many there are, and each that changes", async () => {
  const lab = await createMediaLab({ start: false });
  const server = Fastify({ forceCloseConnections: true });
  try {
    const store = createJobStore(lab.db);
    const now = systemClock.now();
    for (let at = 0; at < 150; at += 1)
      store.add({ kind: "sound", subject: `composition ${at}`, airAt: now + (150 - at), now });
    store.add({ kind: "listen", subject: "recording", airAt: null, now });
    store.claim("somebody", now, now + 60_000, false);
    const user = { id: "somebody", name: "somebody", roles: [] };
    const whoAsks = () => ({ id: "sign-in", user, secondFactor: false, owesCode: false, scopes: null });
    await server.register(jobRoutes, { media: lab.media, clock: systemClock, whoAsks });
    const url = `${await server.listen({ host: "127.0.0.1", port: 0 })}/jobs/events`;

    const last = store.latest("sound", "composition 0");
    let isAsked = false;
    const { seen, text } = await toldAt(url, (jobsSeen) => {
      if (jobsSeen.length >= 100 && !isAsked) {
        isAsked = true;
        lab.media.jobs.cancel(last?.id ?? "");
      }
      return jobsSeen.length > 100;
    });
    expect(text).toMatch(/^event: open\ndata: \{"open":151,"told":100\}\n/);
    expect(seen.map(({ subject }) => subject)).toEqual([
      "recording",
      ...Array.from({ length: 99 }, (_, at) => `composition ${149 - at}`),
      "composition 0",
    ]);
    expect(seen[0]).toMatchObject({ state: "running" });
    expect(seen.at(-1)).toMatchObject({ state: "cancelled" });
  } finally {
    await server.close();
    await lab.close();
  }
});

describe("listening that was cancelled", () => {
  let episode: EpisodeView;
  let cancelled: JobView;
  const approval = () => approve(app.operator, `episodes/${episode.id}`);

  beforeAll(async () => {
    episode = await upload(2, makeTone(join(folder, "tone.wav"), 3));
    const [queued] = await jobs("listen", "queued");
    cancelled = await app.operator.post<JobView>(`/jobs/${queued?.id}/cancel`);
  });

  test("is what keeps the recording off the air, until it is asked for again", async () => {
    expect(cancelled).toMatchObject({ state: "cancelled" });
    await expect(approval()).rejects.toThrow(/has not been listened to: that was cancelled/);

    const again = await app.operator.post<JobView>(`/jobs/${cancelled.id}/retry`);
    expect(again).toMatchObject({ kind: "listen", subject: cancelled.subject, state: "queued" });
    expect(again.id).not.toBe(cancelled.id);
    await expect(approval()).rejects.toThrow(/is being listened to/);
    await expect(app.operator.post(`/jobs/${again.id}/retry`)).rejects.toMatchObject({ status: 409 });
    await expect(app.operator.post("/jobs/01900000-0000-7000-8000-000000000000/retry")).rejects.toMatchObject(
      { status: 404 },
    );
    await app.operator.post(`/jobs/${again.id}/cancel`);
  });

  test("is asked for again by what is composed of the recording", async () => {
    await app.operator.put(`/episodes/${episode.id}/segments/1/trim`, { fromMs: 500, toMs: 2_000 });
    expect(await jobs("listen", "queued")).toMatchObject([{ subject: cancelled.subject }]);
  });

  test("has nothing left to do once it was listened to", async () => {
    await app.operator.post(`/jobs/${occupied.id}/cancel`);
    const heard = async () =>
      (await jobs("listen", "done")).some(({ subject }) => subject === cancelled.subject);
    await until(heard, { what: "the listening", timeoutMs: 30_000 });
    await expect(app.operator.post(`/jobs/${cancelled.id}/retry`)).rejects.toThrow(
      /Nothing of this job is left/,
    );
    const sound = await app.operator.post<JobView>(`/jobs/${occupied.id}/retry`);
    expect(sound).toMatchObject({ kind: "sound", subject: occupied.subject });
    await app.operator.post(`/jobs/${sound.id}/cancel`);
  });
});
