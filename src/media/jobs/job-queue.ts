import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import { after, type Clock, DAY_MS, repeat, SECOND_MS } from "../../clock.ts";
import { NoRoomYet } from "../scratch-space.ts";
import { describeFailure, isPassing } from "../transcode-failure.ts";
import { type Job, MAX_ABANDONED, MAX_ATTEMPTS, waitAfter } from "./job.ts";
import type { JobStore } from "./job-store.ts";

const LEASE_MS = 60 * SECOND_MS;
const HEARTBEAT_MS = 10 * SECOND_MS;
const PROGRESS_EVERY_MS = 500;
/** Waiting for room on the disk is no attempt, and is looked at so often. */
const ROOM_WAIT_MS = 60 * SECOND_MS;
const KEPT_MS = 30 * DAY_MS;
/** A timer cannot wait longer; waking too early does no harm. */
const MAX_TIMER_MS = 10 * 60 * SECOND_MS;
const ABANDONED = `The server ended ${MAX_ABANDONED} times while it worked on this. Export the recording anew, then retry.`;

interface Running {
  kind: Job["kind"];
  abort: AbortController;
  work: Promise<void>;
  progress: number;
}

/** Why a running job is aborted. */
class Cancelled extends Error {}

export interface JobQueue {
  start(): void;
  /** Looks for work; call it after a job was added. */
  wake(): void;
  /** With how far it is, which the database does not know. */
  withProgress(job: Job): Job;
  /** Ends a queued or a running job for good; false when it had ended. */
  cancel(id: string): boolean;
  /** Aborts what runs; it goes back into the queue and counts as no attempt. */
  stop(): Promise<void>;
}

interface Dependencies {
  store: JobStore;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  concurrency: number;
  /** Does the work. Must stop at the signal, and be safe to do again from the start. */
  perform(job: Job, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void>;
  /** After each change of a job, once it is in the database. */
  onChange(job: Job): void;
}

/**
 * Works through the jobs in the database, `concurrency` at a time, the earliest air date first. A row is leased while
 * it is worked on, so it is taken up again after a kill; what fails for a passing reason is tried again later.
 */
export function createJobQueue({
  store,
  clock,
  log,
  concurrency,
  perform,
  onChange,
}: Dependencies): JobQueue {
  const worker = randomUUID();
  const running = new Map<string, Running>();
  let isOpen = false;
  let endTimers = () => {};
  let cancelWakeUp = () => {};

  function announce(id: string): void {
    const job = store.get(id);
    if (job) onChange(withProgress(job));
  }

  const withProgress = (job: Job): Job =>
    job.state === "running" ? { ...job, progress: running.get(job.id)?.progress ?? 0 } : job;

  function wake(): void {
    if (!isOpen) return;
    while (running.size < concurrency) {
      const now = clock.now();
      const job = store.claim(worker, now, now + LEASE_MS, mayTakePicture());
      if (!job) break;
      begin(job);
    }
    cancelWakeUp();
    const dueAt = running.size < concurrency ? store.nextDue() : null;
    if (dueAt !== null && dueAt > clock.now()) {
      cancelWakeUp = after(Math.min(MAX_TIMER_MS, dueAt - clock.now()), wake);
    }
  }

  /** Pictures take long: where there is more than one place, one of them is kept for what is quick. */
  function mayTakePicture(): boolean {
    const pictures = [...running.values()].filter(({ kind }) => kind === "picture").length;
    return pictures < Math.max(1, concurrency - 1);
  }

  function begin(job: Job): void {
    const abort = new AbortController();
    const work = attempt(job, abort.signal)
      // What fails here is the database: the lease runs out, and the job is taken up again.
      .catch((error: unknown) => log.error({ job: job.id, err: error }, "a job could not be settled"))
      .finally(() => {
        running.delete(job.id);
        wake();
      });
    running.set(job.id, { kind: job.kind, abort, work, progress: 0 });
    onChange(job);
  }

  async function attempt(job: Job, signal: AbortSignal): Promise<void> {
    const { id, kind, subject, attempts } = job;
    const beganAt = clock.now();
    try {
      await perform(job, signal, progressOf(id));
      store.end(id, "done", null, clock.now());
      log.info({ job: id, kind, subject, tookMs: clock.now() - beganAt }, "job done");
    } catch (error) {
      settleFailure(job, error, signal, attempts);
    }
    announce(id);
  }

  function settleFailure(
    { id, kind, subject }: Job,
    error: unknown,
    signal: AbortSignal,
    attempts: number,
  ): void {
    const now = clock.now();
    if (signal.aborted) {
      if (!(signal.reason instanceof Cancelled)) {
        // An orderly stop is no attempt.
        store.putBack(id, { attempts: attempts - 1, notBefore: 0, error: null, now });
      }
      return;
    }
    const reason = describeFailure(error);
    if (error instanceof NoRoomYet) {
      log.info({ job: id, kind, subject, reason }, "job waits for room");
      store.putBack(id, { attempts: attempts - 1, notBefore: now + ROOM_WAIT_MS, error: reason, now });
      return;
    }
    log.warn({ job: id, kind, subject, attempts, err: error }, "job failed");
    if (isPassing(error) && attempts < MAX_ATTEMPTS) {
      store.putBack(id, { attempts, notBefore: now + waitAfter(attempts), error: reason, now });
    } else {
      store.end(id, "failed", reason, now);
    }
  }

  /** Told at most twice a second, and only when the per cent changed. Written down it would cost a flush each time. */
  function progressOf(id: string): (fraction: number) => void {
    let toldAt = 0;
    return (fraction) => {
      const job = running.get(id);
      // 100 is for what is done.
      const percent = Math.min(99, Math.floor(fraction * 100));
      const now = clock.now();
      if (!job || percent <= job.progress || Math.abs(now - toldAt) < PROGRESS_EVERY_MS) return;
      job.progress = percent;
      toldAt = now;
      announce(id);
    };
  }

  function heartbeat(): void {
    const now = clock.now();
    for (const [id, { abort }] of running) {
      if (!store.extend(id, worker, now + LEASE_MS)) abort.abort(new Cancelled("The job was taken away."));
    }
    takeUpAbandoned(now);
    wake();
  }

  function takeUpAbandoned(now: number): void {
    for (const { id, attempts } of store.abandoned(worker, now)) {
      if (attempts >= MAX_ABANDONED) store.end(id, "failed", ABANDONED, now);
      else store.putBack(id, { attempts, notBefore: 0, error: null, now });
      announce(id);
    }
  }

  return {
    wake,
    withProgress,

    start() {
      isOpen = true;
      store.forget(clock.now() - KEPT_MS);
      store.endOthersLeases(worker);
      takeUpAbandoned(clock.now());
      endTimers = repeat(HEARTBEAT_MS, heartbeat);
      wake();
    },

    cancel(id) {
      if (!store.end(id, "cancelled", null, clock.now())) return false;
      running.get(id)?.abort.abort(new Cancelled("The job was cancelled."));
      announce(id);
      return true;
    },

    async stop() {
      isOpen = false;
      endTimers();
      cancelWakeUp();
      const works = [...running.values()];
      for (const { abort } of works) abort.abort(new Error("The server is stopping."));
      await Promise.all(works.map(({ work }) => work));
    },
  };
}
