import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { createTransact, type Database, openDatabase } from "../../src/db/open.ts";
import { FfmpegError } from "../../src/media/ffmpeg.ts";
import type { Job } from "../../src/media/jobs/job.ts";
import { createJobQueue, type JobQueue } from "../../src/media/jobs/job-queue.ts";
import { createJobStore, type JobStore } from "../../src/media/jobs/job-store.ts";
import { createTestClock, type TestClock } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

/** Work that ends when the test says so, or at its signal. */
interface Work {
  job: Job;
  signal: AbortSignal;
  finish(): void;
  fail(error: Error): void;
}

let db: Database;
let clock: TestClock;
let store: JobStore;
let log: ReturnType<typeof createMemoryLog>;
let works: Work[];
let queue: JobQueue;
let settle: (job: Job) => void;
let isMounted: boolean;

beforeEach(() => {
  clock = createTestClock();
  db = openDatabase(":memory:", clock.now());
  store = createJobStore(db);
  log = createMemoryLog();
  works = [];
  settle = () => {};
  isMounted = true;
  queue = startQueue();
});
afterEach(async () => {
  await queue.stop();
  db.close();
});

/** One that is started while another has not been stopped is what there is after a kill. */
function startQueue(): JobQueue {
  const started = createJobQueue({
    store,
    transact: createTransact(db),
    clock,
    log: log.log,
    concurrency: 1,
    requireLibrary: () => {
      if (!isMounted) throw new Error("there is only an empty folder");
    },
    perform: (job, signal) =>
      new Promise((finish, fail) => {
        works.push({ job, signal, finish, fail });
        signal.addEventListener("abort", () => fail(signal.reason));
      }),
    settle: (job) => settle(job),
    onChange: () => {},
  });
  started.start();
  return started;
}

function add(subject = "a recording"): string {
  store.add({ kind: "sound", subject, airAt: null, now: clock.now() });
  queue.wake();
  return store.latest("sound", subject)?.id ?? "";
}

const row = (id: string) => store.get(id);
const lastWork = (): Work => {
  const work = works.at(-1);
  if (!work) throw new Error("nothing has begun");
  return work;
};
const becomes = (id: string, state: Job["state"]) =>
  until(() => row(id)?.state === state, { what: `the job's becoming ${state}` });

