import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY_MS } from "../../src/clock.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { createHousekeeping } from "../../src/media/housekeeping/housekeeping-service.ts";
import { createMediaLibrary } from "../../src/media/media-library.ts";
import { createMemoryLog } from "./memory-log.ts";

const MEDIA_TABLES = [
  "assets",
  "covers",
  "compositions",
  "composition_assets",
  "renditions",
  "rendition_parts",
];
/** Files are written now, and the clock is set to long after, so that nothing is young unless a test makes it so. */
const AHEAD_MS = 400 * DAY_MS;

export const sha256Of = (bytes: string | Buffer): string => createHash("sha256").update(bytes).digest("hex");

type Options = Partial<Parameters<typeof createHousekeeping>[0]>;
export type Shelf = Awaited<ReturnType<typeof createShelf>>;

/** A real library folder and database with housekeeping over both, and rows made by hand. */
export async function createShelf(overrides: Options = {}) {
  const folder = await mkdtemp(join(tmpdir(), "ccx-shelf-"));
  const clock = {
    at: Date.now() + AHEAD_MS,
    now: () => clock.at,
    steadyMs: () => clock.at,
    pass(ms: number): void {
      clock.at += ms;
    },
  };
  const db = openDatabase(":memory:", clock.now());
  const library = createMediaLibrary(folder);
  const log = createMemoryLog();
  const corrupt: string[] = [];
  const slept = { ms: 0 };
  const create = (more: Options = {}) =>
    createHousekeeping({
      db,
      mediaDir: folder,
      library,
      clock,
      log: log.log,
      zone: "Asia/Shanghai",
      watermarks: { quotaBytes: 0, warnPercent: 15, refusePercent: 5, reserveBytes: 0 },
      keepMs: 90 * DAY_MS,
      trashMs: 14 * DAY_MS,
      scrubBytesPerSecond: 1024 * 1024,
      makeAnew: (sha256) => corrupt.push(sha256) > 0,
      diskSpace: () => ({ freeBytes: 90, totalBytes: 100 }),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        clock.pass(ms);
        slept.ms += ms;
      },
      ...overrides,
      ...more,
    });
  const housekeeping = create();
  // Not `start`, which goes on in the background: a first start is the marker alone.
  await housekeeping.start();
  await housekeeping.stop();
  db.exec("DELETE FROM library_runs");

  return {
    folder,
    clock,
    db,
    library,
    log,
    corrupt,
    slept,
    housekeeping,
    /** Another one over the same folder and database, as after a restart. */
    restarted: create,
    rows: createRows(db, folder, clock),
    trashPathOf: (sha256: string) => join(folder, "trash", sha256),
    inTrash: () => (existsSync(join(folder, "trash")) ? readdirSync(join(folder, "trash")).toSorted() : []),
    /** Names of the files in the library, checked against their bytes. */
    stored: () => storedIn(folder),
    /** All rows and all names of the library. */
    snapshot: () => ({
      files: storedIn(folder),
      rows: Object.fromEntries(
        MEDIA_TABLES.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]),
      ),
    }),
    close: async () => {
      await housekeeping.stop();
      db.close();
      await rm(folder, { recursive: true });
    },
  };
}

function storedIn(folder: string): string[] {
  const pairs = (path: string) => readdirSync(path).filter((name) => /^[0-9a-f]{2}$/.test(name));
  return pairs(folder)
    .flatMap((outer) => pairs(join(folder, outer)).map((inner) => join(folder, outer, inner)))
    .flatMap((path) => readdirSync(path))
    .toSorted();
}

