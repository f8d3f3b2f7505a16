import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, enrolDevice, importRegions } from "../support/county.ts";
import { createTestClock, FAR_VILLAGE, NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { lufsOf } from "../support/loudness.ts";
import { newPerson, ofArea } from "../support/people.ts";
import { loudestHz } from "../support/pitch.ts";
import { type LiveAnnouncement, openMicrophone, sendChunk, speak } from "../support/speaker.ts";
import { speakLadder, stepsHeard, stepsOf } from "../support/spoken-ladder.ts";
import { PITCH_HZ, spokenTone } from "../support/spoken-tone.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

let folder: string;
let app: RunningApp;
let near: Awaited<ReturnType<typeof enrolGateway>>;
let other: Awaited<ReturnType<typeof enrolGateway>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-live-"));
  app = await runApp();
  await importRegions(app.operator);
  near = await enrolGateway(app, VILLAGE, folder);
  other = await enrolGateway(app, NEIGHBOUR, folder);
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const spoken = (seconds: number) => spokenTone(folder, seconds);

const announce = (changes: object = {}) =>
  app.operator.post<LiveAnnouncement>("/announcements", {
    title: "现场通知",
    class: "announcement",
    source: { live: { longestMinutes: 2 } },
    targets: { regions: [VILLAGE, NEIGHBOUR], kinds: ["loudspeaker"] },
    ...changes,
  });
const broadcastOf = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);
const announcementOf = (id: string) => app.operator.get<LiveAnnouncement>(`/announcements/${id}`);
const proved = (id: string, grade: string, devices: number) =>
  until(async () => (await broadcastOf(id)).proof.atLeast[grade] === devices, {
    what: `${devices} × ${grade}`,
    timeoutMs: 60_000,
  });
const kept = (id: string) =>
  until(async () => (await announcementOf(id)).assetSha256 !== null, {
    what: "the recording",
    timeoutMs: 30_000,
  });
