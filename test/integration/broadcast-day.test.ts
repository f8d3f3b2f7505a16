import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import type { CommandOf, Playlist, PlaylistPointer } from "../../src/protocol/messages.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { ackTopic, commandTopic, playlistTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import {
  approvedEpisode,
  type BroadcastView,
  enrolDevice,
  importRegions,
  makeTone,
} from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { COUNTY, createTestClock, type Member, VILLAGE } from "../support/fleet.ts";

/** Half an hour before the first broadcast of the shipped timetable in December. */
const START = Date.parse("2026-12-01T06:30:00+08:00");
const AIR = Date.parse("2026-12-01T07:00:00+08:00");
const EPISODE_MS = 2_000;

let folder: string;
let tone: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-day-"));
  tone = makeTone(join(folder, "tone.wav"), EPISODE_MS / 1000);
});
afterAll(() => rm(folder, { recursive: true }));

interface Day {
  app: RunningApp;
  clock: ReturnType<typeof createTestClock>;
  device: Member & { keys: { keys: never[] } | object };
  client: DeviceClient;
  episodeId: string;
  broadcast(): Promise<BroadcastView>;
  reaches(state: string): Promise<BroadcastView>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server on the morning of 1 December, with an approved episode and one gateway that listens. */
async function morning(): Promise<Day> {
  const clock = createTestClock(START);
  const app = await runApp({ clock });
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, app.url, VILLAGE);
  const client = await connectDevice(app.brokerUrl, device);
  const county = { kind: "area", id: COUNTY } as const;
  await client.subscribe(
    commandTopic(county),
    commandTopic({ kind: "area", id: "370000000000" }),
    playlistTopic(county),
    ackTopic(device.identity.id),
  );
  const episode = await approvedEpisode(app.operator, 42, tone);
  const { items } = await app.operator.get<{ items: BroadcastView[] }>("/broadcasts");
  const id = items.find(({ startAt }) => Date.parse(startAt) === AIR)?.id ?? "";
  const broadcast = () => app.operator.get<BroadcastView>(`/broadcasts/${id}`);
  return {
    app,
    clock,
    device,
    client,
    episodeId: episode.id,
    broadcast,
    async reaches(state) {
      await until(async () => (await broadcast()).state === state, { what: `the state ${state}` });
      return broadcast();
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await app.close();
    },
  };
}

const playlistOf = async (day: Day, accept: string, etag?: string): Promise<Response> =>
  fetch(`${day.app.url}/device/v1/playlist`, {
    headers: {
      authorization: `Bearer ${day.device.token}`,
      accept,
      ...(etag === undefined ? {} : { "if-none-match": etag }),
    },
  });

async function commandHeard<T extends "play" | "stop">(day: Day, type: T): Promise<CommandOf<T>> {
  const verify = createVerifier(day.device.keys as never);
  let found: CommandOf<T> | undefined;
  await until(
    async () => {
      for (const { topic, text } of day.client.heard) {
        if (!topic.endsWith("/command")) continue;
        const command = await verify("command", text);
        if (command.type === type) found = command as CommandOf<T>;
      }
      return found !== undefined;
    },
    { what: `a ${type} command` },
  );
  if (!found) throw new Error("unreachable");
  return found;
}

/** The plays that the devices of the county were told, once they have heard all that was sent. */
async function playsHeard(day: Day): Promise<CommandOf<"play">[]> {
  // A stop of everything is the last thing in the same topics.
  await day.app.operator.post("/stop");
  await commandHeard(day, "stop");
  const verify = createVerifier(day.device.keys as never);
  const commands = await Promise.all(
    day.client.heard
      .filter(({ topic }) => topic.endsWith("/command"))
      .map(({ text }) => verify("command", text)),
  );
  return commands.filter((command) => command.type === "play");
}

interface ClockEventView {
  kind: string;
  byMs: number;
}
const clockEvents = async ({ app }: Day): Promise<ClockEventView[]> =>
  (await app.operator.get<{ items: ClockEventView[] }>("/clock-events")).items;
const isTold = (day: Day, kind: string) =>
  until(async () => (await clockEvents(day)).some((event) => event.kind === kind), {
    what: `the event ${kind}`,
    timeoutMs: 30_000,
  });

