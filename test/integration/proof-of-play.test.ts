import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../devices/core/device-folder.ts";
import { openJournal } from "../../devices/core/journal.ts";
import { until } from "../../scripts/until.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import type { Ack, PlaybackRecord, Report } from "../../src/protocol/messages.ts";
import { ackTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { type Member, NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NOW = Date.UTC(2026, 11, 1);

let app: RunningApp;
let device: Member;
let client: DeviceClient;
beforeEach(async () => {
  app = await runApp();
  await importRegions(app.operator);
  device = await enrolDevice(app.operator, app.url, VILLAGE);
  client = await connectDevice(app.brokerUrl, device);
  await client.subscribe(ackTopic(device.identity.id));
});
afterEach(async () => {
  await client.end();
  await app.close();
});

const report = (message: object) =>
  client.publish(uplinkTopic(device.identity.id, "report"), JSON.stringify(message));
const ackedOf = (bootId: string): number =>
  Math.max(
    0,
    ...client.heard
      .map(({ text }) => JSON.parse(text) as Ack)
      .filter((ack) => ack.bootId === bootId)
      .map(({ ackedSeq }) => ackedSeq),
  );
const acked = (bootId: string, seq: number) =>
  until(() => ackedOf(bootId) === seq, { what: `the acknowledgement of ${seq}`, timeoutMs: 20_000 });

interface StoredRow {
  bootId: string;
  seq: number;
  at: number;
  claimedAt: number;
  type: string;
  broadcastId: string | null;
}
function stored(): StoredRow[] {
  const db = openDatabaseReadOnly(`${app.folder}/data/cuncunxiang.db`);
  try {
    return db
      .prepare<[], StoredRow>(
        `SELECT boot_id AS bootId, seq, at, claimed_at AS claimedAt, type, broadcast_id AS broadcastId
         FROM playback_records ORDER BY boot_id, seq`,
      )
      .all();
  } finally {
    db.close();
  }
}
const quarantined = async () =>
  (
    await app.operator.get<{
      items: { seq: number | null; bootId: string | null; problem: string; payload: string; times: number }[];
    }>(`/quarantined-reports?deviceId=${device.identity.id}`)
  ).items;

/** What a device has to say of a day: four broadcasts, each received, cached, started and finished. */
function recordsOfDay(day: number, firstSeq: number): PlaybackRecord[] {
  const types = ["received", "cached", "started", "finished"] as const;
  return Array.from({ length: 16 }, (_, index) => ({
    seq: firstSeq + index,
    at: NOW - (40 - day) * DAY_MS + index * MINUTE_MS,
    type: types[index % 4] ?? "received",
    broadcastId: `day-${day}-${Math.floor(index / 4)}`,
  }));
}

/** The same order each time, and none that anybody would choose. */
const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item, index) => ({ item, key: (index * 7919) % 104_729 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe("records of forty days without a line", () => {
  test("arrive whole over a lossy one: out of order, more than once, boot by boot", async () => {
    // A boot lasts eight days, until the power goes.
    const boots = Array.from({ length: 5 }, (_, boot) => ({
      bootId: `boot-${boot}`,
      records: Array.from({ length: 8 }, (_day, day) => recordsOfDay(boot * 8 + day, 1 + day * 16)).flat(),
    }));
    const messages: Report[] = boots.flatMap(({ bootId, records }) =>
      Array.from({ length: Math.ceil(records.length / 10) }, (_, chunk) => ({
        bootId,
        records: records.slice(chunk * 10, chunk * 10 + 10),
      })),
    );
    // Half of them come twice, some with the line cut in between, and the first acknowledgements are lost.
    const sent = shuffled([...messages, ...messages.filter((_, index) => index % 2 === 0)]);
    const half = Math.floor(sent.length / 2);
    for (const message of sent.slice(0, half)) await report(message);
    client.cut();
    client = await connectDevice(app.brokerUrl, device);
    await client.subscribe(ackTopic(device.identity.id));
    for (const message of sent.slice(half)) await report(message);
    for (const { bootId, records } of boots) {
      // The device does not know that all came; it sends the last again until it hears so.
      await report({ bootId, records: records.slice(-1) });
      await acked(bootId, records.length);
    }
    const rows = stored();
    expect(rows).toHaveLength(5 * 8 * 16);
    const sentRows = boots.flatMap(({ bootId, records }) =>
      records.map(({ seq, at, type, broadcastId }) => ({
        bootId,
        seq,
        at,
        claimedAt: at,
        type,
        broadcastId,
      })),
    );
    expect(rows).toEqual(sentRows);
    expect(await quarantined()).toEqual([]);
  });

  test("are acknowledged up to the first that is missing, and no further", async () => {
    const records = recordsOfDay(0, 1);
    await report({ bootId: "b", records: records.slice(0, 4) });
    await acked("b", 4);
    await report({ bootId: "b", records: records.slice(5) });
    await report({ bootId: "c", records: records.slice(0, 1) });
    await acked("c", 1);
    expect(ackedOf("b")).toBe(4);
    await report({ bootId: "b", records: records.slice(4, 5) });
    await acked("b", 16);
  });
});

describe("the journal of a gateway that was without a line for forty days", () => {
  test("arrives whole, boot by boot, and is empty then", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccx-offline-"));
    const gateway = await enrolGateway(app, NEIGHBOUR, folder);
    const bootIds = Array.from({ length: 40 }, (_, day) => `day-${day}`);
    for (const [day, bootId] of bootIds.entries()) {
      const journal = openJournal(openStore(gateway.state), bootId, NOW);
      for (const { seq: _, ...record } of Array.from({ length: 4 }, (_times, time) =>
        recordsOfDay(day, time),
      ).flat())
        journal.record(record);
      journal.close();
    }
    const running = await gateway.start();
    const left = () => {
      const lines = readFileSync(join(gateway.state, "journal.jsonl"), "utf8").trim().split("\n");
      const acks = lines.flatMap(
        (line) => JSON.parse(line) as { kind: string; bootId: string; seq: number }[],
      );
      const done = new Map(acks.filter(({ kind }) => kind === "ack").map(({ bootId, seq }) => [bootId, seq]));
      return bootIds.filter((bootId) => done.get(bootId) !== 64);
    };
    await until(() => left().length === 0, { what: "the last acknowledgement", timeoutMs: 60_000 });
    await running.close();
    const counts = Map.groupBy(stored(), ({ bootId }) => bootId);
    expect(bootIds.map((bootId) => counts.get(bootId)?.length)).toEqual(bootIds.map(() => 64));
    expect(counts.get("day-39")?.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 64 }, (_, index) => index + 1),
    );
    await rm(folder, { recursive: true });
  });
});

