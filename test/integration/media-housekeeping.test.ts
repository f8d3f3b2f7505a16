import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import Fastify from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { createTransact } from "../../src/db/open.ts";
import { housekeepingRoutes } from "../../src/media/housekeeping/housekeeping-routes.ts";
import { createTrashStore } from "../../src/media/housekeeping/trash-store.ts";
import { createLiveParts } from "../../src/media/live/live-parts.ts";
import { createShelf, flipBit, type Shelf, sha256Of, unmount } from "../support/shelf.ts";

let shelf: Shelf;
beforeEach(async () => {
  shelf = await createShelf();
});
afterEach(() => shelf.close());

const onAir = expect.objectContaining({
  code: "conflict",
  message: expect.stringMatching(/on air or about to begin/),
});
const unavailable = (message: RegExp) =>
  expect.objectContaining({ code: "unavailable", message: expect.stringMatching(message) });
const all = (sql: string) => shelf.db.prepare(sql).all();

/** An asset with a composition of it, rendered once. */
function produced(name: string) {
  const { rows } = shelf;
  const asset = rows.asset(name);
  const composition = rows.composition([asset]);
  const rendition = rows.rendition(composition, {
    content: `sound of ${name}`,
    parts: [`stream of ${name}`],
  });
  return { asset, composition, rendition, files: [asset, rendition.sha256, ...rendition.parts].toSorted() };
}

describe("what is referred to stays", () => {
  const roots: [string, (made: ReturnType<typeof produced>) => void][] = [
    [
      "a segment",
      ({ asset, composition }) => {
        const { rows } = shelf;
        rows.segment(rows.episode(rows.programme()), asset, composition);
      },
    ],
    ["an episode", ({ composition }) => void shelf.rows.episode(shelf.rows.programme(), composition)],
    [
      "a session",
      ({ asset, composition }) => void shelf.rows.session(shelf.rows.programme(), asset, composition),
    ],
    ["a queued job on the composition", ({ composition }) => shelf.rows.job("sound", composition, "queued")],
    ...["planned", "ready", "frozen", "on_air"].map(
      (state): [string, (made: ReturnType<typeof produced>) => void] => [
        `a ${state} broadcast, however old`,
        ({ rendition }) =>
          void shelf.rows.broadcast(shelf.rows.programme(), state, shelf.clock.now() - 200 * DAY_MS, [
            rendition.sha256,
          ]),
      ],
    ),
    [
      "a broadcast aired 89 days ago",
      ({ rendition }) =>
        void shelf.rows.broadcast(shelf.rows.programme(), "aired", shelf.clock.now() - 89 * DAY_MS, [
          rendition.sha256,
        ]),
    ],
    [
      "what was spoken live 89 days ago",
      ({ asset, composition }) => {
        const { rows, clock } = shelf;
        const id = rows.broadcast(rows.programme(), "aired", clock.now() - 89 * DAY_MS, []);
        rows.spoken(id, asset, composition);
      },
    ],
    [
      "a broadcast that may be shown as it",
      ({ rendition }) => {
        const { rows, db, clock } = shelf;
        const id = rows.broadcast(rows.programme(), "ready", clock.now() + 35 * DAY_MS, ["e".repeat(64)]);
        db.prepare("UPDATE broadcast_items SET stream_sha256 = ? WHERE broadcast_id = ?").run(
          rendition.sha256,
          id,
        );
      },
    ],
    [
      "a broadcast of one part of a stream",
      ({ rendition }) =>
        void shelf.rows.broadcast(
          shelf.rows.programme(),
          "ready",
          shelf.clock.now() + 35 * DAY_MS,
          rendition.parts,
        ),
    ],
    [
      "a rendition of 23 hours ago",
      ({ rendition }) =>
        void shelf.db
          .prepare("UPDATE renditions SET updated_at = ? WHERE id = ?")
          .run(shelf.clock.now() - 23 * HOUR_MS, rendition.id),
    ],
  ];

  test.each(roots)("by %s", async (_, refer) => {
    const made = produced("kept");
    refer(made);
    shelf.db.exec("UPDATE broadcasts SET not_after = start_at WHERE state <> 'on_air'");
    const before = shelf.snapshot();
    const housekeeping = shelf.restarted({ onAirSoon: () => false });
    expect(housekeeping.garbage()).toEqual([]);
    expect(await housekeeping.collect()).toMatchObject({ things: 0, files: 0, trashedBytes: 0 });
    expect(shelf.snapshot()).toEqual(before);
  });

  test("an asset alone: by a sound, deep in its JSON, by a job, and while it is young", async () => {
    const { rows, clock } = shelf;
    const kept = [
      rows.asset("signature"),
      rows.asset("sting"),
      rows.asset("listening"),
      rows.asset("upload", clock.now() - HOUR_MS),
    ];
    rows.programme({ signature: kept[0], cover: null, stings: [{ of: kept[1] }] });
    rows.job("listen", kept[2] ?? "", "queued");
    const garbage = rows.asset("nobody's");
    expect(shelf.housekeeping.garbage()).toEqual([
      { kind: "asset", id: garbage, label: "nobody's.wav", reason: "nothing names it", bytes: 18 },
    ]);
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual(kept.toSorted());
  });

  test("an old asset and an old cover, when the same bytes came in again less than a day ago", async () => {
    const { rows, clock } = shelf;
    const cover = rows.file("a picture");
    rows.insert("covers", { sha256: cover, bytes: 9, created_at: 1, last_received_at: 1 });
    const asset = rows.asset("spoken");
    for (const table of ["assets", "covers"])
      shelf.db.prepare(`UPDATE ${table} SET last_received_at = ?`).run(clock.now() - 23 * HOUR_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
    expect(shelf.stored()).toEqual([cover, asset].toSorted());
    clock.pass(2 * HOUR_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 2 });
  });

  test("a file without a media row that a sound names, such as a cover, is no orphan", async () => {
    const cover = shelf.rows.file("a picture");
    shelf.rows.programme({ cover });
    expect(await shelf.housekeeping.orphans()).toEqual([]);
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual([cover]);
  });

  test("a cover: by a programme's sound, and by a composition that would be rendered with it", async () => {
    const { rows } = shelf;
    const cover = (content: string) => {
      const sha256 = rows.file(content);
      rows.insert("covers", { sha256, bytes: content.length, created_at: 1, last_received_at: 1 });
      return sha256;
    };
    const kept = cover("of a programme");
    rows.programme({ cover: kept });
    const used = cover("of an episode");
    const asset = rows.asset("talk");
    const composition = rows.composition([asset]);
    const labelled = shelf.db.prepare("UPDATE compositions SET definition = ? WHERE id = ?");
    labelled.run(JSON.stringify({ labels: { cover: used } }), composition);
    const episode = rows.episode(rows.programme(), composition);
    const garbage = cover("of nothing");
    expect(shelf.housekeeping.garbage()).toEqual([
      { kind: "cover", id: garbage, label: "cover", reason: "nothing names it", bytes: 10 },
    ]);
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual([kept, used, asset].toSorted());

    shelf.db.prepare("DELETE FROM episodes WHERE id = ?").run(episode);
    const before = shelf.snapshot();
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual([kept]);
    // The composition brings back what it is made of.
    shelf.housekeeping.restore(composition);
    expect(shelf.snapshot()).toEqual(before);
  });

  test("a table that housekeeping has never heard of keeps what it points at", async () => {
    const made = produced("new feature");
    shelf.db.exec("CREATE TABLE novelty (composition_id TEXT NOT NULL REFERENCES compositions (id)) STRICT");
    shelf.rows.insert("novelty", { composition_id: made.composition });
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual(made.files);
    expect(shelf.log.text()).toContain("about to take a row in use");
  });

  test("every column that names a file is known to the references", () => {
    const columns = all(
      `SELECT t.name || '.' || c.name AS name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
       WHERE t.type = 'table' AND (c.name LIKE '%sha256%' OR c.name LIKE '%composition_id%') ORDER BY 1`,
    ).map((row) => (row as { name: string }).name);
    // A new one has to be added to the references, or here when it is history and keeps nothing.
    const history = [
      "asset_makers.sha256",
      "confirmations.composition_id",
      "hearings.sha256",
      "library_damage.sha256",
      "playback_records.sha256",
      "trash_files.sha256",
    ];
    expect(columns).toEqual(
      [
        "assets.sha256",
        "broadcast_items.sha256",
        "broadcast_items.stream_sha256",
        "composition_assets.asset_sha256",
        "composition_assets.composition_id",
        "covers.sha256",
        "episodes.composition_id",
        "interrupts.asset_sha256",
        "interrupts.composition_id",
        "live_parts.sha256",
        "rendition_parts.sha256",
        "renditions.composition_id",
        "renditions.sha256",
        "segments.asset_sha256",
        "segments.composition_id",
        "sessions.asset_sha256",
        "sessions.composition_id",
        ...history,
      ].toSorted(),
    );
  });
});