const wavOf = ({ state }: { state: string }, id: string) => join(state, "recordings", `${id}.wav`);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe("what is spoken live", () => {
  test("is heard while it is spoken, by two gateways at once, as loud as the rest, and is kept", async () => {
    await using _near = await near.start();
    await using _other = await other.start();
    const { id, live, broadcast } = await announce();
    expect(live).toEqual({ longestMinutes: 2, beganAt: null, endedAt: null, endedBy: null, delayMs: null });
    expect(broadcast).toMatchObject({ state: "planned", reason: "nobody has spoken yet" });
    let heardWhileSpeaking = false;
    await speak(app, id, spoken(12), () => {
      heardWhileSpeaking ||= recordedMs(near.state, id) > 0;
    });
    expect(heardWhileSpeaking).toBe(true);
    await app.operator.post(`/live/${id}/end`);
    await proved(id, "finished", 2);

    const recordings = [near, other].map(({ state }) => recordingOf(state, id));
    const starts = recordings.map((recording) => recording?.firstSampleAt ?? Number.NaN);
    const { startAt } = await broadcastOf(id);
    expect(Math.abs((starts[0] ?? 0) - (starts[1] ?? 0))).toBeLessThan(50);
    for (const [at, gateway] of [near, other].entries()) {
      expect(Math.abs((starts[at] ?? 0) - Date.parse(startAt))).toBeLessThan(150);
      expect(Math.abs((recordings[at]?.durationMs ?? 0) - 12_000)).toBeLessThan(500);
      expect(Math.abs((await loudestHz(wavOf(gateway, id))) - PITCH_HZ)).toBeLessThan(5);
      expect(Math.abs(lufsOf(wavOf(gateway, id)) + 16)).toBeLessThan(4);
    }
    await kept(id);
    const after = await announcementOf(id);
    expect(after.live).toMatchObject({ endedBy: "speaker" });
    expect(after.live.delayMs).toBeGreaterThan(4_000);
    const { items } = await app.operator.get<{ items: { broadcastId: string; sha256s: string[] }[] }>(
      `/registers/broadcasts?month=${localMonth()}&format=json`,
    );
    const line = items.find(({ broadcastId }) => broadcastId === id);
    expect(line).toMatchObject({ sha256s: [after.assetSha256] });
    const recording = await app.operator.get<{ durationMs: number }>(`/recordings/${after.assetSha256}`);
    expect(Math.abs(recording.durationMs - 12_000)).toBeLessThan(200);
  }, 120_000);

  test("loses no word over a cut of the speaker's link", async () => {
    await using _near = await near.start();
    const { id } = await announce({ targets: { regions: [VILLAGE], kinds: ["loudspeaker"] } });
    const chunks: Buffer[] = [];
    let sent = 0;
    const sendRest = async () => {
      for (; sent < chunks.length; sent += 1) await sendChunk(app, id, sent, chunks[sent] as Buffer);
    };
    let cutAt = Number.POSITIVE_INFINITY;
    for await (const chunk of openMicrophone(speakLadder(join(folder, "ladder.wav"), 18))) {
      chunks.push(chunk);
      const isCut = performance.now() > cutAt && performance.now() < cutAt + 6_000;
      if (!isCut) await sendRest();
      if (cutAt === Number.POSITIVE_INFINITY && recordedMs(near.state, id) > 500) cutAt = performance.now();
    }
    await sendRest();
    const early = sendChunk(app, id, sent + 2, Buffer.from("later"));
    expect(await refusal(early)).toMatchObject({ status: 409, problem: { expected: sent } });
    expect((await sendChunk(app, id, 3, Buffer.from("again"))).next).toBe(sent);
    await app.operator.post(`/live/${id}/end`);
    await proved(id, "finished", 1);
    expect(stepsHeard(wavOf(near, id))).toEqual(stepsOf(18));
    await kept(id);
  }, 120_000);

  test("falls silent at a stop, and takes no further word", async () => {
    await using _near = await near.start();
    const { id } = await announce({ targets: { regions: [VILLAGE], kinds: ["loudspeaker"] } });
    let stoppedAt = 0;
    const speaking = speak(app, id, spoken(60), async () => {
      if (stoppedAt > 0 || recordedMs(near.state, id) < 500) return;
      stoppedAt = Date.now();
      await app.operator.post(`/broadcasts/${id}/stop`, { reason: "misread" });
    });
    expect(await refusal(speaking)).toMatchObject({ status: 409, problem: { endedBy: "stopped" } });
    await until(() => recordingOf(near.state, id) !== null, { what: "silence" });
    const { firstSampleAt = 0, durationMs = 0, complete } = recordingOf(near.state, id) ?? {};
    expect(complete).toBe(false);
    expect(firstSampleAt + durationMs - stoppedAt).toBeLessThan(1_500);
    expect(await broadcastOf(id)).toMatchObject({ state: "cancelled", reason: "misread" });
    expect((await announcementOf(id)).live.endedBy).toBe("stopped");
    await kept(id);
  }, 120_000);

  test("falls silent at the stop of everything", async () => {
    await using _near = await near.start();
    const { id } = await announce({ targets: { regions: [VILLAGE], kinds: ["loudspeaker"] } });
    let isStopped = false;
    const speaking = speak(app, id, spoken(60), async () => {
      if (isStopped || recordedMs(near.state, id) < 500) return;
      isStopped = true;
      await app.operator.post("/stop");
    });
    expect(await refusal(speaking)).toMatchObject({ status: 409, problem: { endedBy: "stopped" } });
    await until(() => recordingOf(near.state, id)?.complete === false, { what: "silence" });
    expect((await broadcastOf(id)).state).toBe("cancelled");
  }, 120_000);

  test("ends when the speaker's link says nothing for ten seconds; what was said is heard to its end", async () => {
    await using _near = await near.start();
    const { id } = await announce({ targets: { regions: [VILLAGE], kinds: ["loudspeaker"] } });
    await speak(app, id, spoken(4));
    await proved(id, "finished", 1);
    expect((await announcementOf(id)).live.endedBy).toBe("link");
    expect(recordingOf(near.state, id)?.durationMs).toBeGreaterThan(3_500);
    await kept(id);
  }, 120_000);

  test("of a drill says before and after that it is one", async () => {
    await using _near = await near.start();
    const { id } = await announce({
      class: "drill",
      targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    });
    await speak(app, id, spoken(3));
    await app.operator.post(`/live/${id}/end`);
    await proved(id, "finished", 1);
    expect(recordingOf(near.state, id)?.durationMs).toBeGreaterThan(3_000 + 2_000);
  }, 120_000);
});