/** Until `mend` is called, what the condition describes cannot be written. */
function breakWrites(condition: string): () => void {
  db.exec(`CREATE TRIGGER broken BEFORE UPDATE ON jobs WHEN ${condition}
           BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  return () => void db.exec("DROP TRIGGER broken");
}

describe("a lease", () => {
  test("is extended by each heartbeat", () => {
    const id = add();
    expect(row(id)?.leaseUntil).toBe(clock.now() + 60_000);
    clock.advance(30_000);
    queue.tick();
    expect(row(id)).toMatchObject({ state: "running", leaseUntil: clock.now() + 60_000 });
    expect(works).toHaveLength(1);
  });

  test("of another server that ran out is taken up while this one runs, and not before", () => {
    store.add({ kind: "sound", subject: "another's", airAt: null, now: clock.now() });
    store.claim("another", clock.now(), clock.now() + 60_000, true);
    clock.advance(59_999);
    queue.tick();
    expect(works).toHaveLength(0);
    clock.advance(1);
    queue.tick();
    expect(works).toHaveLength(1);
    expect(row(lastWork().job.id)).toMatchObject({ state: "running", abandonments: 1 });
    expect(row(lastWork().job.id)?.worker).not.toBe("another");
  });

  test("that is no longer this server's ends the work, and leaves the row to whoever has it", async () => {
    const id = add();
    db.exec("UPDATE jobs SET worker = 'another'");
    queue.tick();
    expect(lastWork().signal.reason).toMatchObject({ message: "The job was taken away." });
    await queue.stop();
    expect(row(id)).toMatchObject({ state: "running", worker: "another", failures: 0, abandonments: 0 });
  });
});

describe("a database that cannot be written for a while", () => {
  test("at a job's end: the next heartbeat takes the job up again", async () => {
    const id = add();
    const mend = breakWrites("NEW.state = 'done'");
    lastWork().finish();
    await until(() => log.text().includes("could not be settled"), { what: "the failed write" });
    expect(row(id)?.state).toBe("running");
    mend();

    queue.tick();
    expect(works).toHaveLength(2);
    lastWork().finish();
    await becomes(id, "done");
    expect(row(id)).toMatchObject({ failures: 0, abandonments: 1 });
  });

  test("as what follows from the end is written: the end is not written either", async () => {
    const id = add();
    settle = () => db.exec("INSERT INTO nowhere VALUES (1)");
    lastWork().finish();
    await until(() => log.text().includes("could not be settled"), { what: "the failed write" });
    expect(row(id)?.state).toBe("running");
    settle = () => {};
    queue.tick();
    lastWork().finish();
    await becomes(id, "done");
  });

  test("as work is looked for: it is logged, and the next heartbeat begins it", async () => {
    const first = add("first");
    const second = add("second");
    const mend = breakWrites("NEW.state = 'running'");
    lastWork().finish();
    await until(() => log.text().includes("could not be looked at"), { what: "the failed claim" });
    expect(row(first)?.state).toBe("done");
    expect(row(second)?.state).toBe("queued");
    mend();
    queue.tick();
    expect(row(second)?.state).toBe("running");
  });

  test("at a heartbeat: it is logged, and the next one extends the lease", () => {
    const id = add();
    const mend = breakWrites("NEW.lease_until <> OLD.lease_until");
    clock.advance(10_000);
    queue.tick();
    expect(log.text()).toMatch(
      /a heartbeat failed[^]*the disk is full|the disk is full[^]*a heartbeat failed/,
    );
    mend();
    queue.tick();
    expect(row(id)?.leaseUntil).toBe(clock.now() + 60_000);
    expect(lastWork().signal.aborted).toBe(false);
  });
});

describe("what failed", () => {
  const killed = () => new FfmpegError("ffmpeg was killed with signal SIGKILL", ["frame 12", "a last word"]);
  test("is tried again after a longer wait each time, then left alone with ffmpeg's last words and advice", async () => {
    const id = add();
    const waits: number[] = [];
    for (;;) {
      const begun = works.length;
      lastWork().fail(killed());
      await until(() => row(id)?.state !== "running", { what: "the failure" });
      const { state, notBefore, failures } = row(id) ?? {};
      expect(failures).toBe(begun);
      if (state !== "queued") break;
      const waitMs = (notBefore ?? 0) - clock.now();
      waits.push(waitMs);
      clock.advance(waitMs - 1);
      queue.tick();
      expect(works).toHaveLength(begun);
      clock.advance(1);
      queue.tick();
      expect(works).toHaveLength(begun + 1);
    }
    expect(waits).toEqual([10_000, 60_000]);
    expect(row(id)).toMatchObject({ state: "failed", failures: 3 });
    expect(row(id)?.error).toMatch(/^ffmpeg was killed[^]*Retry[^]*a last word$/);
  });

  test("has all its attempts, however often the server ended before", async () => {
    const id = add();
    for (let kills = 0; kills < 4; kills += 1) queue = startQueue();
    expect(row(id)).toMatchObject({ state: "running", failures: 0, abandonments: 4 });
    lastWork().fail(killed());
    await becomes(id, "queued");
    expect(row(id)).toMatchObject({ failures: 1, abandonments: 0, notBefore: clock.now() + 10_000 });
  });
});

describe("a machine that cannot do the work", () => {
  const faults: [string, () => Error][] = [
    ["a full disk", () => new FfmpegError("ffmpeg exited with code 228", ["a.mp3: No space left on device"])],
    ["a full database", () => Object.assign(new Error("disk is full"), { code: "SQLITE_FULL" })],
    ["no ffmpeg", () => new FfmpegError("ffmpeg exited with code 127", [])],
    ["a library that went away", () => Object.assign(new Error("no such file"), { code: "ENOENT" })],
  ];

  test.each(faults)(
    "for %s is no failure of the job, which is tried again each minute",
    async (name, fault) => {
      const id = add();
      for (let round = 1; round <= 5; round += 1) {
        isMounted = name !== "a library that went away";
        lastWork().fail(fault());
        await becomes(id, "queued");
        expect(row(id)).toMatchObject({ failures: 0, notBefore: clock.now() + 60_000 });
        expect(row(id)?.error).not.toBeNull();
        isMounted = true;
        clock.advance(60_000);
        queue.tick();
        expect(works).toHaveLength(round + 1);
      }
      lastWork().finish();
      await becomes(id, "done");
    },
  );

  test("is given no work while the recordings are not there, and goes on by itself when they are", () => {
    isMounted = false;
    const id = add();
    queue.tick();
    expect(row(id)?.state).toBe("queued");
    isMounted = true;
    queue.tick();
    expect(row(id)?.state).toBe("running");
  });
});

describe("a job during which the server ends", () => {
  test("is left alone after the tenth time in a row", () => {
    const id = add();
    for (let kills = 0; kills < 9; kills += 1) queue = startQueue();
    expect(row(id)).toMatchObject({ state: "running", abandonments: 9 });
    queue = startQueue();
    expect(row(id)).toMatchObject({ state: "failed", error: expect.stringMatching(/10 times in a row/) });
    expect(works).toHaveLength(10);
  });

  test("counts nothing when the end was orderly", async () => {
    const id = add();
    queue = startQueue();
    for (let stops = 0; stops < 12; stops += 1) {
      await queue.stop();
      expect(row(id)).toMatchObject({ state: "queued", failures: 0, abandonments: 1, notBefore: 0 });
      queue = startQueue();
    }
    lastWork().finish();
    await becomes(id, "done");
  });
});