describe("what nothing refers to", () => {
  test("goes with its rows into the trash, comes back whole, and then stays", async () => {
    const made = produced("old");
    const before = shelf.snapshot();
    const garbage = shelf.housekeeping.garbage();
    expect(garbage.map(({ kind }) => kind)).toEqual(["composition", "asset"]);
    expect(shelf.snapshot()).toEqual(before);

    const bytes = made.files.reduce(
      (sum, sha256) => sum + readFileSync(shelf.library.pathOf(sha256)).length,
      0,
    );
    expect(await shelf.housekeeping.collect()).toMatchObject({
      things: 2,
      files: 3,
      trashedBytes: bytes,
      freedBytes: 0,
    });
    expect(garbage.reduce((sum, thing) => sum + thing.bytes, 0)).toBe(bytes);
    expect(shelf.stored()).toEqual([]);
    expect(all("SELECT 1 FROM assets, compositions, renditions")).toEqual([]);
    expect(shelf.inTrash()).toEqual(made.files);
    expect(shelf.housekeeping.status().trash).toEqual({ files: 3, bytes });

    // The rendition needs its composition, and that the recording.
    const back = shelf.housekeeping.restore(made.rendition.sha256);
    expect(back.map(({ kind }) => kind).toSorted()).toEqual(["asset", "composition"]);
    expect(shelf.snapshot()).toEqual(before);
    expect(shelf.inTrash()).toEqual([]);
    expect(shelf.housekeeping.trash()).toEqual([]);

    shelf.clock.pass(13 * DAY_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
    shelf.clock.pass(2 * DAY_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 2 });
  });

  test("once its broadcast ended more than 90 days ago", async () => {
    const { rendition } = produced("aired");
    shelf.rows.broadcast(shelf.rows.programme(), "aired", shelf.clock.now() - 89 * DAY_MS, [
      rendition.sha256,
    ]);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
    shelf.clock.pass(2 * DAY_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 2, files: 3 });
  });

  test("a file that something kept shares stays, though the row goes", async () => {
    const kept = produced("kept");
    shelf.rows.episode(shelf.rows.programme(), kept.composition);
    shelf.rows.rendition(shelf.rows.composition([kept.asset]), { content: "sound of kept" });
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 1, files: 0, trashedBytes: 0 });
    expect(shelf.stored()).toEqual(kept.files);
  });

  test("a superseded rendition, when no kept broadcast plays it and its time has passed", async () => {
    const { rows, clock } = shelf;
    const asset = rows.asset("talk");
    const composition = rows.composition([asset]);
    const programme = rows.programme();
    rows.episode(programme, composition);
    const old = rows.rendition(composition, { content: "by the old profile" });
    const aired = rows.rendition(composition, { content: "aired", updatedAt: clock.now() - 200 * DAY_MS });
    const current = rows.rendition(composition, { content: "current", updatedAt: clock.now() - 91 * DAY_MS });
    const other = rows.rendition(composition, { content: "for podcasts", profile: "podcast-mp3" });
    rows.broadcast(programme, "aired", clock.now() - 30 * DAY_MS, [aired.sha256]);
    const before = shelf.snapshot();
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual([asset, aired.sha256, current.sha256, other.sha256].toSorted());
    shelf.housekeeping.restore(old.sha256);
    expect(shelf.snapshot()).toEqual(before);
  });

  test("an older rendition that a profile changed back makes current stays", async () => {
    const { rows, clock } = shelf;
    const composition = rows.composition([rows.asset("talk")]);
    rows.episode(rows.programme(), composition);
    const older = rows.rendition(composition, { content: "older" });
    rows.rendition(composition, { content: "newer", updatedAt: clock.now() - 91 * DAY_MS });
    const aware = shelf.restarted({ currentRenditions: (id) => (id === composition ? [older] : []) });
    expect(aware.garbage()).toEqual([]);
    expect(await aware.collect()).toMatchObject({ things: 0 });
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 1 });
  });

  test("a rendition superseded only lately stays", async () => {
    const { rows, clock } = shelf;
    const composition = rows.composition([rows.asset("talk")]);
    rows.episode(rows.programme(), composition);
    rows.rendition(composition, { content: "before" });
    rows.rendition(composition, { content: "since", updatedAt: clock.now() - 89 * DAY_MS });
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
  });

  test("is gone for good after 14 days, not before", async () => {
    const { files, asset } = produced("old");
    await shelf.housekeeping.collect();
    shelf.clock.pass(14 * DAY_MS - 1);
    expect(await shelf.housekeeping.collect()).toMatchObject({ freedBytes: 0 });
    expect(shelf.inTrash()).toEqual(files);
    shelf.clock.pass(1);
    expect(() => shelf.housekeeping.restore(asset)).toThrow(expect.objectContaining({ code: "not_found" }));
    expect((await shelf.housekeeping.collect()).freedBytes).toBeGreaterThan(0);
    expect(shelf.inTrash()).toEqual([]);
    expect(all("SELECT 1 FROM trash, trash_files")).toEqual([]);
  });

  test("can be removed at once when the disk is full", async () => {
    produced("old");
    await shelf.housekeeping.collect();
    expect(await shelf.housekeeping.emptyTrash()).toBeGreaterThan(0);
    expect(shelf.inTrash()).toEqual([]);
    expect(shelf.housekeeping.trash()).toEqual([]);
  });

  test("uploaded again while it lies in the trash is simply there, and restoring loses nothing", async () => {
    const asset = shelf.rows.asset("again");
    await shelf.housekeeping.collect();
    const staged = await shelf.library.receive(Readable.from(["recording again"]), { maxBytes: 1000 });
    expect(staged.sha256).toBe(asset);
    staged.commit();
    shelf.rows.asset("again", shelf.clock.now());
    const before = shelf.snapshot();
    await shelf.housekeeping.collect();
    shelf.housekeeping.restore(asset);
    expect(shelf.snapshot()).toEqual(before);

    // And the trash's end is not the end of the new upload.
    shelf.rows.programme({ signature: asset });
    shelf.clock.pass(30 * DAY_MS);
    await shelf.housekeeping.collect();
    expect(shelf.snapshot()).toEqual(before);
    expect(shelf.inTrash()).toEqual([]);
  });

  test("stays while a broadcast is on air or begins within ten minutes; a plan for later hinders nothing", async () => {
    const { files } = produced("old");
    const programme = shelf.rows.programme();
    shelf.rows.broadcast(programme, "frozen", shelf.clock.now() + 9 * MINUTE_MS, []);
    await expect(shelf.housekeeping.collect()).rejects.toThrow(onAir);
    shelf.db.exec("UPDATE broadcasts SET state = 'on_air', start_at = start_at - 3600000");
    await expect(shelf.housekeeping.collect()).rejects.toThrow(onAir);
    expect(shelf.stored()).toEqual(files);
    shelf.db.exec("UPDATE broadcasts SET state = 'aired'");
    shelf.rows.broadcast(programme, "planned", shelf.clock.now() + 11 * MINUTE_MS, []);
    expect(await shelf.housekeeping.collect()).toMatchObject({ files: 3, interrupted: 0 });
  });

  test("what is put to use while a collection runs is asked again before it goes", async () => {
    const { rows } = shelf;
    const [first, second] = [produced("one"), produced("two")].toSorted((a, b) =>
      a.composition < b.composition ? -1 : 1,
    );
    let asked = 0;
    const busy = shelf.restarted({
      // Asked once before the run, then before each thing: the second composition is used when its turn comes.
      onAirSoon: () => {
        asked += 1;
        if (asked === 3) rows.episode(rows.programme(), second?.composition ?? "");
        return false;
      },
    });
    expect(busy.garbage()).toHaveLength(4);
    expect(await busy.collect()).toMatchObject({ things: 2, files: 3 });
    expect(shelf.stored()).toEqual(second?.files);
    expect(shelf.inTrash()).toEqual(first?.files);
    expect(shelf.log.text()).not.toContain("row in use");
  });

  test("a run stops between two things when a broadcast comes near, and the next one goes on", async () => {
    produced("old");
    let asked = 0;
    const nervous = shelf.restarted({ onAirSoon: () => (asked += 1) > 2 });
    expect(await nervous.collect()).toMatchObject({ things: 1, interrupted: 1 });
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 1, interrupted: 0 });
  });
});

