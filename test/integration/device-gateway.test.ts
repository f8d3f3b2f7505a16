import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Running, start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import type { Alert, CommandOf, Item, PlayBody, PlaylistBroadcast } from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey } from "../../src/protocol/signing.ts";
import { commandTopic } from "../../src/protocol/topics.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { makeTone } from "../support/county.ts";
import { COUNTY, FAR_VILLAGE, VILLAGE } from "../support/fleet.ts";
import { recordedMs, recordingOf, startTestDevice } from "../support/test-device.ts";

const SHORT_MS = 1_000;
const LONG_MS = 20_000;
const ON_TIME_MS = 150;

let fixtures: string;
let shortTone: Buffer;
let longTone: Buffer;
beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), "ccx-tones-"));
  shortTone = readFileSync(makeTone(join(fixtures, "short.wav"), SHORT_MS / 1000));
  longTone = readFileSync(makeTone(join(fixtures, "long.wav"), LONG_MS / 1000));
});
afterAll(() => rm(fixtures, { recursive: true }));

let station: AirStation & AsyncDisposable;
let state: string;
const processes: Running[] = [];
beforeEach(async () => {
  station = await openAirStation();
  state = await mkdtemp(join(tmpdir(), "ccx-gateway-"));
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((running) => running.end("SIGKILL")));
  await station[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

const shortItem = () => station.addMedia(shortTone, SHORT_MS);
const longItem = () => station.addMedia(longTone, LONG_MS);

function playBody({ id, class: _, authority: _of, ...rest }: PlaylistBroadcast): PlayBody {
  return { broadcastId: id, ...rest };
}

/** The device in this process, once it hears the broker. */
async function startOnline() {
  const device = await startTestDevice(station, state);
  await until(() => device.online, { what: "the device to be online" });
  return device;
}

/** The gateway as a process of its own, enrolled already. */
async function startGateway(): Promise<Running> {
  const { kind: _, ...identity } = station.identity;
  await mkdir(state, { recursive: true });
  await writeFile(join(state, "identity.json"), JSON.stringify(identity));
  const args = ["devices/gateway/main.ts", "--server", station.url, "--state", state, "--output", "wav"];
  const running = start(args, join(state, "gateway.log"));
  processes.push(running);
  return running;
}

const sounds = (id: string) => until(() => recordedMs(state, id) > 300, { what: "sound", timeoutMs: 15_000 });
const cached = (id: string) => station.hears(id, "cached");

describe("a broadcast", () => {
  test("of the playlist is fetched, plays at the instant and whole, and is reported until acknowledged", async () => {
    await using device = await startOnline();
    station.acknowledges = false;
    const broadcast = airing(shortItem(), 3_000);
    await station.list([broadcast]);
    await station.hears(broadcast.id, "received", "cached", "started", "finished");

    const recording = recordingOf(state, broadcast.id);
    expect(recording).toMatchObject({ complete: true });
    expect(Math.abs((recording?.firstSampleAt ?? 0) - broadcast.startAt)).toBeLessThan(ON_TIME_MS);
    expect(Math.abs((recording?.durationMs ?? 0) - SHORT_MS)).toBeLessThan(50);
    const started = station.records.find(({ type }) => type === "started");
    expect(Math.abs(started?.latenessMs ?? Infinity)).toBeLessThan(ON_TIME_MS);
    expect(station.mediaRequests).toMatchObject([{ authorized: true, range: null }]);

    // Nothing was acknowledged: the next boot sends all of it again, under the old boot's name.
    await device.close();
    station.acknowledges = true;
    const before = station.records.splice(0);
    await using again = await startTestDevice(station, state);
    expect(again.bootId).not.toBe(device.bootId);
    await station.hears(broadcast.id, "received", "cached", "started", "finished");
    expect(station.records.filter(({ bootId }) => bootId === device.bootId)).toEqual(before);
    await until(() => !readFileSync(join(state, "journal.jsonl"), "utf8").endsWith('"started"}]\n'));
  });

  test("of a command alone plays as well, and one that came by both ways plays once", async () => {
    await using _device = await startOnline();
    const item = shortItem();
    const listed = airing(item, 4_000);
    const commanded = airing(item, 6_000);
    await station.list([listed]);
    await cached(listed.id);
    const commands = await Promise.all([
      station.command("play", playBody(listed)),
      station.command("play", playBody(listed)),
      station.command("play", playBody(commanded)),
    ]);
    for (const id of commands) await station.hears(id, "received");
    await station.hears(commanded.id, "finished");
    expect(station.recordsOf(listed.id)).toEqual(["received", "cached", "started", "finished"]);
    expect(station.recordsOf(commanded.id)).toEqual(["received", "cached", "started", "finished"]);
    expect(existsSync(join(state, "recordings", `${listed.id}.2.wav`))).toBe(false);
  });

  test("is silent within half a second of a stop, which is acknowledged", async () => {
    await using _device = await startOnline();
    const broadcast = airing(longItem(), 2_500);
    await station.list([broadcast]);
    await sounds(broadcast.id);
    const stoppedAt = Date.now();
    const stop = await station.command("stop", { broadcastId: broadcast.id });
    await station.hears(stop, "received");
    await station.hears(broadcast.id, "interrupted stopped");
    const { firstSampleAt = 0, durationMs = 0, complete } = recordingOf(state, broadcast.id) ?? {};
    expect(complete).toBe(false);
    expect(firstSampleAt + durationMs - stoppedAt).toBeLessThan(500);
    await station.list([broadcast]);
    expect(station.recordsOf(broadcast.id).filter((type) => type === "started")).toHaveLength(1);
  });

  test("that a stop reached first never begins, neither listed nor commanded again", async () => {
    await using _device = await startOnline();
    const item = shortItem();
    const stopped = airing(item, 2_500);
    const witness = airing(item, 3_000);
    await station.list([]);
    const stop = await station.command("stop", { broadcastId: stopped.id });
    await station.hears(stop, "received");
    await station.list([stopped, witness]);
    await station.command("play", playBody(stopped));
    await station.hears(witness.id, "finished");
    expect(station.recordsOf(stopped.id).filter((type) => type !== "received")).toEqual(["skipped stopped"]);
    expect(recordedMs(state, stopped.id)).toBe(0);
  });

  test("that left the playlist is withdrawn; listed once more, it plays", async () => {
    await using _device = await startOnline();
    const item = shortItem();
    const broadcast = airing(item, 4_500);
    await station.list([broadcast]);
    await cached(broadcast.id);
    await station.list([]);
    await station.hears(broadcast.id, "skipped withdrawn");
    await station.list([broadcast]);
    await station.hears(broadcast.id, "finished");
    expect(recordingOf(state, broadcast.id)).toMatchObject({ complete: true });
  });

  test("on air that leaves the playlist falls silent", async () => {
    await using _device = await startOnline();
    const broadcast = airing(longItem(), 2_000);
    await station.list([broadcast]);
    await sounds(broadcast.id);
    await station.list([]);
    await station.hears(broadcast.id, "interrupted withdrawn");
    expect(recordedMs(state, broadcast.id)).toBeLessThan(LONG_MS / 2);
  });

  test("yields to a higher class and goes on in progress afterwards", async () => {
    await using _device = await startOnline();
    const daily = airing(longItem(), 2_000, { class: "daily" });
    const emergency = airing(shortItem(), 4_000, { class: "emergency" });
    await station.list([daily, emergency]);
    await station.hears(emergency.id, "finished");
    await until(() => recordedMs(state, `${daily.id}.2`) > 300, { what: "going on", timeoutMs: 10_000 });
    expect(station.recordsOf(daily.id)).toEqual(["received", "cached", "started", "interrupted preempted"]);
    const { firstSampleAt = 0 } = recordingOf(state, emergency.id) ?? {};
    expect(firstSampleAt - emergency.startAt).toBeLessThan(1_000);
  });

  test("yields within its class to the higher authority, listed or commanded, and never to a lower one", async () => {
    await using _device = await startOnline();
    const village = airing(longItem(), 2_000, { authority: "village", priority: 100, lateness: "skip" });
    const county = airing(longItem(), 4_000, { priority: 0 });
    const town = airing(shortItem(), 5_000, { authority: "town", priority: 100, lateness: "skip" });
    await station.list([village, town]);
    await station.command("play", playBody(county), { authority: county.authority });
    await until(() => recordedMs(state, county.id) > 2_000, { what: "the county", timeoutMs: 20_000 });
    await station.hears(town.id, "skipped preempted");
    expect(station.recordsOf(village.id)).toEqual(["received", "cached", "started", "interrupted preempted"]);
    expect(station.recordsOf(town.id)).toEqual(["received", "cached", "skipped preempted"]);
    expect(station.recordsOf(county.id)).toEqual(["received", "cached", "started"]);
  });
});

describe("an alert", () => {
  const signed = (item: Item, from: number) =>
    station.signer.sign("alert", {
      id: randomUUID(),
      rev: 1,
      issuedAt: from,
      authority: "county",
      from,
      until: from + 60_000,
      programme: "应急",
      title: "测试",
      items: [item],
    });

  test("is heard until its own area clears it", async () => {
    await using _device = await startOnline();
    await station.list([]);
    await station.alert(COUNTY, await signed(longItem(), Date.now() + 1_000));
    const onAir = () => station.records.find(({ type }) => type === "started")?.broadcastId;
    await until(() => onAir() !== undefined, { what: "the alert", timeoutMs: 15_000 });
    const id = onAir() ?? "";
    await station.alert(VILLAGE, "");
    await station.list([]);
    await until(() => recordedMs(state, id) > 1_500, { what: "more of the alert" });
    expect(station.recordsOf(id)).not.toContain("interrupted stopped");
    await station.alert(COUNTY, "");
    await station.hears(id, "interrupted stopped");
  });
});

describe("refused, with the reason", () => {
  const device = { kind: "device", id: "device-under-test" } as const;
  const lastRefusal = (reason: string) =>
    until(() => station.records.some((record) => record.type === "refused" && record.reason === reason), {
      what: reason,
    });

  test("what is not signed by a known key", async () => {
    await using running = await startOnline();
    await station.publish(commandTopic(device), "not a signature");
    await lastRefusal("malformed");
    const stranger = await createSigner(await generateSigningKey("stranger"));
    const now = Date.now();
    const command: CommandOf<"stop"> = {
      id: randomUUID(),
      type: "stop",
      issuedAt: now,
      notAfter: now + 60_000,
      audience: { devices: [device.id] },
      class: "emergency",
      authority: "county",
      body: { all: true },
    };
    await station.publish(commandTopic(device), await stranger.sign("command", command));
    await lastRefusal("unknown-key");
    const impostor = await createSigner(await generateSigningKey("station-1"));
    await station.publish(commandTopic(device), await impostor.sign("command", command));
    await lastRefusal("bad-signature");
    // A right signature of another kind of message is no command.
    const alert: Alert = {
      id: "a",
      rev: 1,
      issuedAt: now,
      from: now,
      until: now,
      authority: "county",
      programme: "",
      title: "",
      items: [shortItem()],
    };
    await station.publish(commandTopic(device), await station.signer.sign("alert", alert));
    await until(() => station.records.filter(({ reason }) => reason === "malformed").length === 2);
    // The right one, retained by somebody on the way, is obeyed when it comes fresh.
    const right = await station.signer.sign("command", command);
    await running.close();
    await station.publish(commandTopic(device), right, true);
    await using again = await startTestDevice(station, state);
    await station.hears(command.id, "refused retained");
    await until(() => again.online);
    await station.publish(commandTopic(device), right);
    await station.hears(command.id, "received");
    expect(station.recordsOf(command.id)).toEqual(["refused retained", "received"]);
  });

  test("what is expired, from the future, or for others; a repeated id gets the stored answer", async () => {
    await using _device = await startOnline();
    const now = Date.now();
    const refresh = { fetchBy: now } as const;
    const expired = await station.command("refresh", refresh, {
      issuedAt: now - 90_000,
      notAfter: now - 30_000,
    });
    const early = await station.command("refresh", refresh, { issuedAt: now + 30_000 });
    const elsewhere = await station.command("refresh", refresh, { audience: { areas: [FAR_VILLAGE] } });
    const terminals = await station.command("refresh", refresh, {
      audience: { areas: [COUNTY], kinds: ["terminal"] },
    });
    await station.hears(expired, "refused expired");
    await station.hears(early, "refused not-yet-valid");
    await station.hears(elsewhere, "refused wrong-audience");
    await station.hears(terminals, "refused wrong-audience");

    const id = await station.command("volume", { volume: 40 });
    await station.hears(id, "received");
    await until(() => station.states.at(-1)?.volume === 40, { what: "the volume" });
    await station.command("volume", { volume: 80 }, { id });
    await until(() => station.recordsOf(id).length === 2, { what: "the second answer" });
    expect(station.recordsOf(id)).toEqual(["received", "received"]);
    expect(JSON.parse(readFileSync(join(state, "volume.json"), "utf8"))).toMatchObject({ volume: 40 });
  });

  test("a daily broadcast in quiet hours, while a notice sounds", async () => {
    await using _device = await startOnline();
    const item = shortItem();
    const daily = airing(item, 2_500, { class: "daily" });
    const notice = airing(item, 3_500);
    const policy = { zone: "Asia/Shanghai", quietHours: [{ from: "00:00", to: "00:00" }], maxVolume: 100 };
    await station.list([daily, notice], { policy });
    await station.hears(notice.id, "finished");
    expect(station.recordsOf(daily.id)).toContain("refused quiet-hours");
    expect(recordedMs(state, daily.id)).toBe(0);
  });
});

test("a daily broadcast over the day's minutes is refused after a restart too, while a notice sounds", async () => {
  const policy = { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100, dailyMinutesCap: 1 };
  const first = airing(longItem(), 2_500, { class: "daily" });
  {
    await using _device = await startOnline();
    await station.list([first], { policy });
    await station.hears(first.id, "started");
  }
  await station.hears(first.id, "interrupted restart");
  await using _again = await startOnline();
  // Of the minute some seconds are used: this fits only when those are forgotten.
  const minute = station.addMedia(longTone, 60_000);
  const second = airing(minute, 2_500, { class: "daily" });
  const notice = airing(shortItem(), 3_500);
  await station.list([second, notice], { policy });
  await station.hears(notice.id, "finished");
  expect(station.recordsOf(second.id)).toContain("refused minutes-cap");
  expect(recordedMs(state, second.id)).toBe(0);
});

describe("the cache", () => {
  test("goes on where a download was cut", async () => {
    await using _device = await startOnline();
    station.cutMediaAfter = 200_000;
    const broadcast = airing(longItem(), 60_000);
    await station.list([broadcast]);
    await cached(broadcast.id);
    const [first, second] = station.mediaRequests;
    expect(first?.range).toBeNull();
    expect(Number(/^bytes=(\d+)-$/.exec(second?.range ?? "")?.[1])).toBeGreaterThan(0);
  });

  test("is filled no faster than the playlist allows", async () => {
    await using _device = await startOnline();
    const item = shortItem();
    const lastsMs = 1_500;
    const fetch = { slotOffsetMs: 0, deadline: Date.now(), maxKbps: Math.floor((item.bytes * 8) / lastsMs) };
    const before = performance.now();
    await station.list([airing(item, 60_000, { id: "capped" })], { fetch });
    await cached("capped");
    expect(performance.now() - before).toBeGreaterThan(lastsMs);
  });

  test("never gives out what has another digest", async () => {
    await using _device = await startOnline();
    const spoilt = shortItem();
    station.spoil(spoilt, Buffer.alloc(spoilt.bytes, 1));
    const broadcast = airing(spoilt, 2_500, { lateness: "skip" });
    await station.list([broadcast]);
    await station.hears(broadcast.id, "skipped not-cached");
    expect(existsSync(join(state, "media", spoilt.sha256))).toBe(false);
    expect(recordedMs(state, broadcast.id)).toBe(0);
    await station.command("identify", {});
    await until(() => (station.states.at(-1)?.faults.length ?? 0) > 0, { what: "the fault" });
  });

  test("fetches first what is on air first, also when that comes later", async () => {
    await using _device = await startOnline();
    const late = airing(longItem(), 3_600_000);
    const soon = airing(shortItem(), 30_000);
    await station.list([late], { fetch: { slotOffsetMs: 0, deadline: Date.now(), maxKbps: 2_000 } });
    await until(() => station.mediaRequests.length === 1, { what: "the first download" });
    await station.command("play", playBody(soon));
    await cached(soon.id);
    expect(station.recordsOf(late.id)).not.toContain("cached");
    await station.list([late, soon]);
    await cached(late.id);
  });
});

describe("the playlist", () => {
  test("that is older, failed, forged or another's deletes nothing", async () => {
    await using device = await startOnline();
    const broadcast = airing(shortItem(), 6_000);
    const { revision } = await station.list([broadcast]);
    await cached(broadcast.id);
    const asks = async (change: () => Promise<unknown>) => {
      const before = station.playlistRequests;
      await change();
      await station.command("refresh", { fetchBy: Date.now() });
      await until(() => station.playlistRequests > before, { what: "a fetch" });
    };
    await asks(() => station.list([], { revision: revision - 1 }));
    await asks(() => station.list([], { revision: revision + 10, deviceId: "another" }));
    station.playlistStatus = 500;
    await asks(() => Promise.resolve());
    station.playlistStatus = 204;
    await asks(() => Promise.resolve());
    await station.hears(broadcast.id, "finished");
    expect(device.playlist?.revision).toBe(revision);
  });
});

test("after an outage the newest playlist comes by one conditional fetch", async () => {
  await using device = await startOnline();
  // Air that is near makes the slot short.
  const broadcast = airing(shortItem(), 30_000);
  const { revision } = await station.list([broadcast]);
  await until(() => device.playlist?.revision === revision, { what: "the first playlist" });
  const before = station.playlistRequests;
  await station.goDown();
  await until(() => !device.online, { what: "the outage" });
  // Changed twice where no pointer can say so.
  for (const broadcasts of [[], [broadcast]]) await station.list(broadcasts).catch(() => {});
  await station.comeBack();
  await until(() => device.playlist?.revision === revision + 2, {
    what: "the newest playlist",
    timeoutMs: 15_000,
  });
  expect(station.conditions.slice(before)).toEqual([`"${revision}"`]);
});

describe("the gateway process", () => {
  test("killed while on air never plays that again, and says that it was interrupted", async () => {
    const gateway = await startGateway();
    const broadcast = airing(longItem(), 5_000);
    await station.list([broadcast]);
    await sounds(broadcast.id);
    await gateway.end("SIGKILL");
    const heardMs = recordedMs(state, broadcast.id);

    await startGateway();
    await station.hears(broadcast.id, "interrupted restart");
    const witness = airing(shortItem(), 4_000);
    await station.list([broadcast, witness]);
    await station.hears(witness.id, "finished");
    expect(recordedMs(state, broadcast.id)).toBe(heardMs);
    expect(existsSync(join(state, "recordings", `${broadcast.id}.2.wav`))).toBe(false);
    expect(station.recordsOf(broadcast.id).filter((type) => type === "started")).toHaveLength(1);
  });

  test("killed before air plays from its cache with the whole network down, and reports when it is back", async () => {
    const gateway = await startGateway();
    const broadcast = airing(shortItem(), 11_000, { class: "announcement" });
    await station.list([broadcast]);
    await cached(broadcast.id);
    await gateway.end("SIGKILL");
    await station.goDown();

    await startGateway();
    await until(() => recordingOf(state, broadcast.id) !== null, {
      what: "the recording",
      timeoutMs: 20_000,
    });
    const { firstSampleAt = 0, durationMs = 0 } = recordingOf(state, broadcast.id) ?? {};
    expect(Math.abs(firstSampleAt - broadcast.startAt)).toBeLessThan(ON_TIME_MS);
    expect(Math.abs(durationMs - SHORT_MS)).toBeLessThan(50);
    await station.comeBack();
    await until(() => station.recordsOf(broadcast.id).includes("finished"), {
      what: "the records",
      timeoutMs: 60_000,
    });
    expect(station.recordsOf(broadcast.id)).toEqual(["received", "cached", "started", "finished"]);
  });

  test("ends on SIGTERM with exit status 0, also on air", async () => {
    const gateway = await startGateway();
    const broadcast = airing(longItem(), 4_000);
    await station.list([broadcast]);
    await sounds(broadcast.id);
    await gateway.end("SIGTERM");
    expect(await gateway.ended).toBe(0);
    await station.hears(broadcast.id, "interrupted restart");
  });
});