describe("with a clock of its own", () => {
  test("ends at its longest duration, and what nobody speaks into is missed", async () => {
    const clock = createTestClock();
    const own = await runApp({ clock });
    try {
      await importRegions(own.operator);
      const make = () =>
        own.operator.post<LiveAnnouncement>("/announcements", {
          title: "太长",
          class: "announcement",
          source: { live: { longestMinutes: 1 } },
          targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
        });
      const [{ id }, { id: silent }] = [await make(), await make()];
      const speaking = speak(own, id, spoken(20), () => clock.advance(4_000));
      expect(await refusal(speaking)).toMatchObject({ status: 409, problem: { endedBy: "longest" } });
      const endedBy = async () =>
        (await own.operator.get<LiveAnnouncement>(`/announcements/${id}`)).live.endedBy;
      await until(async () => (await endedBy()) === "longest", { what: "the end", timeoutMs: 20_000 });
      const view = await own.operator.get<BroadcastView>(`/broadcasts/${id}`);
      expect(view.reason).toBe("it had lasted as long as it may");
      clock.advance(2 * MINUTE_MS);
      const missed = async () => own.operator.get<BroadcastView>(`/broadcasts/${silent}`);
      await until(async () => (await missed()).state === "missed", { what: "the other" });
      expect((await missed()).reason).toBe("nobody has spoken yet");
      const late = await refusal(sendChunk(own, silent, 0, Buffer.from("late")));
      expect(late).toMatchObject({
        status: 409,
        problem: { detail: "Nobody began to speak within two minutes, so it is not aired." },
      });
      expect(late).not.toHaveProperty("problem.endedBy");
    } finally {
      await own.close();
    }
  }, 60_000);
});

test("a server that ends lets go of whoever speaks, and has it down why", async () => {
  const own = await runApp();
  await importRegions(own.operator);
  const { id } = await own.operator.post<LiveAnnouncement>("/announcements", {
    title: "停机",
    class: "announcement",
    source: { live: { longestMinutes: 1 } },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  for await (const chunk of openMicrophone(spoken(3))) {
    await sendChunk(own, id, 0, chunk);
    break;
  }
  await own.close();
  const ended = own.log.entries.find(({ msg }) => msg === "a live voice has ended");
  expect(ended).toMatchObject({ broadcastId: id, by: "server" });
}, 30_000);

describe("a device that cannot do it", () => {
  test("says so, and the broadcast shows it", async () => {
    const { identity, password } = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
    const { id } = await announce({ targets: { regions: [FAR_VILLAGE], kinds: ["loudspeaker"] } });
    for await (const chunk of openMicrophone(spoken(3))) {
      const { next } = await sendChunk(app, id, 0, chunk);
      if (next > 0) break;
    }
    const client = await mqtt.connectAsync(app.brokerUrl, {
      protocolVersion: 4,
      clientId: identity.id,
      username: identity.id,
      password,
    });
    const record = { seq: 1, at: Date.now(), type: "refused", broadcastId: id, reason: "unsupported" };
    const report = { bootId: "boot", records: [record] };
    await client.publishAsync(uplinkTopic(identity.id, "report"), JSON.stringify(report), { qos: 1 });
    await until(async () => (await broadcastOf(id)).devices.items[0]?.reason === "refused: unsupported", {
      what: "the refusal",
    });
    await client.endAsync();
    expect((await broadcastOf(id)).proof.atLeast).toMatchObject({ started: 0 });
    await app.operator.post(`/broadcasts/${id}/stop`);
  }, 30_000);
});

describe("who may speak", () => {
  test("only the sign-in that began, and devices that it is for may listen", async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of openMicrophone(spoken(3))) chunks.push(chunk);
    const { id } = await announce();
    const neighbour = await newPerson(app, "neighbour", ofArea("370783112000"));
    const strangers = [neighbour, await signIn(app.url, "admin", app.password)];
    const asStranger = (at: number, n: number) =>
      refusal(
        sendChunk({ url: app.url, operator: strangers[at] as typeof neighbour }, id, n, chunks[n] as Buffer),
      );
    expect(await asStranger(0, 0)).toMatchObject({ status: 403 });
    await sendChunk(app, id, 0, chunks[0] as Buffer);
    expect(await asStranger(0, 1)).toMatchObject({ status: 403 });
    expect(await asStranger(1, 1)).toMatchObject({
      status: 403,
      problem: { detail: "Somebody else speaks here." },
    });
    for (const credentials of [{}, { cookie: app.operator.credentials["cookie"] ?? "" }]) {
      const answer = await fetch(`${app.url}/api/v1/live/${id}/chunks/1`, {
        method: "PUT",
        headers: { ...credentials, "content-type": "audio/webm" },
        body: "stranger",
      });
      expect([401, 403]).toContain(answer.status);
    }
    for (const [n, chunk] of chunks.entries()) await sendChunk(app, id, n, chunk);

    const asDevice = async (regionCode: string) => {
      const { token } = await enrolDevice(app.operator, app.url, regionCode);
      return fetch(`${app.url}/device/v1/live/${id}`, { headers: { authorization: `Bearer ${token}` } });
    };
    await until(async () => (await announcementOf(id)).live.delayMs !== null, {
      what: "the first part",
      timeoutMs: 20_000,
    });
    expect((await asDevice(FAR_VILLAGE)).status).toBe(404);
    const answer = await asDevice(VILLAGE);
    expect(answer.headers.get("content-type")).toContain("application/jose");
    const payload = JSON.parse(
      Buffer.from((await answer.text()).split(".")[1] ?? "", "base64url").toString(),
    ) as {
      parts: { url: string; sha256: string }[];
    };
    const { url = "", sha256 = "" } = payload.parts.at(-1) ?? {};
    const part = await fetch(new URL(url, app.url));
    expect(part.headers.get("cache-control")).toMatch(/^public, .*immutable/);
    expect((await fetch(`${app.url}/media/${sha256}`)).status).toBe(401);
    await app.operator.post(`/broadcasts/${id}/stop`);
  }, 60_000);
});