describe("a crash", () => {
  /** The first half of a collection: what is committed before any file moves. */
  function takeOutOnly(subject: string): void {
    const now = shelf.clock.now();
    createTransact(shelf.db)(() =>
      createTrashStore(shelf.db).takeOut(
        { kind: "asset", subject, label: "", reason: "", trashedAt: now, expiresAt: now + 14 * DAY_MS },
        () => 13,
      ),
    );
  }

  test("between the commit and the move: the next start moves the file", async () => {
    const asset = shelf.rows.asset("old");
    takeOutOnly(asset);
    expect(shelf.stored()).toEqual([asset]);
    const next = shelf.restarted();
    await next.start();
    expect(shelf.stored()).toEqual([]);
    expect(shelf.inTrash()).toEqual([asset]);
    await next.stop();
  });

  test("between the commit and the move, and restored at once: nothing was lost", () => {
    const asset = shelf.rows.asset("old");
    const before = shelf.snapshot();
    takeOutOnly(asset);
    shelf.housekeeping.restore(asset);
    expect(shelf.snapshot()).toEqual(before);
  });

  test("between the commit and the move, and uploaded again: the upload wins", async () => {
    const asset = shelf.rows.asset("old");
    takeOutOnly(asset);
    shelf.rows.asset("old", shelf.clock.now());
    await shelf.housekeeping.collect();
    expect(shelf.stored()).toEqual([asset]);
  });

  test("before the commit changes nothing", () => {
    const asset = shelf.rows.asset("old");
    const before = shelf.snapshot();
    const cut = () =>
      createTransact(shelf.db)(() => {
        takeOutOnly(asset);
        throw new Error("the power fails");
      });
    expect(cut).toThrow("the power fails");
    expect(shelf.snapshot()).toEqual(before);
    expect(all("SELECT 1 FROM trash")).toEqual([]);
  });

  test("between a restore's commit and its move: the next start moves the file back", async () => {
    const made = produced("old");
    const before = shelf.snapshot();
    await shelf.housekeeping.collect();
    shelf.housekeeping.restore(made.rendition.sha256);
    for (const sha256 of made.files) renameSync(shelf.library.pathOf(sha256), shelf.trashPathOf(sha256));
    const next = shelf.restarted();
    await next.start();
    expect(shelf.snapshot()).toEqual(before);
    await next.stop();
  });

  test("between the end of an entry and that of its file: the file gets its time again, then goes", async () => {
    const asset = shelf.rows.asset("old");
    await shelf.housekeeping.collect();
    shelf.db.exec("DELETE FROM trash");
    await shelf.housekeeping.collect();
    expect(shelf.housekeeping.trash()).toMatchObject([{ kind: "file", files: [{ sha256: asset }] }]);
    shelf.clock.pass(14 * DAY_MS);
    await shelf.housekeeping.collect();
    expect(shelf.inTrash()).toEqual([]);
  });
});

