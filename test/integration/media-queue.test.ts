import { createReadStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Asset } from "../../src/media/media-service.ts";
import { loadProfiles } from "../../src/media/profiles.ts";
import { createMediaLab, ffmpeg, type MediaLab, PROFILES_DIR, settled, speak } from "../support/media-lab.ts";
import { until } from "../support/until.ts";

let lab: MediaLab;
let speech: string;

beforeEach(async () => {
  lab = await createMediaLab({ start: false, concurrency: 1 });
  speech = lab.file("speech.wav");
  await speak(speech, "The meeting begins at nine.");
});
afterEach(() => lab.close());

const receive = (attach: (asset: Asset) => void) =>
  lab.media.receiveUpload({ stream: createReadStream(speech), originalName: "speech.wav" }, attach);

describe("an upload", () => {
  test("is attached in the transaction that records it, and is one file under its digest", async () => {
    let seen: Asset | null = null;
    const asset = await receive((given) => {
      seen = lab.media.assetOf(given.sha256);
    });
    expect(seen).toEqual(asset);
    expect(asset).toMatchObject({
      kind: "audio",
      container: "wav",
      originalName: "speech.wav",
      videoCodec: null,
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
    let attached = 0;
    const uploads = await Promise.all([1, 2, 3].map(() => receive(() => void (attached += 1))));
    expect(new Set(uploads.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(attached).toBe(3);
    const [first] = uploads;
    lab.media.start();
    const [rendition] = await settled(lab.media, first?.sha256 ?? "");
    expect(rendition).toMatchObject({ state: "ready", attempts: 1 });
    expect(new Set(lab.leftovers())).toEqual(new Set([first?.sha256, rendition?.sha256]));

    const again = await receive(() => {});
    expect(lab.media.renditionsOf(again.sha256)).toEqual([rendition]);
  });
});

describe("the queue", () => {
  test("takes up what a crash left running, and clears what it left half-made", async () => {
    const { sha256 } = await receive(() => {});
    lab.db.exec("UPDATE renditions SET state = 'running', attempts = 1, progress = 40");
    await mkdir(join(lab.dir, "library/tmp/scratch"));
    await writeFile(join(lab.dir, "library/tmp/scratch/audio.mp3"), "half of it");

    const restarted = lab.create();
    restarted.start();
    expect(await settled(restarted, sha256)).toMatchObject([{ state: "ready", attempts: 2 }]);
    expect(lab.temporary()).toEqual([]);
    await restarted.stop();
  });

  test("gives up on a recording that took the server down three times", async () => {
    const { sha256 } = await receive(() => {});
    lab.db.exec("UPDATE renditions SET state = 'running', attempts = 3");
    lab.media.start();
    expect(lab.media.renditionsOf(sha256)).toMatchObject([
      { state: "failed", error: expect.stringMatching(/ended 3 times/) },
    ]);
  });

  test("a stop ends ffmpeg, and the work begins anew afterwards", async () => {
    const long = lab.file("long.wav");
    await ffmpeg("-f", "lavfi", "-i", "anoisesrc=a=0.2:d=1200:r=44100", long);
    lab.media.start();
    const { sha256 } = await lab.upload(long);
    const progress = () => lab.media.renditionsOf(sha256)[0]?.progress ?? 0;
    await until(() => progress() > 0, { timeoutMs: 30_000, what: "progress" });
    expect(lab.temporary()).toHaveLength(1);

    await lab.media.stop();
    expect(lab.media.renditionsOf(sha256)).toMatchObject([
      { state: "queued", progress: 0, attempts: 0, error: null },
    ]);
    expect(lab.temporary()).toEqual([]);
  });

  test("a failed rendition is queued again on request, or by the same upload", async () => {
    const { sha256 } = await receive(() => {});
    const [queued] = lab.media.renditionsOf(sha256);
    const id = queued?.id ?? "";
    expect(() => lab.media.retryRendition(id)).toThrow(/Only a failed/);
    expect(() => lab.media.retryRendition("none")).toThrow(/no rendition/);

    const fail = () =>
      lab.db.exec("UPDATE renditions SET state = 'failed', error = 'the disk was full', attempts = 1");
    fail();
    expect(lab.media.retryRendition(id)).toMatchObject({ state: "queued", error: null });
    fail();
    await receive(() => {});
    expect(lab.media.renditionsOf(sha256)).toMatchObject([{ id, state: "queued", error: null }]);
  });

  test("a stored file that changed on the disk fails the rendition, saying so", async () => {
    const { sha256 } = await receive(() => {});
    await writeFile(lab.library.pathOf(sha256), "not what it was");
    lab.media.start();
    expect(await settled(lab.media, sha256)).toMatchObject([
      { state: "failed", error: expect.stringMatching(/not audio or video/) },
    ]);
  });

  test("what ffmpeg cannot do fails with its own last words and advice", async () => {
    const { sha256 } = await receive(() => {});
    const broken = lab.create(
      loadProfiles(PROFILES_DIR).map((profile) => ({
        ...profile,
        audio: { ...profile.audio, codec: "libnothing" },
      })),
    );
    broken.start();
    expect(await settled(broken, sha256)).toMatchObject([
      { state: "failed", error: expect.stringMatching(/lacks a codec[^]*Unknown encoder 'libnothing'/) },
    ]);
    expect(lab.temporary()).toEqual([]);
    await broken.stop();
  });

  test("the oldest goes first, and each that settles is told once", async () => {
    const other = lab.file("other.wav");
    await speak(other, "Another notice for the village.");
    const first = await receive(() => {});
    const second = await lab.upload(other);
    lab.db.prepare("UPDATE renditions SET created_at = 0 WHERE asset_sha256 = ?").run(second.sha256);
    const told: string[] = [];
    lab.media.onSettled(({ assetSha256 }) => told.push(assetSha256));
    lab.media.start();
    await Promise.all([settled(lab.media, first.sha256), settled(lab.media, second.sha256)]);
    expect(told).toEqual([second.sha256, first.sha256]);
  });
});
