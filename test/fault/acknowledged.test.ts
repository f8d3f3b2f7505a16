import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProblemError } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { delay } from "../../src/clock.ts";
import { verifyAudit } from "../support/audit.ts";
import { type House, moveIn, openOffice } from "../support/write-acts/house.ts";
import { createLedger } from "../support/write-acts/ledger.ts";
import { writesOf } from "../support/write-acts/operations.ts";
import { NOT_AUDITED, NOT_IN_A_STORY, STORIES } from "../support/write-acts/stories.ts";

const KILLS = Number(process.env["KILLS"] ?? 5);
const SEED = Number(process.env["KILLS_SEED"] ?? 7);
/** Between kills, about as much as all stories together acknowledge in one pass. */
const MOST_BETWEEN = 120;

let folder: string;
let server: StartedServer;
let closeProvider: () => Promise<void>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-acknowledged-"));
});
afterEach(async () => {
  await server.end();
  await closeProvider();
  await rm(folder, { recursive: true });
});

/** Moments that are the same each time (a linear congruential generator). */
function moments(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/**
 * A kill in the middle of a sign-in leaves it counted as wrong, for a day, and after twenty everybody at that address has to wait.
 * Not after each kill: what the others left in the write-ahead log is for the server to recover.
 */
function forgetFailures(): void {
  const db = new Database(join(folder, "data/cuncunxiang.db"));
  db.exec("DELETE FROM sign_in_failures");
  db.close();
}

/** What went wrong while the server was there. */
const wrong: string[] = [];
let isThere = true;

async function goOn(name: string, house: House): Promise<void> {
  try {
    for (;;) await STORIES[name]?.(house);
  } catch (error) {
    // Each ends with the server; before that nothing is refused.
    if (isThere || error instanceof ProblemError) wrong.push(`${name}: ${String(error)}`);
  }
}

test(
  `${KILLS} kills while everybody writes everything lose nothing that was acknowledged, nor its audit entry`,
  async () => {
    const moment = moments(SEED);
    const ledger = createLedger(join(folder, "data/cuncunxiang.db"));
    const { env, provider } = await openOffice(folder);
    closeProvider = provider.close;
    server = await startServer(folder, env);
    const house = await moveIn(server, folder, ledger, provider);
    const writes = await writesOf(house.url);
    expect(Object.keys(NOT_IN_A_STORY).filter((each) => !writes.includes(each))).toEqual([]);
    await Promise.all(Object.values(STORIES).map((story) => story(house)));
    const acknowledged = writes.filter((each) => ledger.counts.has(each));
    expect(acknowledged).toEqual(writes.filter((each) => !(each in NOT_IN_A_STORY)));
    for (let kill = 0; kill < KILLS; kill += 1) {
      isThere = true;
      const stories = Object.keys(STORIES).map((name) => goOn(name, house));
      const enough = ledger.acknowledged() + moment() * MOST_BETWEEN;
      await until(() => ledger.acknowledged() > enough || wrong.length > 0, {
        what: "the moment of the kill",
        timeoutMs: 200_000,
      });
      await delay(moment() * 50);
      const head = await house.admin.get<{ seq: number; hash: string }>("/audit/head");
      isThere = false;
      await server.end("SIGKILL");
      await Promise.all(stories);
      if (kill % 10 === 9) forgetFailures();
      server = await startServer(folder, env);
      expect(wrong).toEqual([]);
      expect(ledger.lost()).toEqual([]);
      house.afterKill();
      expect(verifyAudit(join(folder, "data"), head)).toMatchObject({ intact: true });
    }
    expect(ledger.unaudited(NOT_AUDITED)).toEqual([]);
    // Who signed in before the first kill still is.
    await house.admin.get("/me");
  },
  300_000 + KILLS * 60_000,
);
