import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startServer } from "../../scripts/processes.ts";
import { moveIn, openOffice } from "../support/write-acts/house.ts";
import { createLedger } from "../support/write-acts/ledger.ts";
import { operationOf, writesOf } from "../support/write-acts/operations.ts";
import { NOT_AUDITED, NOT_IN_A_STORY, STORIES } from "../support/write-acts/stories.ts";

interface Answer {
  operation: string;
  status: number;
  /** Whether the write-ahead log was flushed after the request came and before this left. */
  isFlushed: boolean;
}

/** Attaches to a process; what it reads, writes and flushes goes to a file. */
async function watch(pid: number, calls: string): Promise<ChildProcess> {
  const what = ["-f", "-y", "-s", "150", "-e", "trace=fdatasync,fsync,read,write,writev", "-o", calls];
  const strace = spawn("strace", [...what, "-p", String(pid)], { stdio: ["ignore", "ignore", "pipe"] });
  // It says so once it is attached to every thread.
  await Promise.race([
    once(strace.stderr, "data"),
    once(strace, "exit").then(() => {
      throw new Error("strace could not attach: run this test as root, with CAP_SYS_PTRACE.");
    }),
  ]);
  return strace;
}

/** The calls in a file, each as one line, in the order in which they ended: another thread's may have come in between. */
async function* endedCalls(file: string): AsyncGenerator<string> {
  const begun = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, thread = "", call = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, beginning] = /^(.*?)\s*<unfinished \.\.\.>$/.exec(call) ?? [];
    if (beginning !== undefined) begun.set(thread, beginning);
    else yield call.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? "");
  }
}

/** The answers to requests that came one after another. */
async function answersIn(calls: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  let asked: Answer | null = null;
  for await (const line of endedCalls(calls)) {
    const request = /read\(\d+<.*"([A-Z]+ \/[^ ?"]+)/.exec(line);
    if (request) asked = { operation: request[1] ?? "", status: 0, isFlushed: false };
    if (/f(data)?sync\(\d+<[^>]*cuncunxiang\.db-wal>\)\s+= 0/.test(line) && asked) asked.isFlushed = true;
    const answer = /writev?\(\d+<.*"HTTP\/1\.1 (\d+) /.exec(line);
    if (!answer || !asked) continue;
    answers.push({ ...asked, status: Number(answer[1]) });
    asked = null;
  }
  return answers;
}

/**
 * `kill -9` takes nothing from the kernel's page cache, a power cut does: what counts is that the write-ahead log was
 * told to the disk (fdatasync(2)) before the answer went out.
 */
test("each operation that writes is answered after the write-ahead log was flushed to the disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-synced-"));
  const { env, provider } = await openOffice(folder);
  const server = await startServer(folder, env);
  const ledger = createLedger(join(folder, "data/cuncunxiang.db"));
  const house = await moveIn(server, folder, ledger, provider);
  const writes = await writesOf(house.url);
  const calls = join(folder, "calls.log");
  const strace = await watch(server.pid, calls);
  for (const story of Object.values(STORIES)) await story(house);
  strace.kill("SIGINT");
  await once(strace, "exit");
  await server.end();
  await provider.close();

  const answers = await answersIn(calls);
  // The addresses have ids where the document has names.
  const pattern = (operation: string) => new RegExp(`^${operation.replaceAll("{}", "[^/]+")}$`);
  const expected = writes.filter((each) => !(each in NOT_IN_A_STORY) && !NOT_AUDITED.includes(each));
  const unproved = expected.filter((operation) => {
    const mine = answers.filter((answer) => pattern(operation).test(operationOf(answer.operation)));
    return mine.length === 0 || mine.some(({ status, isFlushed }) => status >= 400 || !isFlushed);
  });
  expect(unproved).toEqual([]);
  await rm(folder, { recursive: true });
}, 900_000);