describe("an unmounted store", () => {
  test("is neither collected, scrubbed nor listed, and gets no marker", async () => {
    shelf.rows.asset("old");
    unmount(shelf.folder);
    const { housekeeping } = shelf;
    const next = shelf.restarted();
    await next.start();
    await next.stop();
    expect(readdirSync(shelf.folder)).toEqual([]);
    const { collect, orphans, emptyTrash } = housekeeping;
    for (const ask of [collect, () => orphans(), emptyTrash])
      await expect(ask()).rejects.toThrow(unavailable(/no marker file .* looks unmounted/));
    for (const ask of [
      housekeeping.startScrub,
      housekeeping.garbage,
      () => housekeeping.restore("a".repeat(64)),
    ])
      expect(ask).toThrow(unavailable(/no marker file/));
    // It would land on the disk beneath, and vanish when the store is mounted over it.
    expect(() => housekeeping.mayUpload(1)).toThrow(unavailable(/no marker file/));
    expect(housekeeping.status().unmounted).toContain("no marker file");
    expect(all("SELECT 1 FROM assets")).toHaveLength(1);
    expect(shelf.log.text()).toContain("no marker file");
  });

  test("whose folder is gone too is told as that, not as an error", async () => {
    const asset = shelf.rows.asset("old");
    await shelf.housekeeping.collect();
    const gone = shelf.restarted({
      diskSpace: () => {
        throw Object.assign(new Error("ENOENT: no such file or directory, statfs"), { code: "ENOENT" });
      },
    });
    rmSync(shelf.folder, { recursive: true });
    expect(gone.problem()).toContain("no marker file");
    expect(gone.status()).toMatchObject({
      state: "full",
      message: expect.stringMatching(/cannot be asked: ENOENT/),
      unmounted: expect.stringMatching(/no marker file/),
      trash: { files: 0 },
      freeBytes: null,
      totalBytes: null,
    });
    expect(gone.trash()).toMatchObject([{ subject: asset }]);
    await gone.tick();
    expect(shelf.log.text()).toContain("no marker file");
    mkdirSync(shelf.folder);
  });

  test("another database's store is not taken for one's own", async () => {
    writeFileSync(join(shelf.folder, ".library"), "another\n");
    await expect(shelf.housekeeping.collect()).rejects.toThrow(unavailable(/belongs to another database/));
    const other = await createShelf();
    try {
      // A new database over an old library: everything would be an orphan.
      other.db.exec("DELETE FROM settings WHERE key = 'media-library-id'");
      const next = other.restarted();
      await next.start();
      await next.stop();
      await expect(next.collect()).rejects.toThrow(unavailable(/belongs to another database/));
    } finally {
      await other.close();
    }
  });

  test("a folder with files, and a database that knows none, are not declared to belong together", async () => {
    const file = shelf.rows.file("somebody's");
    shelf.db.exec("DELETE FROM settings WHERE key = 'media-library-id'");
    rmSync(join(shelf.folder, ".library"));
    const next = shelf.restarted();
    await next.start();
    await next.stop();
    await expect(next.collect()).rejects.toThrow(unavailable(/no marker file/));
    expect(shelf.stored()).toEqual([file]);
  });

  test("more than a tenth and more than five missing files stop a collection; five do not", async () => {
    const assets = Array.from({ length: 30 }, (_, number) => shelf.rows.asset(`talk ${number}`));
    shelf.rows.programme({ sounds: assets.slice(0, 20) });
    for (const sha256 of assets.slice(0, 6)) rmSync(shelf.library.pathOf(sha256));
    await expect(shelf.housekeeping.collect()).rejects.toThrow(unavailable(/6 of 30 files are missing/));
    expect(shelf.stored()).toHaveLength(24);
    shelf.rows.asset("talk 0 again");
    shelf.rows.file("recording talk 0");
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 11 });
  });
});

describe("a part of what is spoken live", () => {
  test("stays for a day, and then its file is nobody's", async () => {
    const parts = createLiveParts(shelf);
    const bytes = Buffer.from("a second of sound");
    const place = { voiceId: randomUUID(), n: 1, atMs: 0, durationMs: 1_280 };
    const { sha256 } = parts.keep(await parts.stage(bytes), place);
    expect(parts.of(place.voiceId)).toEqual([{ ...place, sha256, bytes: bytes.length }]);
    shelf.clock.pass(DAY_MS - 1);
    parts.everyHour();
    expect(await shelf.housekeeping.orphans()).toEqual([]);
    shelf.clock.pass(2);
    parts.everyHour();
    expect(await shelf.housekeeping.orphans()).toMatchObject([{ sha256 }]);
  });
});

