import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import { after, type Clock, DAY_MS, repeat, SECOND_MS } from "../../clock.ts";
import type { Transact } from "../../db/open.ts";
import { describeFailure, faultOf } from "../transcode-failure.ts";
import { type Job, MAX_ABANDONED, MAX_FAILURES, waitAfter } from "./job.ts";
import type { JobStore } from "./job-store.ts";

const LEASE_MS = 60 * SECOND_MS;
const HEARTBEAT_MS = 10 * SECOND_MS;
const PROGRESS_EVERY_MS = 500;
/** What the machine cannot do now is no failure of the job, and is tried again so often. */
const MACHINE_WAIT_MS = 60 * SECOND_MS;
const KEPT_MS = 30 * DAY_MS;
/** A timer cannot wait longer; waking too early does no harm. */
const MAX_TIMER_MS = 10 * 60 * SECOND_MS;
const ABANDONED = `The server ended, or lost its database, ${MAX_ABANDONED} times in a row while it worked on this. Export the recording anew, then retry.`;

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
  /** One heartbeat, as there is every ten seconds: extends the leases and takes up what nobody works on. */
  tick(): void;
  /** With how far it is, which the database does not know. */
  withProgress(job: Job): Job;
  /** Ends a queued or a running job for good; false when it had ended. */
  cancel(id: string): boolean;
  /** Aborts what runs; it goes back into the queue and counts as no failure. */
  stop(): Promise<void>;
}

interface Dependencies {
  store: JobStore;
  transact: Transact;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  concurrency: number;
  /** Throws when nothing can be worked on, as the recordings are not there; it is asked again at each heartbeat. */
  requireLibrary: () => void;
  /** Does the work. Must stop at the signal, and be safe to do again from the start. */
  perform(job: Job, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void>;
  /** What follows from a job's end, or from its return into the queue; in the transaction that writes it down. */
  settle(job: Job): void;
  /** After each change of a job, once it is in the database. */
  onChange(job: Job): void;
}

/**
 * Works through the jobs in the database, `concurrency` at a time, the earliest air date first. A row is leased while
 * it is worked on, so it is taken up again after a kill; what fails for a passing reason is tried again later.
 */
export function createJobQueue(dependencies: Dependencies): JobQueue {
  const { store, transact, clock, log, concurrency, requireLibrary, perform, settle, onChange } =
    dependencies;
  const worker = randomUUID();
  const running = new Map<string, Running>();
  let isOpen = false;
  let endTimers = () => {};
  let cancelWakeUp = () => {};

  const withProgress = (job: Job): Job =>
    job.state === "running" ? { ...job, progress: running.get(job.id)?.progress ?? 0 } : job;

  /** Writes down that a job ended or waits again, and what follows from it, then tells of it; false when nothing changed. */
  function change(id: string, write: () => boolean): boolean {
    const changed = transact(() => {
      const job = write() ? store.get(id) : null;
      if (job) settle(job);
      return job;
    });
    if (changed) onChange(changed);
    return changed !== null;
  }

  /** Nobody waits for what timers and ffmpeg's output call: a database that fails for a while must not end the server. */
  function guarded(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      log.error({ err: error }, what);
    }
  }

  const wake = () => guarded("the queue could not be looked at; the next heartbeat does it again", takeUp);

  function takeUp(): void {
    if (!isOpen || !hasLibrary()) return;
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

  function hasLibrary(): boolean {
    try {
      requireLibrary();
      return true;
    } catch {
      return false;
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
      // What fails here is the database: the row stays as it is, and the next heartbeat takes it up again.
      .catch((error: unknown) => log.error({ job: job.id, err: error }, "a job could not be settled"))
      .finally(() => {
        running.delete(job.id);
        wake();
      });
    running.set(job.id, { kind: job.kind, abort, work, progress: 0 });
    onChange(job);
  }

  async function attempt(job: Job, signal: AbortSignal): Promise<void> {
    const { id, kind, subject } = job;
    const beganAt = clock.now();
    try {
      await perform(job, signal, progressOf(id));
    } catch (error) {
      settleFailure(job, error, signal);
      return;
    }
    const now = clock.now();
    if (change(id, () => store.end(id, { state: "done", error: null, failures: null, now })))
      log.info({ job: id, kind, subject, tookMs: now - beganAt }, "job done");
  }

  function settleFailure(job: Job, error: unknown, signal: AbortSignal): void {
    const { id, kind, subject, abandonments } = job;
    const now = clock.now();
    if (signal.aborted) {
      // What was cancelled is settled already, and may have been asked for anew since.
      if (signal.reason instanceof Cancelled) return;
      // An orderly stop is nobody's failure.
      const back = { failures: job.failures, abandonments, notBefore: 0, error: null, now };
      change(id, () => store.putBack(id, back));
      return;
    }
    const reason = describeFailure(error);
    // The server lived to see it: that ends a row of abandonments.
    const waiting = { abandonments: 0, error: reason, now };
    if (faultOf(error) === "machine" || !hasLibrary()) {
      log.warn({ job: id, kind, subject, reason }, "job waits for the machine");
      const { failures } = job;
      change(id, () => store.putBack(id, { ...waiting, failures, notBefore: now + MACHINE_WAIT_MS }));
      return;
    }
    const failures = job.failures + 1;
    log.warn({ job: id, kind, subject, failures, err: error }, "job failed");
    change(id, () =>
      faultOf(error) === "attempt" && failures < MAX_FAILURES
        ? store.putBack(id, { ...waiting, failures, notBefore: now + waitAfter(failures) })
        : store.end(id, { state: "failed", error: reason, failures, now }),
    );
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
      guarded("the progress of a job could not be told", () => {
        const row = store.get(id);
        if (row) onChange(withProgress(row));
      });
    };
  }

  function tick(): void {
    if (!isOpen) return;
    guarded("a heartbeat failed; the next one does it again", () => {
      const now = clock.now();
      for (const [id, { abort }] of running) {
        if (!store.extend(id, worker, now + LEASE_MS)) abort.abort(new Cancelled("The job was taken away."));
      }
      takeUpAbandoned(now);
    });
    wake();
  }

  /** What is marked as running although nobody works on it: its server ended, or its end could not be written down. */
  function takeUpAbandoned(now: number): void {
    for (const { id, kind, subject, failures, ...job } of store.abandonable(worker, now)) {
      if (running.has(id)) continue;
      const abandonments = job.abandonments + 1;
      log.warn({ job: id, kind, subject, abandonments }, "a job was abandoned");
      change(id, () =>
        abandonments < MAX_ABANDONED
          ? store.putBack(id, { failures, abandonments, notBefore: 0, error: null, now })
          : store.end(id, { state: "failed", error: ABANDONED, failures, now }),
      );
    }
  }

  return {
    wake,
    tick,
    withProgress,

    start() {
      isOpen = true;
      store.forget(clock.now() - KEPT_MS);
      store.endOthersLeases(worker);
      takeUpAbandoned(clock.now());
      endTimers = repeat(HEARTBEAT_MS, tick);
      wake();
    },

    cancel(id) {
      const ending = { state: "cancelled", error: null, failures: null, now: clock.now() } as const;
      const isCancelled = change(id, () => store.end(id, ending));
      if (isCancelled) running.get(id)?.abort.abort(new Cancelled("The job was cancelled."));
      return isCancelled;
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