function createRows(db: Database, folder: string, clock: { now(): number }) {
  const insert = (table: string, row: Record<string, string | number | null>) => {
    const names = Object.keys(row);
    db.prepare(
      `INSERT INTO ${table} (${names.join()}) VALUES (${names.map((name) => `@${name}`).join()})`,
    ).run(row);
  };
  const old = () => clock.now() - 300 * DAY_MS;
  let count = 0;

  function file(content: string): string {
    const sha256 = sha256Of(content);
    const path = join(folder, sha256.slice(0, 2), sha256.slice(2, 4));
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, sha256), content);
    return sha256;
  }

  return {
    insert,
    file,
    pathOf: (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2, 4), sha256),
    asset(name: string, createdAt = old()): string {
      const content = `recording ${name}`;
      const sha256 = file(content);
      insert("assets", {
        sha256,
        bytes: content.length,
        probe: JSON.stringify({ container: "wav", kind: "audio" }),
        duration_ms: 1000,
        original_name: `${name}.wav`,
        created_at: createdAt,
        last_received_at: createdAt,
      });
      return sha256;
    },
    composition(assets: string[], createdAt = old()): string {
      const definition = JSON.stringify({ clips: assets, number: (count += 1) });
      const id = sha256Of(definition);
      insert("compositions", { id, definition, created_at: createdAt });
      for (const asset of new Set(assets))
        insert("composition_assets", { composition_id: id, asset_sha256: asset });
      return id;
    },
    rendition(
      compositionId: string,
      {
        content,
        profile = "loudspeaker-mp3",
        updatedAt = old(),
        parts = [] as string[],
      }: {
        content: string;
        profile?: string;
        updatedAt?: number;
        parts?: string[];
      },
    ): { id: string; sha256: string; parts: string[] } {
      const id = randomUUID();
      const sha256 = file(content);
      insert("renditions", {
        id,
        composition_id: compositionId,
        profile,
        derivation: sha256Of(id),
        state: "ready",
        sha256,
        bytes: content.length,
        mime: "audio/mpeg",
        duration_ms: 1000,
        loudness_lufs: -16.02,
        true_peak_dbtp: -1,
        created_at: updatedAt,
        updated_at: updatedAt,
      });
      for (const part of parts)
        insert("rendition_parts", {
          rendition_id: id,
          sha256: file(part),
          bytes: part.length,
          mime: "video/mp4",
        });
      return { id, sha256, parts: parts.map(sha256Of) };
    },
    programme(sound: unknown = {}): string {
      const id = randomUUID();
      insert("programmes", { id, slug: id, kind: "broadcast", title: "News", sound: JSON.stringify(sound) });
      return id;
    },
    episode(programmeId: string, compositionId: string | null = null): string {
      const id = randomUUID();
      const number = (count += 1);
      insert("episodes", {
        id,
        programme_id: programmeId,
        number,
        title: "Episode",
        composition_id: compositionId,
        created_at: 1,
        updated_at: 1,
      });
      return id;
    },
    segment(episodeId: string, assetSha256: string, compositionId: string): string {
      const id = randomUUID();
      insert("segments", {
        id,
        episode_id: episodeId,
        position: (count += 1),
        name: "news",
        title: "News",
        asset_sha256: assetSha256,
        composition_id: compositionId,
      });
      return id;
    },
    session(programmeId: string, assetSha256: string, compositionId: string): string {
      const id = randomUUID();
      insert("sessions", {
        id,
        programme_id: programmeId,
        number: (count += 1),
        topic: "Topic",
        speakers: "[]",
        modules: "[]",
        asset_sha256: assetSha256,
        composition_id: compositionId,
        created_at: 1,
        updated_at: 1,
      });
      return id;
    },
    /** The recording of a broadcast that was spoken live. */
    spoken(broadcastId: string, assetSha256: string, compositionId: string): void {
      const userId = randomUUID();
      insert("users", { id: userId, name: userId, roles: "[]", created_at: 1 });
      insert("interrupts", {
        id: broadcastId,
        class: "announcement",
        title: "Spoken",
        asset_sha256: assetSha256,
        composition_id: compositionId,
        marks: "[]",
        longest_ms: 60_000,
        repeats: 1,
        silent: 0,
        created_by: userId,
        created_at: 1,
      });
    },
    job(kind: "listen" | "sound", subject: string, state: "queued" | "done"): void {
      insert("jobs", { id: randomUUID(), kind, subject, state, created_at: 1, updated_at: 1 });
    },
    broadcast(programmeId: string, state: string, startAt: number, sha256s: string[]): string {
      const id = randomUUID();
      const scheduleId = randomUUID();
      insert("schedules", {
        id: scheduleId,
        programme_id: programmeId,
        name: "Daily",
        definition: "{}",
        saved_by: "[]",
        created_at: 1,
        updated_at: 1,
      });
      insert("broadcasts", {
        id,
        schedule_id: scheduleId,
        local_date: "2026-12-01",
        local_time: "07:00",
        start_at: startAt,
        not_after: startAt + 60_000,
        class: "daily",
        priority: 0,
        lateness: "skip",
        offline: "play",
        kinds: "[]",
        programme: "news",
        content_kind: "episode",
        content_id: randomUUID(),
        content_by: "policy",
        state,
        ends_at: startAt + 60_000,
        updated_at: 1,
      });
      for (const [position, sha256] of sha256s.entries())
        insert("broadcast_items", {
          broadcast_id: id,
          device_kind: "loudspeaker",
          position,
          sha256,
          mime: "audio/mpeg",
          bytes: 1,
          duration_ms: 1,
          title: "",
        });
      return id;
    },
  };
}

/** Changes one bit of a file and nothing else that can be seen without reading it. */
export function flipBit(path: string): void {
  const bytes = readFileSync(path);
  const last = statSync(path).size - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  writeFileSync(path, bytes);
}

/** What is left when a disk is not mounted: the folder and nothing in it. */
export function unmount(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}
