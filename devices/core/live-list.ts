import { type Ending, type LiveProgramme, MediaError, type Output, type Prepared } from "./output.ts";
import { shareFeed } from "./shared-feed.ts";

interface Options {
  /** Those to try, in order; taken off. */
  waiting: Output[];
  fail: (output: Output, error: unknown) => void;
  recover: (output: Output) => void;
}

/**
 * What is spoken live, by the first output that works. When one dies the next goes on with what is due then: parts that
 * the dead one had taken before their time are heard as well. @throws when none can be opened
 */
export function prepareLiveOn(programme: LiveProgramme, { waiting, fail, recover }: Options): Prepared {
  const { promise: ended, resolve, reject } = Promise.withResolvers<Ending>();
  ended.catch(() => {}); // also when nobody waits for it yet
  const begun = Promise.withResolvers<{ firstSampleAt: number } | null>();
  const feed = shareFeed(programme.feed);
  let isStopped = false;
  let hasBegun = false;
  let positionMs = () => 0;
  let current = open(new Error("there is no output"));

  function open(last: unknown): { output: Output; prepared: Prepared } {
    let why = last;
    for (let output = waiting.shift(); output; output = waiting.shift()) {
      try {
        return { output, prepared: output.prepareLive({ ...programme, feed: feed.view() }) };
      } catch (error) {
        fail(output, error);
        why = error;
      }
    }
    feed.close();
    throw why;
  }

  function onBegun(first: { firstSampleAt: number } | null): void {
    if (!first || hasBegun) return;
    hasBegun = true;
    const zero = performance.now() - (first.firstSampleAt - programme.startAt);
    positionMs = () => Math.max(0, performance.now() - zero);
    begun.resolve(first);
  }

  async function sound(): Promise<Ending> {
    for (;;) {
      const { output, prepared } = current;
      try {
        onBegun(await prepared.start());
        const ending = await prepared.ended;
        if (ending.complete) recover(output);
        // The rest was due before the next output could begin.
        return hasBegun && ending.reason === "late" ? { ...ending, reason: "output-failed" } : ending;
      } catch (error) {
        if (error instanceof MediaError) throw error;
        fail(output, error);
        if (isStopped) return { positionMs: positionMs(), complete: false };
        current = open(error);
      }
    }
  }

  return {
    ended,
    start() {
      sound()
        .then(resolve, reject)
        .finally(() => {
          feed.close();
          begun.resolve(null);
        });
      return begun.promise;
    },
    async stop() {
      isStopped = true;
      feed.close();
      await current.prepared.stop();
    },
  };
}