describe("a clock that does not go on as time does", () => {
  test("set back over a start: shown, and nothing is played or planned a second time", async () => {
    await using day = await morning();
    day.clock.advance(25 * MINUTE_MS);
    await day.reaches("frozen");
    day.clock.advance(5 * MINUTE_MS + 500);
    const { id } = await day.reaches("on_air");
    day.clock.step(-8 * MINUTE_MS);
    await isTold(day, "stepped-back");
    expect((await clockEvents(day))[0]).toMatchObject({ kind: "stepped-back", byMs: 8 * MINUTE_MS });
    // Everything is planned once more before its start, which then comes a second time.
    await day.app.operator.put("/policy", {
      quietHours: [{ from: "22:00", to: "06:00" }],
      maxVolume: 90,
    });
    expect((await day.broadcast()).state).toBe("on_air");
    const { length } = await clockEvents(day);
    day.clock.advance(8 * MINUTE_MS);
    await until(async () => (await clockEvents(day)).length > length, { what: "a beat after the start" });
    const { items } = await day.app.operator.get<{ items: BroadcastView[] }>("/broadcasts?limit=100");
    expect(items.filter(({ startAt }) => Date.parse(startAt) === AIR).map((each) => each.id)).toEqual([id]);
    const plays = await playsHeard(day);
    expect(plays.map(({ body }) => body.broadcastId)).toEqual([id]);
  });

  test("ahead and back again: what was missed by it airs after all", async () => {
    await using day = await morning();
    await day.app.operator.post(`/episodes/${day.episodeId}/withdraw-approval`);
    day.clock.step(40 * MINUTE_MS);
    await day.reaches("missed");
    await isTold(day, "stepped-forward");
    day.clock.step(-40 * MINUTE_MS);
    await isTold(day, "stepped-back");
    await approve(day.app.operator, `episodes/${day.episodeId}`);
    const { items } = await day.app.operator.get<{ items: BroadcastView[] }>("/broadcasts?state=ready");
    expect(items.filter(({ startAt }) => Date.parse(startAt) === AIR)).toHaveLength(1);
  });

  test("asleep over a start, within the grace: devices are told to join; the sleep is shown", async () => {
    await using day = await morning();
    day.clock.advance(AIR - START + EPISODE_MS + 5_000);
    await day.reaches("on_air");
    await isTold(day, "slept");
    const [play, ...more] = await playsHeard(day);
    expect(more).toEqual([]);
    expect(play).toMatchObject({ body: { startAt: AIR, lateness: "join" } });
    expect(play?.notAfter).toBeGreaterThanOrEqual(day.clock.now());
  });

  test("asleep until after the grace: nobody is told to begin", async () => {
    await using day = await morning();
    day.clock.advance(4 * 60 * MINUTE_MS);
    await day.reaches("failed");
    expect(await playsHeard(day)).toEqual([]);
  });
});