describe("orphans", () => {
  test("are listed with size and age, and collected when they are a day old", async () => {
    const orphan = shelf.rows.file("left behind");
    const path = shelf.library.pathOf(orphan);
    const young = (shelf.clock.now() - 23 * HOUR_MS) / 1000;
    utimesSync(path, young, young);
    expect(await shelf.housekeeping.orphans()).toEqual([
      { sha256: orphan, bytes: 11, modifiedAt: young * 1000, isDue: false },
    ]);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
    shelf.clock.pass(2 * HOUR_MS);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 1, files: 1, trashedBytes: 11 });
    expect(shelf.inTrash()).toEqual([orphan]);
    shelf.housekeeping.restore(orphan);
    expect(shelf.stored()).toEqual([orphan]);
    expect(await shelf.housekeeping.collect()).toMatchObject({ things: 0 });
  });

  test("folders and files that are not the library's are left alone", async () => {
    for (const name of ["README.txt", "tmp/half-made", "uploads", `aa/${"b".repeat(64)}`]) {
      const path = join(shelf.folder, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, "not ours");
    }
    expect(await shelf.housekeeping.orphans()).toEqual([]);
  });
});

describe("the scrub", () => {
  const scrub = async (housekeeping = shelf.housekeeping) => {
    housekeeping.startScrub();
    await housekeeping.scrubbed();
    return housekeeping.status().lastScrub;
  };

  test("finds one changed bit: an original is reported and stays, a rendition is laid aside and made anew", async () => {
    const { asset, composition, rendition } = produced("talk");
    shelf.rows.episode(shelf.rows.programme(), composition);
    expect(await scrub()).toMatchObject({ endedAt: expect.any(Number), result: { files: 3, damaged: 0 } });
    expect(shelf.housekeeping.damages()).toEqual([]);

    flipBit(shelf.library.pathOf(asset));
    flipBit(shelf.library.pathOf(rendition.sha256));
    const firstSeenAt = shelf.clock.now();
    expect(await scrub()).toMatchObject({ result: { files: 3, damaged: 2 } });
    const found = sha256Of(readFileSync(shelf.library.pathOf(asset)));
    expect(shelf.housekeeping.damages()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ sha256: asset, problem: "changed", found, action: "reported" }),
        expect.objectContaining({
          sha256: rendition.sha256,
          problem: "changed",
          action: "made_anew",
          firstSeenAt,
        }),
      ]),
    );
    expect(shelf.corrupt).toEqual([rendition.sha256]);
    expect(shelf.library.has(rendition.sha256)).toBe(false);
    expect(shelf.inTrash()).toEqual([`${rendition.sha256}.damaged`]);

    // Made anew and restored from a backup: whole again, and the evidence goes after the trash's time.
    shelf.clock.pass(DAY_MS);
    shelf.rows.file("sound of talk");
    shelf.rows.file("recording talk");
    await scrub();
    expect(shelf.housekeeping.damages()).toEqual([
      expect.objectContaining({ firstSeenAt, mendedAt: shelf.clock.now() }),
      expect.objectContaining({ firstSeenAt, mendedAt: shelf.clock.now() }),
    ]);
    await shelf.housekeeping.collect();
    expect(shelf.inTrash()).toHaveLength(1);
    shelf.clock.pass(14 * DAY_MS);
    await shelf.housekeeping.collect();
    expect(shelf.inTrash()).toEqual([]);
  });

  test("an original that rotted is whole again once it is uploaded again", async () => {
    const asset = shelf.rows.asset("talk");
    flipBit(shelf.library.pathOf(asset));
    await scrub();
    const staged = await shelf.library.receive(Readable.from(["recording talk"]), { maxBytes: 1000 });
    expect(staged.commit()).toEqual({ created: false });
    expect(sha256Of(readFileSync(shelf.library.pathOf(asset)))).toBe(asset);
    shelf.clock.pass(DAY_MS);
    expect(await scrub()).toMatchObject({ result: { damaged: 0 } });
    expect(shelf.housekeeping.damages()).toMatchObject([{ sha256: asset, mendedAt: shelf.clock.now() }]);
  });

  test("finds missing and shortened files, and keeps when they were first seen", async () => {
    const { asset, rendition } = produced("talk");
    truncateSync(shelf.library.pathOf(asset), 3);
    rmSync(shelf.library.pathOf(rendition.sha256));
    const firstSeenAt = shelf.clock.now();
    await scrub();
    shelf.clock.pass(DAY_MS);
    await scrub();
    expect(shelf.housekeeping.damages()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          sha256: asset,
          problem: "size",
          found: "3 bytes",
          firstSeenAt,
          lastSeenAt: firstSeenAt + DAY_MS,
        }),
        expect.objectContaining({ sha256: rendition.sha256, problem: "missing", action: "made_anew" }),
      ]),
    );
    expect(shelf.corrupt).toEqual([rendition.sha256, rendition.sha256]);
  });

  test("leaves a rendition that nothing would make again where it is", async () => {
    const { rendition, files } = produced("old profile");
    flipBit(shelf.library.pathOf(rendition.sha256));
    await scrub(shelf.restarted({ makeAnew: () => false }));
    expect(shelf.housekeeping.damages()).toMatchObject([
      { sha256: rendition.sha256, problem: "changed", action: "reported" },
    ]);
    expect(shelf.stored()).toEqual(files);
    expect(shelf.inTrash()).toEqual([]);
  });

  test("lists what it finds near air at once, and moves it when the broadcast is over", async () => {
    const { asset, rendition } = produced("talk");
    const programme = shelf.rows.programme();
    const broadcast = shelf.rows.broadcast(programme, "frozen", shelf.clock.now() + 9 * MINUTE_MS, [
      rendition.sha256,
    ]);
    flipBit(shelf.library.pathOf(rendition.sha256));
    flipBit(shelf.library.pathOf(asset));
    const beganAt = shelf.clock.now();
    const waiting = shelf.restarted({
      sleep: async (ms) => {
        expect(waiting.damages()).toEqual(
          expect.arrayContaining([expect.objectContaining({ sha256: rendition.sha256, action: "reported" })]),
        );
        expect(shelf.library.has(rendition.sha256)).toBe(true);
        expect(shelf.corrupt).toEqual([]);
        shelf.clock.pass(ms);
        if (shelf.clock.now() > beganAt + 20 * MINUTE_MS)
          shelf.db.prepare("UPDATE broadcasts SET state = 'aired' WHERE id = ?").run(broadcast);
        else if (shelf.clock.now() > beganAt + 9 * MINUTE_MS)
          shelf.db.prepare("UPDATE broadcasts SET state = 'on_air' WHERE id = ?").run(broadcast);
      },
    });
    expect(await scrub(waiting)).toMatchObject({ endedAt: beganAt + 21 * MINUTE_MS, result: { damaged: 2 } });
    expect(shelf.corrupt).toEqual([rendition.sha256]);
    expect(shelf.inTrash()).toEqual([`${rendition.sha256}.damaged`]);
    expect(waiting.damages()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ sha256: rendition.sha256, action: "made_anew", firstSeenAt: beganAt }),
        expect.objectContaining({ sha256: asset, action: "reported" }),
      ]),
    );
  });

  test("what was mended while it waited is left alone", async () => {
    const { rendition } = produced("talk");
    let isOnAir = true;
    flipBit(shelf.library.pathOf(rendition.sha256));
    const waiting = shelf.restarted({
      onAirSoon: () => isOnAir,
      sleep: async () => {
        isOnAir = false;
        shelf.rows.file("sound of talk");
      },
    });
    expect(await scrub(waiting)).toMatchObject({ result: { damaged: 0 } });
    expect(shelf.corrupt).toEqual([]);
    expect(waiting.damages()).toMatchObject([{ mendedAt: expect.any(Number) }]);
  });

  test("reads again what the disk would not give, and acts only when it still does not", async () => {
    const composition = shelf.rows.composition([shelf.rows.asset("talk")]);
    // Of no bytes, like the file in its place, whose every read is the kernel's EIO.
    const { sha256 } = shelf.rows.rendition(composition, { content: "" });
    const path = shelf.library.pathOf(sha256);
    const breakDisk = () => {
      rmSync(path);
      symlinkSync("/proc/self/mem", path);
    };
    breakDisk();
    const passing = shelf.restarted({
      sleep: async () => {
        rmSync(path);
        shelf.rows.file("");
      },
    });
    expect(await scrub(passing)).toMatchObject({ result: { damaged: 0 } });
    expect(shelf.corrupt).toEqual([]);

    breakDisk();
    expect(await scrub()).toMatchObject({ result: { damaged: 1 } });
    expect(shelf.housekeeping.damages()).toMatchObject([
      { sha256, problem: "unreadable", found: expect.stringMatching(/EIO/), action: "made_anew" },
    ]);
    expect(shelf.inTrash()).toEqual([`${sha256}.damaged`]);
  });

  test("reads no faster than it may, many small files no faster than one large", async () => {
    for (let number = 0; number < 40; number += 1) shelf.rows.asset(`${number} ${"x".repeat(100_000)}`);
    const beganAt = shelf.clock.now();
    await scrub();
    const seconds = (40 * 100_000) / (1024 * 1024);
    expect((shelf.clock.now() - beganAt) / 1000).toBeGreaterThan(seconds * 0.95);
    expect((shelf.clock.now() - beganAt) / 1000).toBeLessThan(seconds * 1.1);
  });

  test("goes on after a stop where it was", async () => {
    const assets = Array.from({ length: 6 }, (_, number) =>
      shelf.rows.asset(`${number} ${"x".repeat(100_000)}`),
    ).toSorted();
    let sleeps = 0;
    const stopped = shelf.restarted({
      sleep: async (_, signal) => {
        sleeps += 1;
        if (sleeps === 4) void stopped.stop();
        signal?.throwIfAborted();
      },
    });
    const half = await scrub(stopped);
    expect(half).toMatchObject({ endedAt: null, cursor: assets[2], result: { files: 3 } });
    // Proof that the first three are not read again in this pass.
    flipBit(shelf.library.pathOf(assets[0] ?? ""));
    flipBit(shelf.library.pathOf(assets[5] ?? ""));
    expect(await scrub()).toMatchObject({
      beganAt: half?.beganAt,
      endedAt: expect.any(Number),
      result: { files: 6, damaged: 1 },
    });
    expect(await scrub()).toMatchObject({ result: { files: 6, damaged: 2 } });
  });
});

