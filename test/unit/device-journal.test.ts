import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStore } from "../../devices/core/device-folder.ts";
import { openJournal } from "../../devices/core/journal.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 11, 1);

let folder: string;
let boots = 0;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "ccx-journal-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, "journal.jsonl");
const open = (now = NOW) => openJournal(openStore(folder), `boot-${(boots += 1)}`, now);
const started = { at: NOW, type: "started", broadcastId: "b" } as const;
const done = (id: string, at = NOW) => ({ kind: "done", id, at }) as const;

describe("the journal", () => {
  test("numbers the records of each boot from 1 and keeps those of earlier boots under their name", () => {
    const first = open();
    first.record(started);
    first.record(started);
    first.close();
    const second = open();
    second.record(started);
    expect(second.unacknowledged()).toEqual([
      {
        bootId: first.bootId,
        records: [
          { seq: 1, ...started },
          { seq: 2, ...started },
        ],
      },
      { bootId: second.bootId, records: [{ seq: 1, ...started }] },
    ]);
    second.close();
  });

  test("forgets exactly what was acknowledged, and that for good", () => {
    const first = open();
    for (let count = 0; count < 3; count += 1) first.record(started);
    first.acknowledge(first.bootId, 2);
    first.acknowledge("a boot nobody knows", 9);
    first.acknowledge(first.bootId, 1); // late and older
    first.close();
    const second = open();
    expect(second.unacknowledged()).toMatchObject([{ bootId: first.bootId, records: [{ seq: 3 }] }]);
    second.acknowledge(first.bootId, 3);
    expect(second.unacknowledged()).toEqual([]);
    second.close();
    const third = open();
    expect(third.unacknowledged()).toEqual([]);
    third.close();
  });

  test("keeps a record and what it settles together, wherever the power goes", () => {
    const before = open();
    before.begin("b", NOW);
    before.close();
    const whole = open();
    whole.record({ at: NOW, type: "finished", broadcastId: "b" }, done("b"));
    whole.close();
    const bytes = readFileSync(file());
    const lastLine = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
    fc.assert(
      fc.property(fc.integer({ min: lastLine, max: bytes.length }), (length) => {
        writeFileSync(file(), bytes.subarray(0, length));
        const torn = open();
        const hasRecord = torn.unacknowledged().length > 0;
        expect(torn.isDone("b")).toBe(hasRecord);
        expect(torn.cutOff()).toEqual(hasRecord ? [] : ["b"]);
        torn.close();
      }),
    );
  });

  test("drops a torn last line, and what is written after it is whole", () => {
    const first = open();
    first.record(started);
    first.close();
    appendFileSync(file(), '[{"kind":"done","id":"x');
    const second = open();
    expect(second.isDone("x")).toBe(false);
    second.record(started, done("y"));
    second.close();
    const third = open();
    expect(third.isDone("y")).toBe(true);
    expect(third.unacknowledged()).toHaveLength(2);
    third.close();
  });

  test("keeps what counts against the caps of minutes: all that it may last, until it is known what it did", () => {
    const heard = (ms: number) => ({ kind: "heard", id: "b", at: NOW, ms }) as const;
    const first = open();
    first.begin("b", NOW, heard(9_000));
    first.close();
    const second = open();
    expect(second.heardOf("b")).toMatchObject({ at: NOW, ms: 9_000 });
    second.record(started, heard(4_000), done("b"));
    second.close();
    const third = open();
    expect([...third.heard()]).toMatchObject([{ id: "b", ms: 4_000 }]);
    third.close();
  });

  test("tells what was begun and never done, until it is", () => {
    const first = open();
    first.begin("b", NOW);
    expect(first.isBegun("b")).toBe(true);
    expect(first.cutOff()).toEqual([]);
    first.close();
    const second = open();
    expect(second.cutOff()).toEqual(["b"]);
    second.record({ at: NOW, type: "interrupted", broadcastId: "b", reason: "restart" }, done("b"));
    expect(second.isBegun("b")).toBe(false);
    second.close();
    const third = open();
    expect(third.cutOff()).toEqual([]);
    expect(third.isDone("b")).toBe(true);
    third.close();
  });

  test("remembers what it noted and how commands ended", () => {
    const first = open();
    const result = { type: "refused", reason: "expired" } as const;
    first.record({ at: NOW, commandId: "c", ...result }, { kind: "command", id: "c", at: NOW, result });
    first.record(started, { kind: "noted", key: "cached:b", at: NOW });
    first.close();
    const second = open();
    expect(second.commandResult("c")).toEqual(result);
    expect(second.commandResult("d")).toBeNull();
    expect(second.isNoted("cached:b")).toBe(true);
    second.close();
  });

  test("rewrites itself without what was acknowledged or is long over, but never forgets the newest thousand", () => {
    const first = open();
    for (let count = 0; count < 1_200; count += 1) {
      const at = count < 1_100 ? NOW - 90 * DAY : NOW;
      first.record({ at, type: "finished", broadcastId: `b${count}` }, done(`b${count}`, at));
    }
    first.acknowledge(first.bootId, 1_200);
    first.close();
    const second = open();
    expect(["b0", "b199"].map(second.isDone)).toEqual([false, false]);
    expect(["b200", "b1099", "b1199"].map(second.isDone)).toEqual([true, true, true]);
    second.close();
    expect(readFileSync(file(), "utf8").split("\n")).toHaveLength(1_001);
    // A clock gone mad forgets nothing of that.
    const mad = open(NOW + 9_999 * DAY);
    expect(mad.isDone("b200")).toBe(true);
    mad.close();
  });
});