describe("the morning of a broadcast", () => {
  test("goes from the approval to the proof", async () => {
    await using day = await morning();

    // Approved: in the playlist, and every device of the county is told by one retained pointer.
    expect(await day.broadcast()).toMatchObject({
      state: "ready",
      content: { kind: "episode", id: day.episodeId },
    });
    const pointers = day.client.heard.filter(({ topic }) => topic.endsWith("/playlist"));
    const pointer = JSON.parse(pointers.at(-1)?.text ?? "") as PlaylistPointer;
    expect(pointer.fetchBy - START).toBeLessThanOrEqual(5 * MINUTE_MS);

    const signed = await playlistOf(day, "application/jose");
    const playlist = await createVerifier(day.device.keys as never)("playlist", await signed.text());
    expect(playlist.revision).toBe(pointer.revision);
    expect(playlist.policy).toMatchObject({
      zone: "Asia/Shanghai",
      quietHours: [{ from: "22:00", to: "06:00" }],
    });
    expect(playlist.validUntil - playlist.generatedAt).toBeGreaterThanOrEqual(35 * 24 * 60 * MINUTE_MS);
    const [entry] = playlist.broadcasts;
    expect(entry).toMatchObject({ startAt: AIR, class: "daily", lateness: "join", programme: "党建之声" });
    const plain = (await (await playlistOf(day, "application/json")).json()) as Playlist;
    expect(plain).toEqual(playlist);

    // The media by its signed address, without any other permission.
    const [item] = entry?.items ?? [];
    const bytes = await (await fetch(day.app.url + item?.url)).arrayBuffer();
    expect(bytes.byteLength).toBe(item?.bytes);

    // Ten minutes before: frozen, and commanded once for the whole county.
    day.clock.advance(20 * MINUTE_MS);
    await day.reaches("frozen");
    const play = await commandHeard(day, "play");
    expect(play).toMatchObject({
      audience: { areas: [COUNTY], kinds: ["loudspeaker"] },
      authority: "county",
      body: { broadcastId: entry?.id, startAt: AIR, lateness: "join" },
    });
    expect(play.issuedAt).toBeLessThanOrEqual(AIR - 3_000);
    expect(day.client.heard.every(({ topic, retain }) => !topic.endsWith("/command") || !retain)).toBe(true);

    // On air, and what the device says of it. Record 2 arrives last and holds back the acknowledgement until then.
    day.clock.advance(10 * MINUTE_MS);
    await day.reaches("on_air");
    const broadcastId = entry?.id ?? "";
    const report = (...records: object[]) =>
      day.client.publish(
        uplinkTopic(day.device.identity.id, "report"),
        JSON.stringify({ bootId: "b1", records }),
      );
    const received = { seq: 1, at: AIR, type: "received", broadcastId };
    const finished = { seq: 3, at: AIR + EPISODE_MS, type: "finished", broadcastId, positionMs: EPISODE_MS };
    await report(received, finished);
    await day.client.hears(JSON.stringify({ bootId: "b1", ackedSeq: 1 }));
    const started = { seq: 2, at: AIR + 12, type: "started", broadcastId, latenessMs: 12 };
    await report(started, finished);
    await day.client.hears(JSON.stringify({ bootId: "b1", ackedSeq: 3 }));

    day.clock.advance(MINUTE_MS);
    const aired = await day.reaches("aired");
    expect(aired.proof).toEqual({
      devices: 1,
      atLeast: { delivered: 1, cached: 1, started: 1, finished: 1, sensed: 0 },
      unknown: 0,
      startLatenessMs: { p50: 12, p99: 12, max: 12 },
    });
    expect(aired.devices.items).toMatchObject([
      { deviceId: day.device.identity.id, grade: "finished", reason: null },
    ]);

    // The evening of the same date airs the same episode.
    const { items } = await day.app.operator.get<{ items: BroadcastView[] }>("/broadcasts");
    const evening = items.find(
      ({ localDate, localTime }) => localDate === "2026-12-01" && localTime === "18:30",
    );
    expect(evening?.content?.id).toBe(day.episodeId);
  });

  test("an unchanged playlist costs a 304, a stop gives it a new revision without the broadcast", async () => {
    await using day = await morning();
    const first = await playlistOf(day, "application/json");
    const etag = first.headers.get("etag") ?? "";
    const before = (await first.json()) as Playlist;
    expect(etag).toMatch(/^"[^"]+"$/);
    expect((await playlistOf(day, "application/json", etag)).status).toBe(304);
    expect((await playlistOf(day, "application/jose", etag)).status).toBe(200);

    const { id } = await day.broadcast();
    await day.app.operator.post(`/broadcasts/${id}/stop`, { reason: "reading error" });
    const after = (await (await playlistOf(day, "application/json", etag)).json()) as Playlist;
    expect(after.revision).toBeGreaterThan(before.revision);
    expect(after.broadcasts.map((entry) => entry.id)).not.toContain(id);
    expect(await day.broadcast()).toMatchObject({ state: "cancelled", reason: "reading error" });
  });

  test("losing the approval inside the freeze stops it by a command, and it is not planned again", async () => {
    await using day = await morning();
    day.clock.advance(21 * MINUTE_MS);
    const { id } = await day.reaches("frozen");
    // An editor alone takes nothing off the air by an edit.
    await expect(
      day.app.operator.upload(`/episodes/${day.episodeId}/segments/1/recording`, tone),
    ).rejects.toThrow(/fixed for a broadcast that is on air or about to be/);
    expect((await day.broadcast()).state).toBe("frozen");
    await day.app.operator.post(`/episodes/${day.episodeId}/withdraw-approval`);
    const stop = await commandHeard(day, "stop");
    expect(stop).toMatchObject({ body: { broadcastId: id }, audience: { areas: [COUNTY] } });
    expect(await day.broadcast()).toMatchObject({
      state: "cancelled",
      reason: "its content lost the approval",
    });

    await approve(day.app.operator, `episodes/${day.episodeId}`);
    expect((await day.broadcast()).state).toBe("cancelled");
  });

  test("stop everything reaches every device, and what follows the freeze window stays", async () => {
    await using day = await morning();
    day.clock.advance(21 * MINUTE_MS);
    const { id } = await day.reaches("frozen");
    const answer = await day.app.operator.post<{ stopped: string[]; targets: number }>("/stop");
    expect(answer).toMatchObject({ stopped: [id], targets: 1 });
    const stop = await commandHeard(day, "stop");
    expect(stop).toMatchObject({
      class: "emergency",
      audience: { areas: ["370000000000"] },
      body: { all: true },
    });
    expect(stop.body).toMatchObject({ startBefore: day.clock.now() + 10 * MINUTE_MS });
    const { items } = await day.app.operator.get<{ items: BroadcastView[] }>("/broadcasts?state=ready");
    expect(items.map(({ localTime }) => localTime)).toContain("18:30");
  });

  test("a cancelled date takes no content from the dates after it, before or after it has passed", async () => {
    await using day = await morning();
    await approvedEpisode(day.app.operator, 43, tone);
    const list = async (operator = day.app.operator) => {
      const { items } = await operator.get<{ items: BroadcastView[] }>("/broadcasts?limit=100");
      return items;
    };
    const ids = (rows: BroadcastView[], date: string) =>
      rows
        .filter(({ localDate, localTime }) => localDate === date && localTime === "07:00")
        .map(({ content }) => content?.id);
    for (const { id, localDate } of await list()) {
      if (localDate === "2026-12-01") await day.app.operator.post(`/broadcasts/${id}/stop`);
    }
    expect(ids(await list(), "2026-12-15")).toEqual([day.episodeId]);
    // A day later the first date is past, and another approval plans everything anew.
    day.clock.advance(24 * 60 * MINUTE_MS);
    const nextDay = await signIn(day.app.url, "admin", day.app.password);
    await approvedEpisode(nextDay, 44, tone);
    expect(ids(await list(nextDay), "2026-12-15")).toEqual([day.episodeId]);
  });

  test("one device's report that cannot be stored holds back nobody else's", async () => {
    await using day = await morning();
    const other = await enrolDevice(day.app.operator, day.app.url, VILLAGE);
    const bad = await connectDevice(day.app.brokerUrl, other);
    const report = (seq: number) =>
      JSON.stringify({ bootId: "b", records: [{ seq, at: AIR, type: "received" }] });
    await Promise.all([
      bad.publish(uplinkTopic(other.identity.id, "report"), report(1e300)),
      day.client.publish(uplinkTopic(day.device.identity.id, "report"), report(1)),
    ]);
    const ack = await day.client.hears(JSON.stringify({ bootId: "b", ackedSeq: 1 }));
    expect(ack.topic).toBe(ackTopic(day.device.identity.id));
    await bad.end();
  });

  test("a date without approved content is missed, with the reason", async () => {
    const clock = createTestClock(START);
    const app = await runApp({ clock });
    try {
      clock.advance(31 * MINUTE_MS);
      let missed: BroadcastView | undefined;
      await until(async () => {
        const { items } = await app.operator.get<{ items: BroadcastView[] }>("/broadcasts?state=missed");
        missed = items[0];
        return missed !== undefined;
      });
      expect(missed).toMatchObject({ localTime: "07:00", reason: "nothing approved is left for this date" });
    } finally {
      await app.close();
    }
  });

  test("a broadcast that nobody reported fails, and a record that comes days later makes it aired", async () => {
    await using day = await morning();
    day.clock.advance(31 * MINUTE_MS);
    day.clock.advance(5 * MINUTE_MS);
    const failed = await day.reaches("failed");
    expect(failed).toMatchObject({ reason: "no device has reported a start", proof: { unknown: 1 } });
    const record = { seq: 1, at: AIR, type: "started", broadcastId: failed.id, latenessMs: 3 };
    await day.client.publish(
      uplinkTopic(day.device.identity.id, "report"),
      JSON.stringify({ bootId: "b2", records: [record] }),
    );
    expect(await day.reaches("aired")).toMatchObject({ reason: null });
  });

  test("a start of a gateway that came after the freeze is one", async () => {
    await using day = await morning();
    day.clock.advance(21 * MINUTE_MS);
    await day.reaches("frozen");
    const late = await enrolDevice(day.app.operator, day.app.url, VILLAGE);
    const client = await connectDevice(day.app.brokerUrl, late);
    await client.subscribe(ackTopic(late.identity.id));
    const { id } = await day.broadcast();
    const record = { seq: 1, at: AIR, type: "started", broadcastId: id, latenessMs: 3 };
    await client.publish(
      uplinkTopic(late.identity.id, "report"),
      JSON.stringify({ bootId: "b3", records: [record] }),
    );
    await client.hears(JSON.stringify({ bootId: "b3", ackedSeq: 1 }));
    await client.end();
    day.clock.advance(15 * MINUTE_MS);
    expect(await day.reaches("aired")).toMatchObject({ proof: { atLeast: { started: 1 }, unknown: 1 } });
  });
});