describe("by itself", () => {
  test("it collects at night, once, and scrubs weekly", async () => {
    const { clock, housekeeping } = shelf;
    produced("old");
    // 19:00 UTC is 3 o'clock in the county.
    clock.at = Math.ceil(clock.at / DAY_MS) * DAY_MS + 12 * HOUR_MS;
    await housekeeping.tick();
    await housekeeping.scrubbed();
    expect(housekeeping.status().lastCollection).toBeNull();
    const scrubbedAt = housekeeping.status().lastScrub?.beganAt;
    clock.pass(7 * HOUR_MS);
    await housekeeping.tick();
    expect(housekeeping.status().lastCollection).toMatchObject({
      endedAt: clock.now(),
      result: { files: 3 },
    });
    const collectedAt = clock.now();
    clock.pass(HOUR_MS);
    await housekeeping.tick();
    await housekeeping.scrubbed();
    expect(housekeeping.status()).toMatchObject({
      lastCollection: { endedAt: collectedAt },
      lastScrub: { beganAt: scrubbedAt },
    });
    clock.pass(7 * DAY_MS);
    await housekeeping.tick();
    await housekeeping.scrubbed();
    expect(housekeeping.status().lastScrub?.beganAt).toBe(clock.now());
  });

  test("a run that cannot be made is said once and tried again an hour later", async () => {
    const { clock, housekeeping } = shelf;
    const assets = Array.from({ length: 8 }, (_, number) => shelf.rows.asset(`talk ${number}`));
    for (const sha256 of assets) rmSync(shelf.library.pathOf(sha256));
    const errors = () => shelf.log.entries.filter(({ level }) => level === 50).map(({ msg }) => msg);
    clock.at = Math.ceil(clock.at / DAY_MS) * DAY_MS + 18 * HOUR_MS;
    for (let minute = 0; minute < 59; minute += 1) {
      await housekeeping.tick();
      await housekeeping.scrubbed();
      clock.pass(MINUTE_MS);
    }
    expect(errors()).toHaveLength(2);
    expect(new Set(errors())).toEqual(
      new Set([
        "the collection of the media library ended early",
        "the scrub of the media library ended early",
      ]),
    );
    clock.pass(2 * MINUTE_MS);
    await housekeeping.tick();
    await housekeeping.scrubbed();
    expect(errors()).toHaveLength(4);
    const said = shelf.log.entries.filter(({ level }) => level === 40);
    expect(said.at(-1)).toMatchObject({
      msg: expect.stringMatching(/collection ended early: 8 of 8 files are missing/),
    });
    expect(said.length).toBeLessThanOrEqual(2);
  });

  test("it says once that space is short, and once that it is not any more", async () => {
    const disk = { freeBytes: 10, totalBytes: 100 };
    const watching = shelf.restarted({ diskSpace: () => disk });
    const lines = () =>
      shelf.log.entries
        .filter(({ msg }) => /^Media space|well again/.test(String(msg)))
        .map(({ msg }) => msg);
    await watching.tick();
    await watching.tick();
    disk.freeBytes = 50;
    await watching.tick();
    await watching.tick();
    await watching.scrubbed();
    expect(lines()).toEqual([expect.stringMatching(/^Media space/), "the media library is well again"]);
  });

  test("it says that space is short once, though it shrinks every minute, and again when it is worse", async () => {
    const disk = { freeBytes: 14 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 };
    const watching = shelf.restarted({ diskSpace: () => disk });
    for (let minute = 0; minute < 20; minute += 1) {
      await watching.tick();
      disk.freeBytes -= 512 * 1024 ** 2;
    }
    await watching.scrubbed();
    const warnings = shelf.log.entries.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(warnings).toEqual([
      expect.stringMatching(/^Media space: 14 GB of 100 GB are free\.$/),
      expect.stringMatching(/4\.5 GB of 100 GB are free, and 5 % must stay free/),
    ]);
  });
});

