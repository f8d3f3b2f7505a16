import type { BaseLogger } from "pino";
import type { Faults } from "./faults.ts";
import { prepareLiveOn } from "./live-list.ts";
import { type Ending, MediaError, type Output, type Prepared, type Programme } from "./output.ts";

/** Several outputs, the first that works sounds. */
export interface OutputList extends Output {
  /** Other outputs from the next broadcast on; what sounds goes on where it is. */
  replace(outputs: Output[]): void;
}

interface Options {
  outputs: Output[];
  log: BaseLogger;
  faults: Faults;
}

/** One that failed is passed over for so long, then it is tried again. */
const REST_MS = 10 * 60 * 1000;

/**
 * An output that cannot be opened, or dies while it sounds, is replaced by the next of the list, which goes on where the
 * sound would be by now; the failure stays among the faults until that output has sounded something to its end.
 */
export function createOutputList({ outputs, log, faults }: Options): OutputList {
  let list = outputs;
  const failedAt = new Map<Output, number>();
  const hasFailed = (output: Output) => performance.now() - (failedAt.get(output) ?? -Infinity) < REST_MS;
  const inOrder = (): Output[] => [
    ...list.filter((output) => !hasFailed(output)),
    ...list.filter((output) => hasFailed(output)),
  ];
  const faultOf = (output: Output) => `output:${output.name}`;

  function fail(output: Output, error: unknown): void {
    failedAt.set(output, performance.now());
    const why = error instanceof Error ? error.message : String(error);
    log.error({ err: error, output: output.name }, "an output failed; the next one takes over");
    faults.set(faultOf(output), `the output ${output.name} failed: ${why}`);
  }

  function recover(output: Output): void {
    failedAt.delete(output);
    faults.set(faultOf(output), null);
  }

  /** By the first of these that works; those before it are taken off. */
  async function firstOf<T>(waiting: Output[], use: (output: Output) => Promise<T>) {
    let last: unknown = new Error("there is no output");
    for (let output = waiting.shift(); output; output = waiting.shift()) {
      try {
        return { output, result: await use(output) };
      } catch (error) {
        if (error instanceof MediaError) throw error;
        fail(output, error);
        last = error;
      }
    }
    throw last;
  }

  async function prepare(programme: Programme): Promise<Prepared> {
    const waiting = inOrder();
    let { output, result: prepared } = await firstOf(waiting, (each) => each.prepare(programme));
    const { promise: ended, resolve, reject } = Promise.withResolvers<Ending>();
    ended.catch(() => {}); // also when nobody waits for it yet
    let startedAt = 0;
    let isStopped = false;
    const positionMs = () => programme.seekMs + performance.now() - startedAt;

    async function follow(): Promise<void> {
      for (;;) {
        try {
          const ending = await prepared.ended;
          if (ending.complete) recover(output);
          return resolve(ending);
        } catch (error) {
          if (error instanceof MediaError) throw error;
          fail(output, error);
        }
        if (isStopped) return resolve({ positionMs: positionMs(), complete: false });
        const next = await firstOf(waiting, (each) => each.prepare({ ...programme, seekMs: positionMs() }));
        ({ output, result: prepared } = next);
        if (isStopped) await prepared.stop();
        else await prepared.start();
      }
    }

    return {
      ended,
      async start() {
        const started = await prepared.start();
        startedAt = performance.now();
        follow().catch(reject);
        return started;
      },
      async stop() {
        isStopped = true;
        await prepared.stop();
      },
    };
  }

  return {
    get name() {
      return list.map(({ name }) => name).join(", ");
    },
    replace(newer) {
      for (const output of list) recover(output);
      list = newer;
    },
    prepare,
    prepareLive: (programme) => prepareLiveOn(programme, { waiting: inOrder(), fail, recover }),
    async testTone(durationMs, volume, signal) {
      const { output } = await firstOf(inOrder(), (each) => each.testTone(durationMs, volume, signal));
      recover(output);
    },
  };
}
