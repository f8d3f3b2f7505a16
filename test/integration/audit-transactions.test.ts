import { createReadStream, type ReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { startServer } from "../../scripts/processes.ts";
import { AUDITED_TABLES, UNSHOWN_TABLES } from "../../src/audit/audited-tables.ts";
import { moveIn, openOffice } from "../support/write-acts/house.ts";
import { createLedger } from "../support/write-acts/ledger.ts";
import { operationOf, writesOf } from "../support/write-acts/operations.ts";
import { NOT_IN_A_STORY, STORIES } from "../support/write-acts/stories.ts";

/**
 * Answered all the same: who was at a class, which leaves no entry; what begins a work of the server's own, and what ends a sound, which waits for no database. Their
 * entries follow; a stop of everything that was not written is written later in the name of whoever asked for it.
 */
const WITHOUT_ENTRY = [
  "POST /check-ins",
  "POST /check-ins/feedback",
  "POST /media-library/collect",
  "POST /media-library/scrub",
  "POST /backups",
  "POST /live/{}/end",
  "POST /stop",
];
/** What can't be made twice: the bytes of a recording at their place, and what a provider answers once. */
const ONCE = [
  "POST /uploads",
  "PATCH /uploads/{}",
  "DELETE /uploads/{}",
  "POST /sign-in/oidc/begin",
  "POST /sign-in/oidc",
];
/** What is spoken for it is a recording, with an entry, before it is proposed. */
const IN_TWO_STEPS = ["POST /api/v1/emergencies/cap"];

interface Attempt {
  operation: string;
  status: number;
  /** The tables that were written although no entry was. */
  written: string[];
}

/** Somebody else at the database, who keeps it from taking entries and sees what is written all the same. */
function openRefusal(databasePath: string) {
  const db = new Sqlite(databasePath, { timeout: 10_000 });
  db.exec("CREATE TABLE written (name TEXT NOT NULL) STRICT");
  for (const [table, { only }] of Object.entries({ ...AUDITED_TABLES, ...UNSHOWN_TABLES }))
    for (const event of ["INSERT", "UPDATE", "DELETE"]) {
      const row = event === "DELETE" ? "OLD." : "NEW.";
      const when = only === undefined ? "" : `WHEN ${only.replaceAll("ROW.", row)}`;
      db.exec(`CREATE TRIGGER seen_${table}_${event} AFTER ${event} ON ${table} ${when}
        BEGIN INSERT INTO written VALUES ('${table}'); END`);
    }
  return {
    begin: () =>
      db.exec(`DELETE FROM written;
        CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no entries'); END`),
    /** @returns the tables that were written meanwhile */
    end(): string[] {
      const names = db.prepare<[], string>("SELECT DISTINCT name FROM written ORDER BY name").pluck().all();
      // What failed so is nobody's wrong password.
      db.exec("DROP TRIGGER no_entries; DELETE FROM sign_in_failures");
      return names;
    },
    close: () => db.close(),
  };
}

/** @param operation as `PATCH /uploads/{}`; @param act as `PATCH /api/v1/uploads/7` */
const isOf = (operation: string, act: string): boolean =>
  new RegExp(`^${operation.replaceAll("{}", "[^/]+")}$`).test(operationOf(act));

const isFile = (body: unknown): body is ReadStream =>
  typeof body === "object" && body !== null && "path" in body && typeof body.path === "string";

test("no operation writes while its audit entry cannot be written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-audit-"));
  const { env, provider } = await openOffice(folder);
  const server = await startServer(folder, env);
  const databasePath = join(folder, "data/cuncunxiang.db");
  const ledger = createLedger(databasePath);
  const house = await moveIn(server, folder, ledger, provider);
  const writes = await writesOf(house.url);
  const refusal = openRefusal(databasePath);
  const attempts: Attempt[] = [];

  const really = globalThis.fetch;
  async function inVain(url: string, init: RequestInit): Promise<Attempt> {
    const { method = "", body } = init;
    refusal.begin();
    const again = isFile(body) ? (createReadStream(String(body.path)) as unknown as ReadableStream) : body;
    const answer = await really(url, again === undefined ? init : { ...init, body: again });
    await answer.arrayBuffer();
    return {
      operation: `${method} ${new URL(url).pathname}`,
      status: answer.status,
      written: refusal.end(),
    };
  }
  // Each request that writes is made in vain, and then as it is.
  globalThis.fetch = async (input, init = {}) => {
    const url = input as string;
    const { method = "GET" } = init;
    const isOnce = ONCE.some((each) => isOf(each, `${method} ${new URL(url).pathname}`));
    if (method === "GET" || !url.startsWith(house.url) || isOnce) return really(input, init);
    let attempt = await inVain(url, init);
    // The server may have written by itself meanwhile. What an act writes, it writes each time; or it is refused now.
    for (let n = 0; n < 2 && attempt.written.length > 0; n += 1) {
      const again = await inVain(url, init);
      if (again.status >= 400 && again.status < 500) break;
      attempt = again;
    }
    const { operation, written } = attempt;
    if (written.length > 0) throw new Error(`${operation} wrote ${written.join(", ")} without an entry`);
    attempts.push(attempt);
    return really(input, init);
  };
  try {
    for (const story of Object.values(STORIES)) await story(house);
  } finally {
    globalThis.fetch = really;
    refusal.close();
    await server.end();
    await provider.close();
  }
  const db = new Sqlite(databasePath);
  const inSteps = db
    .prepare<[], string>(
      `SELECT DISTINCT act FROM audit_entries WHERE outcome = 'done' AND request_id IS NOT NULL
       GROUP BY request_id HAVING COUNT(*) > 1`,
    )
    .pluck()
    .all();
  db.close();
  await rm(folder, { recursive: true });

  const operationsOf = (of: Attempt[]) =>
    writes.filter((each) => of.some(({ operation }) => isOf(each, operation)));
  expect(operationsOf(attempts.filter(({ status }) => status < 400))).toEqual(WITHOUT_ENTRY);
  expect(operationsOf(attempts)).toEqual(
    writes.filter((each) => !(each in NOT_IN_A_STORY) && !ONCE.includes(each)),
  );
  expect(inSteps).toEqual(IN_TWO_STEPS);
}, 600_000);
