import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { type LiveAnnouncement, openMicrophone, sendChunk, speak } from "../support/speaker.ts";
import { speakLadder, stepsHeard, stepsOf } from "../support/spoken-ladder.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

let folder: string;
let app: RunningApp;
let gateway: Awaited<ReturnType<typeof enrolGateway>>;
/** Set by somebody, as an operator or a wrong time server does. */
let wallStepMs = 0;
const clock = { now: () => Date.now() + wallStepMs, steadyMs: () => performance.now() };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-live-troubles-"));
  app = await runApp({ clock });
  await importRegions(app.operator);
  gateway = await enrolGateway(app, VILLAGE, folder);
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => void (wallStepMs = 0));

const spoken = (seconds: number) => speakLadder(join(folder, `spoken-${seconds}.wav`), seconds);
const announce = (longestMinutes = 1) =>
  app.operator.post<LiveAnnouncement>("/announcements", {
    title: "现场通知",
    class: "announcement",
    source: { live: { longestMinutes } },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
const broadcastOf = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);
const announcementOf = (id: string) => app.operator.get<LiveAnnouncement>(`/announcements/${id}`);
const finished = (id: string) =>
  until(async () => (await broadcastOf(id)).proof.atLeast["finished"] === 1, {
    what: "the end at the gateway",
    timeoutMs: 60_000,
  });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const wavOf = (id: string) => join(gateway.state, "recordings", `${id}.wav`);

describe("another program that holds the database", () => {
  /** For so long from now on. */
  function hold(ms: number): void {
    const intruder = new Sqlite(join(app.folder, "data", "cuncunxiang.db"));
    intruder.exec("BEGIN IMMEDIATE");
    setTimeout(() => {
      intruder.exec("ROLLBACK");
      intruder.close();
    }, ms);
  }

  test("delays what is spoken and ends nothing of it", async () => {
    await using _device = await gateway.start();
    const { id } = await announce();
    let isHeld = false;
    await speak(app, id, spoken(16), () => {
      if (isHeld || recordedMs(gateway.state, id) < 500) return;
      isHeld = true;
      hold(5 * SECOND_MS);
    });
    expect(isHeld).toBe(true);
    await app.operator.post(`/live/${id}/end`);
    await finished(id);
    expect((await announcementOf(id)).live.endedBy).toBe("speaker");
    expect(stepsHeard(wavOf(id))).toEqual(stepsOf(16));
  }, 120_000);

  test("delays the start beyond the speaker's end, and no word is lost", async () => {
    await using _device = await gateway.start();
    const { id } = await announce();
    let isHeld = false;
    await speak(app, id, spoken(4), () => {
      if (!isHeld) hold(20 * SECOND_MS);
      isHeld = true;
    });
    await app.operator.post(`/live/${id}/end`);
    await finished(id);
    const { live } = await announcementOf(id);
    expect(live.endedBy).toBe("speaker");
    expect(live.delayMs).toBeGreaterThan(23_000);
    expect(stepsHeard(wavOf(id))).toEqual(stepsOf(4));
  }, 120_000);
});

describe("a step of the server's clock", () => {
  test.each([
    ["forward", 20 * MINUTE_MS],
    ["back", -20 * MINUTE_MS],
  ])(
    "%s neither ends what is spoken nor shifts it",
    async (_way, stepMs) => {
      await using _device = await gateway.start();
      const { id } = await announce();
      const states = new Set<string>();
      await speak(app, id, spoken(14), async () => {
        if (recordedMs(gateway.state, id) < 500) return;
        const { state } = await broadcastOf(id);
        if (wallStepMs !== 0) states.add(state);
        // The gateways sound at their instant; the server's next beat makes it a state.
        if (state === "on_air") wallStepMs = stepMs;
      });
      await app.operator.post(`/live/${id}/end`);
      await until(() => recordingOf(gateway.state, id) !== null, { what: "the end", timeoutMs: 30_000 });
      expect(recordingOf(gateway.state, id)).toMatchObject({ complete: true });
      expect([...states]).toEqual(["on_air"]);
      const { live, broadcast } = await announcementOf(id);
      expect(live.endedBy).toBe("speaker");
      expect(live.delayMs).toBeGreaterThan(4_000);
      expect(live.delayMs).toBeLessThan(15_000);
      expect(Math.abs(Date.parse(broadcast.startAt) - clock.now())).toBeLessThan(MINUTE_MS);
      // Heard in one piece: no part was moved.
      expect(Math.abs((recordingOf(gateway.state, id)?.durationMs ?? 0) - 14_000)).toBeLessThan(700);
      expect(stepsHeard(wavOf(id))).toEqual(stepsOf(14));
    },
    120_000,
  );
});

describe("a stop", () => {
  test("leaves what was really spoken in the registers", async () => {
    await using _device = await gateway.start();
    const { id } = await announce();
    const speaking = speak(app, id, spoken(60), async () => {
      if (recordedMs(gateway.state, id) > 2_000) await app.operator.post(`/broadcasts/${id}/stop`, {});
    });
    expect(await refusal(speaking)).toMatchObject({ status: 409, problem: { endedBy: "stopped" } });
    const { startAt, endsAt } = await broadcastOf(id);
    const lastedMs = Date.parse(endsAt ?? "") - Date.parse(startAt);
    await until(() => recordingOf(gateway.state, id) !== null, { what: "silence" });
    expect(Math.abs(lastedMs - (recordingOf(gateway.state, id)?.durationMs ?? 0))).toBeLessThan(1_000);
    const month = new Intl.DateTimeFormat("sv", {
      timeZone: "Asia/Shanghai",
      year: "numeric",
      month: "2-digit",
    }).format(new Date());
    const { items } = await app.operator.get<{ items: { broadcastId: string; durationMs: number }[] }>(
      `/registers/broadcasts?month=${month}&format=json`,
    );
    expect(items.find(({ broadcastId }) => broadcastId === id)?.durationMs).toBe(lastedMs);
  }, 120_000);

  test("that is undone cuts nobody off", async () => {
    const { id } = await announce();
    const database = new Sqlite(join(app.folder, "data", "cuncunxiang.db"), { timeout: 5_000 });
    // The stop is written down as a command in the same transaction.
    database.exec(
      "CREATE TRIGGER no_stops BEFORE INSERT ON commands WHEN NEW.type = 'stop' BEGIN SELECT RAISE(ABORT, 'no stops'); END",
    );
    try {
      let refused: unknown = null;
      await speak(app, id, spoken(8), async () => {
        if (refused !== null || (await broadcastOf(id)).state !== "on_air") return;
        refused = await refusal(app.operator.post(`/broadcasts/${id}/stop`, {}));
      });
      expect(refused).toMatchObject({ status: 500 });
      expect((await announcementOf(id)).live.endedBy).toBeNull();
    } finally {
      database.exec("DROP TRIGGER no_stops");
      database.close();
    }
    await app.operator.post(`/broadcasts/${id}/stop`, {});
    expect((await announcementOf(id)).live.endedBy).toBe("stopped");
  }, 60_000);
});

describe("more than a voice can be", () => {
  /** What a WebM may hold between its blocks, and means nothing (RFC 8794, "Void"). */
  function padding(bytes: number): Buffer {
    const element = Buffer.alloc(bytes);
    element[0] = 0xec;
    element.writeUInt32BE(0x01_00_00_00, 1);
    element.writeUInt32BE(bytes - 9, 5);
    return element;
  }
  async function begun(): Promise<string> {
    const { id } = await announce();
    for await (const chunk of openMicrophone(spoken(3))) {
      await sendChunk(app, id, 0, chunk);
      break;
    }
    return id;
  }
  const stop = (id: string) => app.operator.post(`/broadcasts/${id}/stop`, {});

  test("is refused by the chunk and by the whole, and ends nothing", async () => {
    const id = await begun();
    expect(await refusal(sendChunk(app, id, 1, padding(512 * 1024 + 1)))).toMatchObject({
      status: 413,
      problem: {
        detail: "A chunk of a voice has at most 512 KB.",
        hint: "Send what is recorded every half second.",
      },
    });
    let next = 1;
    // A minute, and what may be beyond it, at 320 kbit/s.
    for (; next <= 7; next += 1) await sendChunk(app, id, next, padding(510_000));
    expect(await refusal(sendChunk(app, id, next, padding(510_000)))).toMatchObject({
      status: 413,
      problem: {
        detail: "That is more than a voice of this length can have.",
        hint: "Record it at 48 kbit/s, or let it last longer.",
      },
    });
    expect((await announcementOf(id)).live.endedBy).toBeNull();
    await stop(id);
  }, 60_000);

  test("waits while ffmpeg takes nothing", async () => {
    const before = new Set(encoders());
    const id = await begun();
    const own = () => encoders().find((pid) => !before.has(pid));
    await until(() => own() !== undefined, { what: "ffmpeg" });
    const encoder = own() ?? Number.NaN;
    process.kill(encoder, "SIGSTOP");
    let isAnswered = false;
    const held = sendChunk(app, id, 1, padding(400_000)).finally(() => (isAnswered = true));
    const busy = async () => refusal(sendChunk(app, id, 2, padding(1_000)));
    await until(async () => ((await busy()) as { status?: number } | null)?.status === 503, {
      what: "the refusal",
    });
    expect(await busy()).toMatchObject({
      problem: {
        detail: "The chunk before is still being taken in.",
        hint: "Send a chunk when the one before it is answered.",
      },
    });
    expect(isAnswered).toBe(false);
    process.kill(encoder, "SIGCONT");
    expect((await held).next).toBe(2);
    expect((await sendChunk(app, id, 2, padding(1_000))).next).toBe(3);
    await stop(id);
  }, 60_000);
});

/** Of all ffmpegs that read a microphone, the process ids. */
function encoders(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && commandOf(name).match(/^[^\0]*ffmpeg\0.*matroska\0-i\0pipe:0/))
    .map(Number);
}
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}
