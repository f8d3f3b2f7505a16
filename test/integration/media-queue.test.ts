import { createReadStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Job } from "../../src/media/jobs/job.ts";
import type { Asset } from "../../src/media/media-service.ts";
import type { Profile } from "../../src/media/profiles.ts";
import {
  createMediaLab,
  ffmpeg,
  type MediaLab,
  settled,
  shippedProfiles,
  speak,
  wholeOf,
} from "../support/media-lab.ts";

let lab: MediaLab;
let speech: string;

beforeEach(async () => {
  lab = await createMediaLab({ start: false, concurrency: 1, profiles: shippedProfiles("loudspeaker-mp3") });
  speech = lab.file("speech.wav");
  await speak(speech, "The meeting begins at nine.");
});
afterEach(() => lab.close());

const receive = (attach: (asset: Asset) => void) =>
  lab.media.receiveUpload({ stream: createReadStream(speech), originalName: "speech.wav" }, attach);

/** Takes the speech in and has it rendered; the composition's id. */
const compose = async (): Promise<string> => (await lab.upload(speech)).compositionId;

const jobOf = (kind: Job["kind"], media = lab.media): Job | undefined =>
  media.jobs.page(null, "z", 100).find((job) => job.kind === kind);

describe("an upload", () => {
  test("is attached in the transaction that records it, and is one file under its digest", async () => {
    let seen: Asset | null = null;
    const asset = await receive((given) => {
      seen = lab.media.assetOf(given.sha256);
    });
    expect(seen).toEqual(asset);
    expect(asset).toMatchObject({
      probe: { kind: "audio", container: "wav", video: null },
      originalName: "speech.wav",
    });
    expect(lab.leftovers()).toEqual([asset.sha256]);
    expect(lab.media.servedAs(asset.sha256)).toMatchObject({
      mime: "application/octet-stream",
      bytes: asset.bytes,
    });
  });

  test("leaves no file and no row when attaching it fails", async () => {
    const refuse = () => {
      throw new Error("the episode is gone");
    };
    await expect(receive(refuse)).rejects.toThrow("the episode is gone");
    expect(lab.leftovers()).toEqual([]);
    expect(lab.db.prepare("SELECT count(*) AS n FROM assets, renditions").get()).toEqual({ n: 0 });

    // The file of an earlier upload stays.
    const { sha256 } = await receive(() => {});
    await expect(receive(refuse)).rejects.toThrow("the episode is gone");
    expect(lab.leftovers()).toEqual([sha256]);
  });

  test("of known bytes is stored and transcoded once, and attached each time", async () => {
    const uploads = await Promise.all([1, 2, 3].map(() => lab.upload(speech)));
    expect(new Set(uploads.map(({ sha256 }) => sha256)).size).toBe(1);
    const { sha256 = "", compositionId = "" } = uploads[0] ?? {};
    lab.media.start([]);
    const [rendition] = await settled(lab.media, compositionId);
    expect(rendition).toMatchObject({ state: "ready", error: null });
    expect(jobOf("sound")).toMatchObject({ state: "done", failures: 0, progress: 100 });
    expect(new Set(lab.leftovers())).toEqual(new Set([sha256, rendition?.sha256]));

    await lab.upload(speech);
    expect(lab.media.renditionsOf(compositionId)).toEqual([rendition]);
    expect(lab.media.jobs.page("queued", "z", 10)).toEqual([]);
  });
});

