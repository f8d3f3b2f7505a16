import type { Faults } from "./faults.ts";
import type { Ending, Output, Prepared, Programme } from "./output.ts";

export interface Sensor {
  /** From the start to the first question, and from one answer to the next question, ms. */
  firstMs: number;
  everyMs: number;
  /** Something begins to sound. */
  begin(): void;
  /** Whether there is sound; `null` when nothing can be said. */
  sense(signal: AbortSignal): Promise<boolean | null>;
  end(): void;
}

interface Options {
  output: Output;
  sensor: Sensor;
  faults: Faults;
}

/** A pause between two sentences is silent too; so much of the answers must be one and the same. */
const SHARE = 0.8;

/**
 * An output whose sound is measured while it plays. Its ending says `sensed` only when it was played from the first sample
 * to the last and nearly every answer was a yes: no answer is no yes, and the half that was not played proves nothing.
 */
export function createSensedOutput({ output, sensor, faults }: Options): Output {
  async function prepare(programme: Programme): Promise<Prepared> {
    const prepared = await output.prepare(programme);
    if (programme.volume === 0) return prepared;
    const over = new AbortController();
    const answers: (boolean | null)[] = [];
    let timer: NodeJS.Timeout | undefined;

    function askIn(ms: number): void {
      timer = setTimeout(() => void ask(), ms);
    }

    async function ask(): Promise<void> {
      const answer = await sensor.sense(over.signal).catch(() => null);
      if (over.signal.aborted) return;
      answers.push(answer);
      askIn(sensor.everyMs);
    }

    function conclude(ending: Ending): Ending {
      const share = (wanted: boolean) =>
        answers.length === 0 ? 0 : answers.filter((answer) => answer === wanted).length / answers.length;
      if (!ending.complete || programme.seekMs > 0) return ending;
      if (share(false) >= SHARE) faults.set("sensor", "it plays, but the sensor finds no sound");
      if (share(true) < SHARE) return ending;
      faults.set("sensor", null);
      return { ...ending, sensed: true };
    }

    const end = () => {
      if (over.signal.aborted) return;
      clearTimeout(timer);
      over.abort();
      sensor.end();
    };
    const ended = prepared.ended.finally(end).then(conclude);
    ended.catch(() => {}); // also when nobody waits for it yet

    return {
      ended,
      async start() {
        const started = await prepared.start();
        sensor.begin();
        askIn(sensor.firstMs);
        return started;
      },
      async stop() {
        end();
        await prepared.stop();
      },
    };
  }

  return {
    get name() {
      return output.name;
    },
    prepare,
    testTone: (durationMs, volume, signal) => output.testTone(durationMs, volume, signal),
  };
}
