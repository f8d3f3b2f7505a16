import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStopJournal, type UnwrittenStop } from "../../src/interrupts/stop-journal.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const AT = Date.UTC(2026, 11, 1);
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "ccx-stops-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const stop = (id: string): UnwrittenStop => ({
  command: {
    id,
    type: "stop",
    issuedAt: AT,
    notAfter: AT + 600_000,
    audience: { areas: ["370783000000"] },
    class: "emergency",
    authority: "county",
    body: { all: true, startBefore: AT + 600_000 },
  },
  untilAckedBy: ["device-1"],
  broadcastIds: ["broadcast-1"],
  startBefore: AT + 600_000,
  person: { id: "person-1", name: "admin" },
  reason: "wrong tape",
});

test("what was kept is there after a restart, oldest first, until it is dropped", () => {
  const { log } = createMemoryLog();
  const journal = createStopJournal(folder, log);
  for (const id of ["stop-2", "stop-1"]) journal.keep(stop(id));
  const next = createStopJournal(folder, log);
  expect(next.all()).toEqual([stop("stop-1"), stop("stop-2")]);
  next.drop("stop-1");
  expect(next.all()).toEqual([stop("stop-2")]);
});

test("what cannot be read is put aside, said once with what to do, and keeps nothing else back", () => {
  const { log, entries } = createMemoryLog();
  const journal = createStopJournal(folder, log);
  for (const id of ["stop-1", "stop-2"]) journal.keep(stop(id));
  const cut = join(folder, "stop-1.json");
  truncateSync(cut, 40);
  const half = readFileSync(cut);
  writeFileSync(join(folder, "stop-0.json"), JSON.stringify({ ...stop("stop-0"), person: null }));
  mkdirSync(join(folder, "stop-3.json"));

  expect(journal.all()).toEqual([stop("stop-2")]);
  expect(journal.all()).toEqual([stop("stop-2")]);
  expect(readdirSync(folder).toSorted()).toEqual([
    "stop-0.json.unreadable",
    "stop-1.json.unreadable",
    "stop-2.json",
    "stop-3.json.unreadable",
  ]);
  expect(readFileSync(`${cut}.unreadable`)).toEqual(half);
  expect(entries.map(({ level, file, msg }) => ({ level, file, msg }))).toEqual(
    [0, 1, 3].map((n) => ({
      level: 50,
      file: join(folder, `stop-${n}.json.unreadable`),
      msg: expect.stringContaining("stop everything again if it is to be silent"),
    })),
  );
});