describe("what does not fit", () => {
  test("a single record goes to the quarantine, and those around it are stored and acknowledged", async () => {
    const [first, second, third] = recordsOfDay(0, 1);
    const odd = { ...second, type: "exploded" };
    await report({ bootId: "b", records: [first, odd, third] });
    await acked("b", 3);
    await report({ bootId: "b", records: [first, odd, third] });
    await until(async () => (await quarantined())[0]?.times === 2, { what: "the second time" });
    expect(stored().map(({ seq }) => seq)).toEqual([1, 3]);
    expect(await quarantined()).toMatchObject([
      { seq: 2, bootId: "b", problem: expect.stringContaining("/type"), payload: JSON.stringify(odd) },
    ]);
  });

  test("another record under the same number is kept beside the first, which stands", async () => {
    const [first] = recordsOfDay(0, 1);
    await report({ bootId: "b", records: [first] });
    await acked("b", 1);
    const clone = { ...first, broadcastId: "something-else" };
    await report({ bootId: "b", records: [clone] });
    await until(async () => (await quarantined()).length === 1, { what: "the quarantine" });
    expect(await quarantined()).toMatchObject([
      { seq: 1, problem: expect.stringContaining("second device with the same identity") },
    ]);
    expect(stored()).toMatchObject([{ seq: 1, broadcastId: first?.broadcastId }]);
  });

  test("what is no report at all is kept as it came, and acknowledged by nobody", async () => {
    await report({ nonsense: true });
    await client.publish(uplinkTopic(device.identity.id, "report"), "{");
    await until(async () => (await quarantined()).length === 2, { what: "the quarantine" });
    expect((await quarantined()).map(({ payload, problem, seq }) => [payload, problem, seq])).toEqual([
      ["{", "not JSON", null],
      ['{"nonsense":true}', expect.stringContaining("bootId"), null],
    ]);
    expect(client.heard).toEqual([]);
  });
});

describe("a clock that was wrong", () => {
  // A board without a battery clock wakes up in 1970, and learns the time an hour after its boot.
  const bootedAt = NOW;
  const early = { seq: 1, at: 5_000, upMs: 5_000, type: "received", broadcastId: "b1" } as const;

  test("is put right by what the device has measured since", async () => {
    await report({ bootId: "b", bootedAt, records: [early] });
    await acked("b", 1);
    expect(stored()).toMatchObject([{ at: NOW + 5_000, claimedAt: 5_000 }]);
  });

  test("also when the record came first and the measurement later; and not back again", async () => {
    await report({ bootId: "b", records: [early] });
    await acked("b", 1);
    expect(stored()).toMatchObject([{ at: 5_000 }]);
    await report({ bootId: "b", bootedAt, records: [early, { ...early, seq: 2 }] });
    await acked("b", 2);
    await report({ bootId: "b", records: [early, { ...early, seq: 3 }] });
    await acked("b", 3);
    expect(stored().map(({ at }) => at)).toEqual([NOW + 5_000, NOW + 5_000, 5_000]);
    expect(await quarantined()).toEqual([]);
  });
});