test("uploads are refused at the quota, counted without the trash; nothing else is", async () => {
  const { asset } = produced("talk");
  const quotaBytes =
    shelf.housekeeping.status().originals.bytes + shelf.housekeeping.status().renditions.bytes;
  const full = shelf.restarted({
    watermarks: { quotaBytes, warnPercent: 15, refusePercent: 5, reserveBytes: 0 },
  });
  expect(full.status().state).toBe("full");
  expect(() => full.mayUpload(1)).toThrow(
    expect.objectContaining({ code: "no_space", message: expect.stringMatching(/no room for an upload/) }),
  );
  await full.collect();
  expect(() => full.mayUpload(quotaBytes)).not.toThrow();
  full.restore(asset);
  expect(full.status().originals.files).toBe(1);
});

test("over HTTP", async () => {
  const app = Fastify();
  await app.register(housekeepingRoutes, { prefix: "/api/v1", housekeeping: shelf.housekeeping });
  const ask = async (method: "GET" | "POST" | "DELETE", path: string) => {
    const answer = await app.inject({ method, url: `/api/v1/media-library${path}` });
    return { status: answer.statusCode, body: answer.json() };
  };
  const { asset, files } = produced("old");
  const orphan = shelf.rows.file("left behind");
  expect(await ask("GET", "")).toMatchObject({
    status: 200,
    body: {
      state: "ok",
      unmounted: null,
      originals: { files: 1 },
      renditions: { files: 2 },
      lastScrub: null,
    },
  });
  expect(await ask("GET", "/garbage")).toMatchObject({
    body: {
      items: [{ kind: "composition" }, { kind: "asset", id: asset }],
      nextCursor: null,
      things: 2,
    },
  });
  expect(await ask("GET", "/orphans")).toMatchObject({
    body: { items: [{ sha256: orphan, bytes: 11, isDue: true }], nextCursor: null },
  });
  expect(await ask("POST", "/collect")).toMatchObject({
    status: 200,
    body: { things: 3, files: 4, interrupted: false },
  });
  expect((await ask("GET", "/trash")).body.items).toHaveLength(3);
  expect(await ask("POST", `/trash/${asset}/restore`)).toMatchObject({
    body: { items: [{ kind: "asset", subject: asset, files: [{ sha256: asset }] }] },
  });
  expect((await ask("GET", "/trash")).body.items).toHaveLength(2);
  expect(existsSync(shelf.library.pathOf(asset))).toBe(true);
  expect((await ask("POST", "/trash/nonsense/restore")).status).toBe(400);
  flipBit(shelf.library.pathOf(asset));
  expect((await ask("POST", "/scrub")).status).toBe(202);
  await shelf.housekeeping.scrubbed();
  expect(await ask("GET", "/damage")).toMatchObject({
    body: { items: [{ sha256: asset, problem: "changed", mendedAt: null }], nextCursor: null },
  });
  expect(await ask("DELETE", "/trash")).toMatchObject({ status: 200 });
  expect(shelf.inTrash()).toEqual([]);
  expect(files).toHaveLength(3);
  await app.close();
});

