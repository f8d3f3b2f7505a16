import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";

/** What the API tells of recordings that wait, and of a library that is not well. */

interface Wait {
  reason: string;
  until: string;
}
interface Recording {
  sha256: string;
  listening: object | null;
  listeningJob: {
    id: string;
    state: string;
    progress: number;
    error: string | null;
    waitingFor: Wait | null;
  } | null;
  renditions: { profile: string; state: string; jobId: string | null; waitingFor: Wait | null }[];
}

let app: RunningApp;
let folder: string;
/** While this file is there, ffmpeg cannot be started. */
let missing: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-told-"));
  missing = join(folder, "missing");
  const program = join(folder, "ffmpeg");
  writeFileSync(program, `#!/bin/sh\n[ -e '${missing}' ] && exit 127\nexec ffmpeg "$@"\n`, { mode: 0o755 });
  app = await runApp({
    env: {
      FFMPEG_PATH: program,
      TRANSCODE_CONCURRENCY: "1",
      MEDIA_DIR: join(folder, "media"),
      DISK_RESERVE_MB: "0",
      DISK_WARN_PERCENT: "0",
      DISK_REFUSE_PERCENT: "0",
    },
  });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const uploaded = async (number: number): Promise<string> => {
  const { id } = await app.operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(app.operator, "broadcast"),
    number,
    title: `第${number}期`,
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  await app.operator.upload(
    `/episodes/${id}/segments/1/recording`,
    makeTone(join(folder, "tone.wav"), number + 1),
  );
  return id;
};

async function recordingOf(id: string): Promise<Recording> {
  const { segments } = await app.operator.get<{ segments: { recording: Recording }[] }>(`/episodes/${id}`);
  const [segment] = segments;
  if (!segment) throw new Error("no segment");
  return segment.recording;
}

describe("a recording whose work waits", () => {
  test("says why and until when, of listening and of each rendition, and no more once it is done", async () => {
    writeFileSync(missing, "");
    const id = await uploaded(1);
    const waits = {
      reason: expect.stringMatching(/ffmpeg exited with code 127 .*The server cannot run ffmpeg: install/),
      until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    };
    let recording = await recordingOf(id);
    await until(
      async () => {
        recording = await recordingOf(id);
        return [recording.listeningJob, ...recording.renditions].every((work) => work?.waitingFor);
      },
      { what: "all work to wait", timeoutMs: 30_000 },
    );
    expect(recording.listening).toBeNull();
    expect(recording.listeningJob).toMatchObject({
      state: "queued",
      progress: 0,
      error: null,
      waitingFor: waits,
    });
    expect(Date.parse(recording.listeningJob?.waitingFor?.until ?? "")).toBeGreaterThan(Date.now());
    expect(recording.renditions.length).toBeGreaterThan(3);
    for (const { state, jobId, waitingFor } of recording.renditions)
      expect({ state, jobId, waitingFor }).toEqual({
        state: "queued",
        jobId: expect.stringMatching(/./),
        waitingFor: waits,
      });
    const [first] = recording.renditions;
    expect(await app.operator.get(`/jobs/${first?.jobId}`)).toMatchObject({
      state: "queued",
      failures: 0,
      error: waits.reason,
      notBefore: first?.waitingFor?.until,
    });

    rmSync(missing);
    for (const jobId of [recording.listeningJob?.id, first?.jobId]) {
      await app.operator.post(`/jobs/${jobId}/cancel`);
      await app.operator.post(`/jobs/${jobId}/retry`);
    }
    await until(
      async () => {
        recording = await recordingOf(id);
        return recording.listening !== null && recording.renditions.every(({ state }) => state === "ready");
      },
      { what: "the work", timeoutMs: 60_000 },
    );
    expect(recording.listeningJob).toBeNull();
    expect(recording.renditions.map(({ jobId, waitingFor }) => jobId ?? waitingFor)).toEqual(
      recording.renditions.map(() => null),
    );
  });

  test("says of listening that was cancelled or failed what became of it", async () => {
    writeFileSync(missing, "");
    const id = await uploaded(2);
    await until(async () => Boolean((await recordingOf(id)).listeningJob?.waitingFor), {
      what: "listening to wait",
    });
    const { listeningJob } = await recordingOf(id);
    await app.operator.post(`/jobs/${listeningJob?.id}/cancel`);
    expect(await recordingOf(id)).toMatchObject({
      listening: null,
      listeningJob: { id: listeningJob?.id, state: "cancelled", error: null, waitingFor: null },
    });
    rmSync(missing);
  });
});

describe("the library's complaints", () => {
  interface Complaint {
    kind: string;
    text: string;
  }
  const complaints = async () =>
    (await app.operator.get<{ items: Complaint[] }>("/media-library/complaints")).items;

  test("are for who is signed in, and none while all is well", async () => {
    expect((await fetch(`${app.url}/api/v1/media-library/complaints`)).status).toBe(401);
    expect(await complaints()).toEqual([]);
  });

  test("name a recording that rotted, until it is whole again", async () => {
    const id = await uploaded(3);
    const { sha256 } = await recordingOf(id);
    const path = join(folder, "media", sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    const whole = readFileSync(path);
    const rotten = Buffer.from(whole);
    rotten.writeUInt8((whole.at(-1) ?? 0) ^ 1, whole.length - 1);
    writeFileSync(path, rotten);
    const scrubbed = async () => {
      const status = await app.operator.post<{ lastScrub: { endedAt: string | null } | null }>(
        "/media-library/scrub",
      );
      return typeof status.lastScrub?.endedAt === "string";
    };
    await until(async () => (await scrubbed()) && (await complaints()).length > 0, { what: "the scrub" });
    expect(await complaints()).toEqual([
      { kind: "damage", text: `Damaged files without another copy: 1, as ${sha256}.` },
    ]);
    writeFileSync(path, whole);
    await until(async () => (await scrubbed()) && (await complaints()).length === 0, {
      what: "another scrub",
    });
  });

  test("say that the store is not mounted, and that it cannot be asked how full it is", async () => {
    const media = join(folder, "media");
    renameSync(join(media, ".library"), join(folder, "marker"));
    expect(await complaints()).toMatchObject([
      { kind: "unmounted", text: expect.stringMatching(/no marker file/) },
    ]);
    renameSync(join(folder, "marker"), join(media, ".library"));
    renameSync(media, join(folder, "away"));
    expect((await complaints()).map(({ kind }) => kind)).toEqual(["unmounted", "full"]);
    renameSync(join(folder, "away"), media);
    expect((await complaints()).filter(({ kind }) => kind !== "scrub")).toEqual([]);
    // A scrub that was still on its way has met a store that was not there.
    const isWell = async () => {
      await app.operator.post("/media-library/scrub");
      return (await complaints()).length === 0;
    };
    await until(isWell, { what: "a scrub of what is there again" });
  });
});