describe("the queue", () => {
  const leaseToAnother = (abandonments: number, leaseUntil: number) =>
    lab.db
      .prepare("UPDATE jobs SET state = 'running', worker = 'gone', lease_until = ?, abandonments = ?")
      .run(leaseUntil, abandonments);

  test("takes up what a crash left running, and clears what it left half-made", async () => {
    const id = await compose();
    // The lease of a server that is gone counts no more, even when it has not run out.
    leaseToAnother(0, Number.MAX_SAFE_INTEGER);
    lab.db.exec("UPDATE renditions SET state = 'running'");
    await mkdir(join(lab.dir, "library/tmp/scratch"));
    await writeFile(join(lab.dir, "library/tmp/scratch/audio.mp3"), "half of it");

    const restarted = lab.create();
    restarted.start([]);
    expect(await settled(restarted, id)).toMatchObject([{ state: "ready" }]);
    expect(jobOf("sound", restarted)).toMatchObject({ state: "done", failures: 0, abandonments: 1 });
    expect(lab.temporary()).toEqual([]);
    await restarted.stop();
  });

  test("makes what a crash left without a job", async () => {
    const id = await compose();
    lab.db.exec("DELETE FROM jobs");
    lab.db.exec("UPDATE renditions SET state = 'running'");
    lab.media.start([]);
    expect(await settled(lab.media, id)).toMatchObject([{ state: "ready" }]);
  });

  test("gives up on a recording during which the server ended ten times, also at the next start", async () => {
    const id = await compose();
    leaseToAnother(9, 0);
    lab.media.start([id]);
    const failed = { state: "failed", error: expect.stringMatching(/10 times in a row/) };
    expect(lab.media.renditionsOf(id)).toMatchObject([failed]);
    await lab.media.stop();
    const restarted = lab.create();
    restarted.start([id]);
    expect(restarted.renditionsOf(id)).toMatchObject([failed]);
    await restarted.stop();
  });

  const startLongWork = async (durationS = 1_200): Promise<string> => {
    const long = lab.file("long.wav");
    await ffmpeg("-f", "lavfi", "-i", `anoisesrc=a=0.2:d=${durationS}:r=44100`, long);
    lab.media.start([]);
    const { compositionId } = await lab.upload(long);
    const sound = () => jobOf("sound");
    await until(() => (sound()?.progress ?? 0) > 3, { timeoutMs: 60_000, what: "progress" });
    return compositionId;
  };

  test("a stop ends ffmpeg, and the work begins anew afterwards", async () => {
    const id = await startLongWork();
    expect(lab.temporary()).toHaveLength(1);
    const [running] = lab.media.renditionsOf(id);
    if (!running) throw new Error("nothing is rendered");
    const { progress, etaMs } = lab.media.progressOf(running);
    expect(progress).toBeGreaterThan(3);
    expect(etaMs).toBeGreaterThan(0);

    await lab.media.stop();
    expect(lab.media.renditionsOf(id)).toMatchObject([{ state: "queued", error: null }]);
    expect(jobOf("sound")).toMatchObject({ state: "queued", progress: 0, failures: 0, worker: null });
    expect(lab.temporary()).toEqual([]);
  });

  test("a job that is cancelled ends ffmpeg, and is made again only when somebody asks", async () => {
    const id = await startLongWork();
    const job = jobOf("sound");
    const cancelled = lab.media.jobs.cancel(job?.id ?? "");
    expect(cancelled).toMatchObject({ state: "cancelled", worker: null, leaseUntil: null });
    expect(() => lab.media.jobs.cancel(cancelled.id)).toThrow(/ended already/);
    expect(() => lab.media.jobs.cancel("none")).toThrow(/no job/);
    await until(() => lab.temporary().length === 0, { what: "ffmpeg's end" });
    const [rendition] = lab.media.renditionsOf(id);
    expect(rendition).toMatchObject({ state: "cancelled" });
    expect(lab.media.whyNotAirable(id)).toMatch(/cancelled/);
    expect(lab.media.retryRendition(rendition?.id ?? "")).toMatchObject({ state: "queued" });
    await until(() => jobOf("sound")?.state === "running", { what: "another job" });
  });

  test.each([1, 2])(
    "what is asked for again in the turn of its cancellation is made, %d at a time",
    async (concurrency) => {
      await lab.close();
      lab = await createMediaLab({ start: false, concurrency, profiles: shippedProfiles("loudspeaker-mp3") });
      const id = await startLongWork(120);
      const cancelled = lab.media.jobs.cancel(jobOf("sound")?.id ?? "");
      lab.media.retryRendition(lab.media.renditionsOf(id)[0]?.id ?? "");

      const [rendition] = await settled(lab.media, id);
      expect(rendition).toMatchObject({ state: "ready", error: null });
      expect(lab.media.jobs.get(cancelled.id)).toMatchObject({ state: "cancelled" });
      await until(() => jobOf("sound")?.state === "done", { what: "the end of the second job" });
      expect(jobOf("sound")?.id).not.toBe(cancelled.id);
      expect(lab.leftovers()).toHaveLength(2);
      expect(lab.leftovers()).toContain(rendition?.sha256);
    },
  );

  test("what is cancelled while its file is taken in leaves neither the file nor rows of its parts", async () => {
    const { sha256, compositionId } = await lab.upload(speech);
    const { adopt } = lab.library;
    lab.library.adopt = async (path) => {
      const staged = await adopt(path);
      lab.media.jobs.cancel(jobOf("sound")?.id ?? "");
      return staged;
    };
    lab.media.start([]);
    expect(await settled(lab.media, compositionId)).toMatchObject([{ state: "cancelled", sha256: null }]);
    await lab.media.stop();
    expect(lab.leftovers()).toEqual([sha256]);
    expect(lab.temporary()).toEqual([]);
  });

  test("a failed rendition is queued again on request, or by the same upload", async () => {
    const id = await compose();
    const [queued] = lab.media.renditionsOf(id);
    const renditionId = queued?.id ?? "";
    expect(() => lab.media.retryRendition(renditionId)).toThrow(/Only a failed/);
    expect(() => lab.media.retryRendition("none")).toThrow(/no rendition/);

    const fail = () => {
      lab.db.exec("UPDATE renditions SET state = 'failed', error = 'the disk was full'");
      lab.db.exec("UPDATE jobs SET state = 'failed', error = 'the disk was full'");
    };
    fail();
    expect(lab.media.retryRendition(renditionId)).toMatchObject({ state: "queued", error: null });
    fail();
    await lab.upload(speech);
    expect(lab.media.renditionsOf(id)).toMatchObject([{ id: renditionId, state: "queued", error: null }]);
    expect(jobOf("sound")).toMatchObject({ state: "queued", failures: 0 });
  });

  test("a stored file that changed on the disk fails the rendition, saying so", async () => {
    const { sha256, compositionId } = await lab.upload(speech);
    await writeFile(lab.library.pathOf(sha256), "not what it was");
    lab.media.start([]);
    expect(await settled(lab.media, compositionId)).toMatchObject([
      {
        state: "failed",
        error: expect.stringMatching(/changed on the disk: it holds 15 bytes instead of \d+/),
      },
    ]);
  });

  test("what ffmpeg cannot do fails with its own last words and advice", async () => {
    const id = await compose();
    const withoutEncoder = (profile: Profile): Profile =>
      profile.type === "sound" ? { ...profile, audio: { ...profile.audio, codec: "libnothing" } } : profile;
    const broken = lab.create(shippedProfiles("loudspeaker-mp3").map(withoutEncoder));
    broken.start([id]);
    expect(await settled(broken, id)).toMatchObject([
      { state: "failed", error: expect.stringMatching(/lacks a codec[^]*Unknown encoder 'libnothing'/) },
    ]);
    expect(jobOf("sound", broken)).toMatchObject({ state: "failed", failures: 1 });
    expect(lab.temporary()).toEqual([]);
    await broken.stop();
  });

  test("what may pass is tried again later", async () => {
    const starved = lab.file("starved");
    await writeFile(
      starved,
      '#!/bin/sh\ncase "$*" in *-progress*) kill -9 $$;; *) exec ffmpeg "$@";; esac\n',
      {
        mode: 0o755,
      },
    );
    const id = await compose();
    const media = lab.create(undefined, starved);
    const seen: Job[] = [];
    media.jobs.watch((job) => void (job.kind === "sound" && seen.push(job)));
    media.start([]);
    await until(() => seen.some(({ state, failures }) => state === "queued" && failures === 1), {
      what: "the first failure",
    });
    const waiting = jobOf("sound", media);
    expect(waiting?.error).toMatch(/killed/i);
    expect((waiting?.notBefore ?? 0) - (waiting?.updatedAt ?? 0)).toBe(10_000);
    expect(media.renditionsOf(id)).toMatchObject([{ state: "queued" }]);
    await media.stop();
  });

  test("the earliest air date goes first, then the oldest", async () => {
    const ids: string[] = [];
    for (const text of ["One.", "Another notice.", "A third notice for the village."]) {
      const file = lab.file("notice.wav");
      await speak(file, text);
      ids.push((await lab.upload(file)).compositionId);
    }
    const [first = "", second = "", third = ""] = ids;
    lab.media.expectOnAir(third, 2_000);
    lab.media.expectOnAir(second, 3_000);
    const done: string[] = [];
    lab.media.jobs.watch(({ kind, state, subject }) => {
      if (kind === "sound" && state === "done") done.push(subject);
    });
    lab.media.start([]);
    await Promise.all(ids.map((id) => settled(lab.media, id)));
    expect(done).toEqual([third, second, first]);
  });

  test("the same composition twice, and one with the same bytes, are made once", async () => {
    const { sha256, compositionId } = await lab.upload(speech);
    const renamed = lab.media.compose(wholeOf(sha256, "Another title"));
    expect(renamed).not.toBe(compositionId);
    lab.media.start([]);
    const [one] = await settled(lab.media, compositionId);
    const [other] = await settled(lab.media, renamed);
    expect(other).toMatchObject({ state: "ready", sha256: one?.sha256, derivation: one?.derivation });
    const later = lab.media.compose(wholeOf(sha256, "A third title"));
    // Known already: no job is needed at all.
    expect(lab.media.renditionsOf(later)).toMatchObject([{ state: "ready", sha256: one?.sha256 }]);
  });
});
