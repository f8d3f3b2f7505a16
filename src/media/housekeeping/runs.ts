import type { BaseLogger } from "pino";
import { type Clock, DAY_MS, HOUR_MS } from "../../clock.ts";
import { messageOf } from "../../errors.ts";
import type { ChecksStore, LibraryRun } from "./checks-store.ts";
import type { Collection } from "./collect.ts";
import type { Mount } from "./mount.ts";
import { isCollectionDue } from "./policy.ts";

interface Options {
  collector: { run(): Promise<Collection> };
  scrubber: { run(signal: AbortSignal): Promise<LibraryRun> };
  checks: ChecksStore;
  mount: Mount;
  clock: Clock;
  log: Pick<BaseLogger, "error">;
  zone: string;
  onAirSoon: () => boolean;
}

const SCRUB_EVERY_MS = 7 * DAY_MS;
/** After a run that could not be made. */
const RETRY_MS = HOUR_MS;

/** The two long runs over the whole library: one of each at a time, when somebody asks and when time does. */
export function createRuns({ collector, scrubber, checks, mount, clock, log, zone, onAirSoon }: Options) {
  let collecting: Promise<Collection> | null = null;
  let scrubbing: Promise<void> | null = null;
  let stopScrub = new AbortController();
  const failed = { scrub: { at: 0, message: "" }, collect: { at: 0, message: "" } };

  /** One at a time; whoever asks during a run gets its result. */
  function collect(): Promise<Collection> {
    collecting ??= collector.run().finally(() => {
      collecting = null;
    });
    return collecting;
  }

  /** Begins a pass, or goes on with the one that was interrupted; does nothing while one runs. */
  function startScrub(): void {
    if (scrubbing) return;
    mount.require();
    stopScrub = new AbortController();
    const { signal } = stopScrub;
    scrubbing = scrubber
      .run(signal)
      .then(
        () => {
          failed.scrub = { at: 0, message: "" };
        },
        (error: unknown) => {
          if (signal.aborted) return;
          failed.scrub = { at: clock.now(), message: `The scrub ended early: ${messageOf(error)}` };
          log.error({ err: error }, "the scrub of the media library ended early");
        },
      )
      .finally(() => {
        scrubbing = null;
      });
  }

  const isScrubDue = (): boolean => {
    if (clock.now() - failed.scrub.at < RETRY_MS) return false;
    const last = checks.run("scrub");
    return last === null || last.endedAt === null || clock.now() - last.beganAt >= SCRUB_EVERY_MS;
  };

  async function collectWhenDue(): Promise<void> {
    const lastEndedAt = checks.run("collect")?.endedAt ?? null;
    if (clock.now() - failed.collect.at < RETRY_MS || !isCollectionDue(clock.now(), lastEndedAt, zone))
      return;
    if (onAirSoon()) return;
    try {
      await collect();
      failed.collect = { at: 0, message: "" };
    } catch (error) {
      failed.collect = { at: clock.now(), message: `The collection ended early: ${messageOf(error)}` };
      log.error({ err: error }, "the collection of the media library ended early");
    }
  }

  return {
    collect,
    startScrub,
    /** Resolves when no scrub runs any more. */
    scrubbed: (): Promise<void> => scrubbing ?? Promise.resolve(),
    /** Why the last run of each kind ended early; empty when it did not. */
    failures: () => ({ scrub: failed.scrub.message, collect: failed.collect.message }),
    /** Safe to call at any interval: all that it decides by is in the database. */
    async beginWhatIsDue(): Promise<void> {
      if (isScrubDue()) startScrub();
      await collectWhenDue();
    },
    /** Ends at the next whole step; the next start goes on from there. */
    async stop(): Promise<void> {
      stopScrub.abort(new Error("the server stops"));
      await scrubbing;
      await collecting?.catch(() => {});
    },
  };
}
