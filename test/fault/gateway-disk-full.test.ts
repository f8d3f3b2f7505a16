import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { USUAL_LIMITS } from "../../devices/core/cache-limits.ts";
import { openStore } from "../../devices/core/device-folder.ts";
import { openJournal } from "../../devices/core/journal.ts";
import { until } from "../../scripts/until.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { makeTone } from "../support/county.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { recorder, recordingOf, startTestDevice } from "../support/test-device.ts";

const DISK_MB = 12;
const MB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

let folder: string;
let disk: SmallDisk;
let station: AirStation & AsyncDisposable;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-gateway-disk-"));
  disk = mountSmallDisk(join(folder, "disk"), DISK_MB);
  station = await openAirStation();
});
afterEach(async () => {
  await station[Symbol.asyncDispose]();
  disk.remove();
  await rm(folder, { recursive: true });
});

/** Its state on the small disk, its recordings beside it. */
const start = (limits = { ...USUAL_LIMITS, keepFreeBytes: MB }) =>
  startTestDevice(station, disk.path, { limits, createOutput: (now) => recorder(folder, now) });

/** A tone with other bytes than the rest after it, up to so many megabytes. */
function media(name: string, megabytes: number) {
  const tone = readFileSync(makeTone(join(folder, `${name}.wav`), 1));
  return station.addMedia(Buffer.concat([tone, Buffer.alloc(megabytes * MB - tone.length, name)]), 1_000);
}
const faults = () => station.states.at(-1)?.faults ?? [];
const has = (sha256: string) => existsSync(join(disk.path, "media", sha256));

test("a full disk silences nobody: what is cached plays once, is reported whole, and the fault is told", async () => {
  const item = media("short", 1);
  const device = await start();
  await until(() => device.online);
  const broadcast = airing(item, 6_000);
  await station.list([broadcast]);
  await station.hears(broadcast.id, "cached");
  disk.fill();

  const missing = airing(media("other", 1), 7_000);
  await station.list([broadcast, missing]);
  await station.hears(broadcast.id, "started", "finished");
  expect(recordingOf(folder, broadcast.id)).toMatchObject({ complete: true });
  await station.command("identify", {});
  await until(() => faults().some((fault) => fault.includes("the disk is full")), { what: "the fault" });

  // The power goes with the disk still full: what was played stays played, and no record is lost.
  station.acknowledges = false;
  await device.close();
  station.acknowledges = true;
  const again = await start();
  await until(() => again.online);
  const witness = await station.command("refresh", { fetchBy: Date.now() });
  await station.hears(witness, "received");
  expect(station.recordsOf(broadcast.id)).toEqual(["received", "cached", "started", "finished"]);
  expect(existsSync(join(folder, "recordings", `${broadcast.id}.2.wav`))).toBe(false);

  disk.free();
  const later = airing(item, 5_000);
  await station.list([later]);
  await station.hears(later.id, "finished");
  await station.command("identify", {});
  await until(() => faults().length === 0, { what: "the end of the fault" });
  expect(existsSync(join(disk.path, "journal.ballast"))).toBe(true);
  await again.close();
});

test("the journal goes on in the room that was kept for it, and takes it again afterwards", async () => {
  const journal = openJournal(openStore(disk.path), "boot-1", Date.now());
  expect(journal.hasRoom()).toBe(true);
  disk.fill();
  const started = { at: Date.now(), type: "started", broadcastId: "b" } as const;
  // More than what is left of the file's last page.
  for (let count = 0; count < 200; count += 1) journal.record(started);
  expect(journal.hasRoom()).toBe(false);
  journal.close();
  const next = openJournal(openStore(disk.path), "boot-2", Date.now());
  expect(next.unacknowledged()).toMatchObject([{ bootId: "boot-1", records: { length: 200 } }]);
  // Filled up once more, it says so: what is not written down did not happen.
  disk.fill();
  expect(() => {
    for (let count = 0; count < 200; count += 1) next.record(started);
  }).toThrow("ENOSPC");
  const kept = next.unacknowledged().find(({ bootId }) => bootId === "boot-2")?.records ?? [];
  disk.free();
  next.record(started);
  expect(next.unacknowledged().at(-1)?.records).toHaveLength(kept.length + 1);
  expect(next.hasRoom()).toBe(true);
  next.close();
});

test("media never fills the disk: the nearest has the room, and what may not go yet stays", async () => {
  const [near, middle, far] = [media("near", 4), media("middle", 4), media("far", 4)];
  await using device = await start();
  await until(() => device.online);
  const inDays = (days: number) => days * DAY_MS;
  await station.list([
    airing(far, inDays(3), { title: "far" }),
    airing(near, inDays(1)),
    airing(middle, inDays(2)),
  ]);
  await until(() => faults().some((fault) => fault.includes(far.sha256.slice(0, 16))), { what: "no room" });
  expect(faults().join()).toMatch(/no room: 4\.0 MB are needed, [\d.]+ MB are left/);
  expect([has(near.sha256), has(middle.sha256), has(far.sha256)]).toEqual([true, true, false]);
  expect(device.text()).not.toContain("ENOSPC");

  // No broadcast refers to the nearest any more, but its retention has not passed.
  const kept = [airing(middle, inDays(2)), airing(far, inDays(3))];
  await station.list(kept);
  await until(() => station.states.at(-1)?.revision === 2, { what: "the second playlist" });
  expect([has(near.sha256), has(far.sha256)]).toEqual([true, false]);

  const longAgo = new Date(Date.now() - 8 * DAY_MS);
  for (const name of readdirSync(join(disk.path, "media")))
    utimesSync(join(disk.path, "media", name), longAgo, longAgo);
  await until(() => has(far.sha256), { what: "the room", timeoutMs: 60_000 });
  expect([has(near.sha256), has(middle.sha256)]).toEqual([false, true]);
});

test("a quota holds where the disk would have more, and an empty playlist removes nothing", async () => {
  const [first, second] = [media("first", 3), media("second", 3)];
  const device = await start({ ...USUAL_LIMITS, keepFreeBytes: 0, maxBytes: 5 * MB, retentionMs: 0 });
  await until(() => device.online);
  await station.list([airing(first, DAY_MS), airing(second, 2 * DAY_MS)]);
  await until(() => faults().some((fault) => fault.includes("no room")), { what: "the quota" });
  expect([has(first.sha256), has(second.sha256)]).toEqual([true, false]);

  await station.list([]);
  await until(() => station.states.at(-1)?.revision === 2, { what: "the empty playlist" });
  expect(has(first.sha256)).toBe(true);
  await station.list([airing(second, DAY_MS)]);
  await until(() => has(second.sha256), { what: "the second" });
  expect(has(first.sha256)).toBe(false);
  await device.close();
});

test("half a line that a full disk left is not continued by the next", async () => {
  writeFileSync(join(disk.path, "journal.jsonl"), '[{"kind":"done","id":"b1","at":1}]\n[{"kind":"do');
  disk.fill();
  const device = await start();
  await until(() => device.online);
  const command = await station.command("refresh", { fetchBy: Date.now() });
  disk.free();
  await station.hears(command, "received");
  await device.close();
  const lines = readFileSync(join(disk.path, "journal.jsonl"), "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }[])[0]?.kind)).toContain("done");
});