describe("refuses", () => {
  test.each([
    ["a start", { startAt: "2036-01-01T00:00:00Z" }, "/startAt"],
    ["repetition", { repeat: 2 }, "/repeat"],
    ["more than half an hour", { source: { live: { longestMinutes: 31 } } }, "/source"],
  ])("%s of what is spoken live", async (_what, changes, at) => {
    expect(await refusal(announce(changes))).toMatchObject({ status: 422 });
    const { problem } = (await refusal(announce(changes))) as { problem: { errors: { at: string }[] } };
    expect(problem.errors.some((error) => error.at.startsWith(at))).toBe(true);
  });

  test("a voice for an announcement that waits for its recording, and a recording for a voice", async () => {
    const sent = await announce({ source: { upload: true } });
    expect(await refusal(sendChunk(app, sent.id, 0, Buffer.from("voice")))).toMatchObject({ status: 409 });
    const { id } = await announce();
    expect(await refusal(app.operator.upload(`/announcements/${id}/recording`, spoken(2)))).toMatchObject({
      status: 409,
    });
    expect(await refusal(app.operator.post(`/live/${id}/end`))).toMatchObject({ status: 409 });
  });

  test("what is no recording of a microphone, and nothing hangs of what only looks like one", async () => {
    const { id } = await announce();
    const answer = await fetch(`${app.url}/api/v1/live/${id}/chunks/0`, {
      method: "PUT",
      headers: { ...app.operator.credentials, "content-type": "text/plain" },
      body: "hello",
    });
    expect(answer.status).toBe(422);
    await sendChunk(app, id, 0, Buffer.from("this is no WebM"));
    await app.operator.post(`/live/${id}/end`);
    await until(async () => (await broadcastOf(id)).state === "cancelled", {
      what: "the end",
      timeoutMs: 20_000,
    });
    expect(await broadcastOf(id)).toMatchObject({ reason: "nothing was said" });
  });
});

/** In the county's zone. */
const localMonth = () =>
  new Intl.DateTimeFormat("sv", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit" }).format(
    new Date(),
  );
