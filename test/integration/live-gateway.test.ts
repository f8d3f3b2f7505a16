import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Mp3Part } from "../../src/media/live/mp3-parts.ts";
import type { LiveIndex, LivePart } from "../../src/protocol/live-index.ts";
import type { Alert, PlayBody, PlaylistBroadcast } from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey } from "../../src/protocol/signing.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { FAR_VILLAGE, VILLAGE } from "../support/fleet.ts";
import { toneParts } from "../support/live-parts.ts";
import { levelsOf } from "../support/loudness.ts";
import { recordedMs, recordingOf, startTestDevice } from "../support/test-device.ts";

const PART_MS = 1_280;
const ON_TIME_MS = 150;
/** Below this nothing sounds, dB. */
const SILENCE = -60;

let sounds: Mp3Part[];
beforeAll(() => {
  sounds = toneParts(40);
});

let station: AirStation & AsyncDisposable;
let state: string;
let broadcast: PlaylistBroadcast;
let told: LivePart[];
beforeEach(async () => {
  station = await openAirStation();
  state = await mkdtemp(join(tmpdir(), "ccx-live-gateway-"));
  told = [];
});
afterEach(async () => {
  await station[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

async function startOnline() {
  const device = await startTestDevice(station, state);
  await until(() => device.online, { what: "the device to be online" });
  return device;
}

/** Tells the device by command that somebody speaks. */
async function goLive(inMs: number, change: Partial<PlaylistBroadcast> = {}): Promise<string> {
  const startAt = Date.now() + inMs;
  broadcast = {
    id: randomUUID(),
    startAt,
    notAfter: startAt + 120_000,
    class: "announcement",
    authority: "county",
    priority: 50,
    lateness: "join",
    offline: "play",
    programme: "通知",
    title: "现场",
    items: [],
    live: { longestMs: 120_000 },
    ...change,
  };
  const { id, class: _, authority: _of, ...rest } = broadcast;
  await station.command("play", { broadcastId: id, ...rest } satisfies PlayBody);
  return id;
}

const indexOf = (parts: LivePart[], ended: boolean): LiveIndex => ({
  broadcastId: broadcast.id,
  audience: { areas: [VILLAGE] },
  parts,
  ended,
});

/** One more part can be fetched. @param missing it is told, and cannot */
async function say({ ended = false, missing = false } = {}): Promise<LivePart> {
  const n = told.length + 1;
  const { bytes, durationMs } = sounds[n - 1] ?? { bytes: Buffer.alloc(0), durationMs: 0 };
  const item = station.addMedia(bytes, durationMs);
  if (missing) station.spoil(item, Buffer.alloc(bytes.length));
  const last = told.at(-1);
  const atMs = last ? last.atMs + last.durationMs : 0;
  const part = { n, atMs, durationMs, sha256: item.sha256, url: item.url, bytes: bytes.length };
  told.push(part);
  await station.tellLive(indexOf(told, ended));
  return part;
}

const wav = (id: string) => join(state, "recordings", `${id}.wav`);
const recorded = (id: string, ms: number) =>
  until(() => recordedMs(state, id) > ms, { what: "sound", timeoutMs: 15_000 });

/** By a device that takes its time to come back, or has much left to play. */
const reported = (id: string, record: string) =>
  until(() => station.recordsOf(id).includes(record), { what: record, timeoutMs: 40_000 });

describe("a live voice", () => {
  test("is heard part by part at its instant, and what is not as its SHA-256 says is silence", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await say();
    const spoilt = await say({ missing: true });
    await say({ ended: true });
    await station.hears(id, "received", "started", "finished");

    const recording = recordingOf(state, id);
    expect(recording).toMatchObject({ complete: true });
    expect(Math.abs((recording?.firstSampleAt ?? 0) - broadcast.startAt)).toBeLessThan(ON_TIME_MS);
    expect(Math.abs((recording?.durationMs ?? 0) - 4 * PART_MS)).toBeLessThan(ON_TIME_MS);
    // Each part in four pieces: the third one is silent, the others sound from their begin to their end.
    const levels = levelsOf(wav(id), PART_MS / 4);
    expect(levels.slice(1, 7).every((level) => level > -30)).toBe(true);
    expect(levels.slice(9, 11).every((level) => level < SILENCE)).toBe(true);
    expect(levels.slice(13, 15).every((level) => level > -30)).toBe(true);
    expect(station.mediaRequests.filter(({ sha256 }) => sha256 === spoilt.sha256).length).toBeGreaterThan(1);
    expect(station.recordsOf(id)).not.toContain("cached");
  }, 30_000);

  test("goes on in step after a part that came too late", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await recorded(id, 2 * PART_MS + 100);
    await say();
    await say();
    await say({ ended: true });
    await station.hears(id, "finished");
    const levels = levelsOf(wav(id), PART_MS / 4);
    expect(levels.slice(5, 7).every((level) => level < SILENCE)).toBe(true);
    expect(levels.slice(13, 15).every((level) => level > -30)).toBe(true);
    expect(Math.abs((recordingOf(state, id)?.durationMs ?? 0) - 4 * PART_MS)).toBeLessThan(ON_TIME_MS);
  }, 30_000);

  test("is heard to its last part, also when the end is told before that could be fetched", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await say();
    const { sha256, bytes } = await say({ ended: true, missing: true });
    await recorded(id, PART_MS / 2);
    const sound = sounds[2]?.bytes ?? Buffer.alloc(0);
    expect(sound.length).toBe(bytes);
    station.spoil({ sha256 }, sound);
    await station.hears(id, "finished");
    const levels = levelsOf(wav(id), PART_MS / 4);
    expect(levels.slice(9, 11).filter((level) => level < -30)).toEqual([]);
  }, 30_000);

  test("of which nothing more comes gives the air back", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await until(() => station.recordsOf(id).includes("interrupted stalled"), {
      what: "the end",
      timeoutMs: 25_000,
    });
    expect(recordingOf(state, id)?.complete).toBe(false);
    const heldMs = (recordingOf(state, id)?.durationMs ?? 0) - PART_MS;
    expect(heldMs).toBeGreaterThan(9_900);
    expect(heldMs).toBeLessThan(10_500);
  }, 40_000);

  test("is joined again where it is by then when the link comes back, and is not said to be heard whole", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await say();
    await recorded(id, PART_MS);
    await station.goDown();
    await until(() => recordingOf(state, id) !== null, { what: "the air to be free", timeoutMs: 25_000 });
    while (told.length < 28) await say();
    await station.comeBack();
    await recorded(`${id}.2`, PART_MS);
    await say({ ended: true });
    const endings = () => station.recordsOf(id).filter((record) => record === "interrupted stalled").length;
    await until(() => endings() === 2, { what: "both endings", timeoutMs: 40_000 });

    const records = station.records.filter(({ broadcastId }) => broadcastId === id);
    expect(station.recordsOf(id)).toEqual([
      "received",
      "started",
      "interrupted stalled",
      "started",
      "interrupted stalled",
    ]);
    const [, , stalled, again, end] = records;
    expect(Math.abs((stalled?.positionMs ?? 0) - 2 * PART_MS)).toBeLessThan(ON_TIME_MS);
    const second = recordingOf(state, `${id}.2`);
    expect(again?.latenessMs).toBeGreaterThan(2 * PART_MS + 10_000);
    expect(
      Math.abs((again?.latenessMs ?? 0) - ((second?.firstSampleAt ?? 0) - broadcast.startAt)),
    ).toBeLessThan(2);
    const wholeMs = 29 * PART_MS;
    expect(Math.abs((end?.positionMs ?? 0) - wholeMs)).toBeLessThan(ON_TIME_MS);
    expect(
      Math.abs((second?.firstSampleAt ?? 0) + (second?.durationMs ?? 0) - broadcast.startAt - wholeMs),
    ).toBeLessThan(ON_TIME_MS);
    expect(levelsOf(wav(`${id}.2`), PART_MS).filter((level) => level < -30)).toEqual([]);
  }, 90_000);

  test("that ends while the link is out is over for the device, too, and holds nothing", async () => {
    await using device = await startOnline();
    const id = await goLive(3_500);
    await say();
    await recorded(id, PART_MS / 2);
    await station.goDown();
    await until(() => recordingOf(state, id) !== null, { what: "the air to be free", timeoutMs: 25_000 });
    await say({ ended: true });
    const asked = station.liveRequests;
    await station.comeBack();
    await reported(id, "interrupted stalled");
    await until(() => station.liveRequests > asked, { what: "the question after the end" });
    const item = station.addMedia(sounds[0]?.bytes ?? Buffer.alloc(0), PART_MS);
    const next = airing(item, 2_000);
    await station.list([next]);
    await station.hears(next.id, "finished");
    expect(station.recordsOf(id)).toEqual(["received", "started", "interrupted stalled"]);
    expect(device.text()).not.toContain("the output failed");
  }, 90_000);

  test("is joined in progress by a device that restarts, and nothing of it is heard twice", async () => {
    const device = await startOnline();
    const id = await goLive(3_500);
    await station.list([broadcast]);
    for (let n = 0; n < 4; n += 1) await say();
    await recorded(id, PART_MS);
    await device.close();
    await station.hears(id, "interrupted restart");
    for (let n = 0; n < 10; n += 1) await say();
    await using _again = await startOnline();
    await recorded(`${id}.2`, PART_MS);
    await say({ ended: true });
    await reported(id, "finished");
    const [first, second] = [recordingOf(state, id), recordingOf(state, `${id}.2`)];
    expect(second?.firstSampleAt).toBeGreaterThan((first?.firstSampleAt ?? 0) + (first?.durationMs ?? 0));
    const endsAt = broadcast.startAt + 15 * PART_MS;
    expect(Math.abs((second?.firstSampleAt ?? 0) + (second?.durationMs ?? 0) - endsAt)).toBeLessThan(
      ON_TIME_MS,
    );
    expect(levelsOf(wav(`${id}.2`), PART_MS).filter((level) => level < -30)).toEqual([]);
  }, 60_000);

  test("yields to an emergency, and goes on after it", async () => {
    await using _device = await startOnline();
    const id = await goLive(3_500);
    for (let n = 0; n < 20; n += 1) await say();
    await recorded(id, PART_MS);
    const from = Date.now() + 500;
    const items = [station.addMedia(sounds[30]?.bytes ?? Buffer.alloc(0), PART_MS)];
    const alert: Alert = {
      id: randomUUID(),
      rev: 1,
      issuedAt: from - 500,
      from,
      until: from + 1_000,
      authority: "county",
      items,
      programme: "应急",
      title: "汛",
    };
    await station.alert(VILLAGE, await station.signer.sign("alert", alert));
    await station.hears(id, "interrupted preempted");
    await station.hears(alert.id, "finished");
    await recorded(`${id}.2`, PART_MS);
    const stop = await station.command("stop", { broadcastId: id });
    await station.hears(id, "interrupted stopped");
    await station.hears(stop, "received");
    expect(levelsOf(wav(`${id}.2`), PART_MS).filter((level) => level < -30)).toEqual([]);
  }, 60_000);

  test.each<[string, Partial<LiveIndex>, boolean]>([
    ["for others", { audience: { areas: [FAR_VILLAGE] } }, true],
    ["of another voice", { broadcastId: randomUUID() }, true],
    ["of an unknown key", {}, false],
  ])(
    "sounds nothing of an index that is %s",
    async (_what, change, isOurs) => {
      await using _device = await startOnline();
      const { bytes, durationMs } = sounds[0] as Mp3Part;
      const { sha256, url } = station.addMedia(bytes, durationMs);
      const part = { n: 1, atMs: 0, durationMs, sha256, url, bytes: bytes.length };
      const id = await goLive(3_500, { live: { longestMs: 2_000 } });
      const signer = isOurs ? station.signer : await createSigner(await generateSigningKey("stranger"));
      await station.tellLive({ ...indexOf([part], false), ...change }, signer);
      await station.hears(id, "received", "skipped late");
      expect(station.liveRequests).toBeGreaterThan(1);
      expect(station.mediaRequests).toEqual([]);
      expect(recordingOf(state, id)).toBeNull();
    },
    30_000,
  );

  test("is stopped before its first word as well", async () => {
    await using _device = await startOnline();
    const id = await goLive(1_500);
    const stop = await station.command("stop", { broadcastId: id });
    await station.hears(stop, "received");
    await station.hears(id, "skipped stopped");
    await say({ ended: true });
    expect(recordingOf(state, id)).toBeNull();
  }, 30_000);
});