test("over HTTP, what is listed comes in pages: each thing once, in one order", async () => {
  const app = Fastify();
  await app.register(housekeepingRoutes, { prefix: "/api/v1", housekeeping: shelf.housekeeping });
  type Page = { items: Record<string, string>[]; nextCursor: string | null };
  const pageAt = async (path: string, cursor: string | null): Promise<Page> => {
    const url = `/api/v1/media-library${path}?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`;
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  };
  /** What `key` is in everything that is listed. */
  const listed = async (path: string, key: string): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await pageAt(path, cursor);
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map((item) => item[key] ?? ""));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  };
  const names = ["one", "two", "three", "four", "five"];
  const orphans = names.map((name) => shelf.rows.file(`left behind: ${name}`)).toSorted();
  const assets = names.map((name) => shelf.rows.asset(name)).toSorted();
  const compositions = assets
    .slice(0, 2)
    .map((asset) => shelf.rows.composition([asset]))
    .toSorted();
  expect(await listed("/orphans", "sha256")).toEqual(orphans);
  expect(await listed("/garbage", "id")).toEqual([...compositions, ...assets]);
  expect(await pageAt("/garbage", null)).toMatchObject({ things: 7 });

  for (const sha256 of assets) flipBit(shelf.library.pathOf(sha256));
  shelf.housekeeping.startScrub();
  await shelf.housekeeping.scrubbed();
  expect((await listed("/damage", "sha256")).toSorted()).toEqual(assets);
  expect(shelf.housekeeping.complaints()).toMatchObject([
    {
      kind: "damage",
      text: expect.stringMatching(/^Damaged files without another copy: 5, as (\w{64}(, )?){3}\.$/),
    },
  ]);
  expect((await app.inject({ url: "/api/v1/media-library/damage?cursor=nonsense" })).statusCode).not.toBe(
    200,
  );

  await shelf.housekeeping.collect();
  expect(await listed("/trash", "subject")).toEqual([...compositions, ...assets, ...orphans].toReversed());
  await app.close();
});

describe("whatever refers to whatever", () => {
  const graph = fc.record({
    assets: fc.array(fc.record({ young: fc.boolean(), sound: fc.boolean(), job: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    }),
    compositions: fc.array(
      fc.record({
        assets: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
        use: fc.constantFrom("none", "none", "episode", "segment", "session", "job"),
        // Few contents, so that renditions share files.
        renditions: fc.array(
          fc.record({
            content: fc.nat(6),
            parts: fc.uniqueArray(fc.nat(6), { maxLength: 2 }),
            profile: fc.nat(1),
            ageDays: fc.integer({ min: 0, max: 300 }),
            broadcast: fc.constantFrom(null, null, null, -100, -80, 10),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 5 },
    ),
    orphans: fc.nat(2),
  });
  type Graph = typeof graph extends fc.Arbitrary<infer T> ? T : never;

  /** Builds the rows; returns the names of the files that must survive, worked out without any SQL. */
  function build({ rows, clock }: Shelf, { assets, compositions, orphans }: Graph): Set<string> {
    const must = new Set<string>();
    const programme = rows.programme();
    const sounds: string[] = [];
    const shas = assets.map(({ young, sound, job }, number) => {
      const sha256 = rows.asset(`asset ${number}`, clock.now() - (young ? HOUR_MS : 300 * DAY_MS));
      if (job) rows.job("listen", sha256, "queued");
      if (sound) sounds.push(sha256);
      if (young || sound || job) must.add(sha256);
      return sha256;
    });
    rows.programme({ sounds });
    for (const { assets: used, use, renditions } of compositions) {
      const members = used.map((number) => shas[number % shas.length] ?? "");
      const composition = rows.composition(members);
      const first = members[0] ?? "";
      if (use === "episode") rows.episode(programme, composition);
      if (use === "segment") rows.segment(rows.episode(programme), first, composition);
      if (use === "session") rows.session(programme, first, composition);
      if (use === "job") rows.job("sound", composition, "queued");
      const made = renditions.map(({ content, parts, profile, ageDays, broadcast }) => {
        const rendition = rows.rendition(composition, {
          content: `content ${content}`,
          parts: parts.map((part) => `part ${part}`),
          profile: `profile ${profile}`,
          updatedAt: clock.now() - ageDays * DAY_MS,
        });
        if (broadcast !== null)
          rows.broadcast(programme, broadcast < 0 ? "aired" : "planned", clock.now() + broadcast * DAY_MS, [
            rendition.sha256,
          ]);
        const isBroadcast = broadcast !== null && broadcast > -90;
        return { ...rendition, profile, ageDays, isBroadcast };
      });
      if (use === "none" && !made.some(({ isBroadcast, ageDays }) => isBroadcast || ageDays < 1)) continue;
      for (const member of members) must.add(member);
      for (const one of made) {
        const newest = made.every(
          ({ profile, ageDays }) => profile !== one.profile || ageDays >= one.ageDays,
        );
        if (newest || one.isBroadcast) for (const sha256 of [one.sha256, ...one.parts]) must.add(sha256);
      }
    }
    for (let number = 0; number < orphans; number += 1) rows.file(`orphan ${number}`);
    return must;
  }

  test("a collection leaves all that is needed, and its undoing leaves everything as it was", async () => {
    let collected = 0;
    await fc.assert(
      fc.asyncProperty(graph, fc.infiniteStream(fc.nat()), async (given, order) => {
        const one = await createShelf();
        try {
          const must = build(one, given);
          const before = one.snapshot();
          const { things } = await one.housekeeping.collect();
          collected += things;
          const after = one.snapshot();
          expect([...must].filter((sha256) => !after.files.includes(sha256))).toEqual([]);
          // Every row's file is there, and nothing is lost: what is not in the library is in the trash.
          const named = one.db
            .prepare(
              "SELECT sha256 FROM assets UNION SELECT sha256 FROM renditions UNION SELECT sha256 FROM rendition_parts",
            )
            .all();
          expect(named.filter((row) => !after.files.includes((row as { sha256: string }).sha256))).toEqual(
            [],
          );
          expect([...after.files, ...one.inTrash()].toSorted()).toEqual(before.files);
          // A second run finds nothing more.
          expect(await one.housekeeping.collect()).toMatchObject({ things: 0, files: 0 });

          for (let left = one.housekeeping.trash(); left.length > 0; left = one.housekeeping.trash()) {
            // A composition that was never rendered has no file; its own name stands for it.
            const names = left.flatMap(({ kind, subject, files }) => [
              ...(kind === "composition" ? [subject] : []),
              ...files.map(({ sha256 }) => sha256),
            ]);
            one.housekeeping.restore(names[(order.next().value ?? 0) % names.length] ?? "");
          }
          expect(one.snapshot()).toEqual(before);
        } finally {
          await one.close();
        }
      }),
      { numRuns: 60 },
    );
    expect(collected).toBeGreaterThan(20);
  });
});
