import { frameBytes, type PcmFormat } from "./pcm-sink.ts";

/** How loud sound was over the last seconds, in steps of `STEP_MS`. */
export interface Envelope {
  /** Sound that follows upon the sound before, from now on when there was none just before. */
  push(pcm: Buffer): void;
  /** Root mean square of a step, 0 to 1; `undefined` where nothing is known. */
  at(step: number): number | undefined;
  clear(): void;
}

export const STEP_MS = 100;
/** The step that the monotonic clock is in. */
export const stepNow = (): number => Math.floor(performance.now() / STEP_MS);

const KEEP_STEPS = 300;
const FULL_SCALE = 32_768;
/** Sound is handed on in pieces; a gap longer than that is a gap. */
const GAP_MS = 500;

export function createEnvelope(format: PcmFormat): Envelope {
  const bytesPerMs = (format.sampleRate * frameBytes(format)) / 1_000;
  const steps = new Map<number, { sum: number; samples: number }>();
  let endsAt = -Infinity;

  function add(step: number, sum: number, samples: number): void {
    const known = steps.get(step) ?? { sum: 0, samples: 0 };
    steps.set(step, { sum: known.sum + sum, samples: known.samples + samples });
    steps.delete(step - KEEP_STEPS);
  }

  return {
    push(pcm) {
      const at = performance.now();
      const startsAt = Math.abs(endsAt - at) > GAP_MS ? at : endsAt;
      for (let byte = 0; byte + 1 < pcm.length; ) {
        const step = Math.floor((startsAt + byte / bytesPerMs) / STEP_MS);
        const until = Math.min(pcm.length - 1, ((step + 1) * STEP_MS - startsAt) * bytesPerMs);
        let [sum, samples] = [0, 0];
        for (; byte < until || samples === 0; byte += 2) {
          sum += (pcm.readInt16LE(byte) / FULL_SCALE) ** 2;
          samples += 1;
        }
        add(step, sum, samples);
      }
      endsAt = startsAt + pcm.length / bytesPerMs;
    },
    at(step) {
      const known = steps.get(step);
      return known && Math.sqrt(known.sum / known.samples);
    },
    clear() {
      steps.clear();
      endsAt = -Infinity;
    },
  };
}

/** How alike two series rise and fall (Pearson); `null` when one of them does neither. */
export function likeness(pairs: readonly (readonly [number, number])[]): number | null {
  const mean = (pick: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[pick], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [x, y] of pairs) {
    both += (x - a) * (y - b);
    ofA += (x - a) ** 2;
    ofB += (y - b) ** 2;
  }
  const spread = Math.sqrt(ofA * ofB);
  return spread > 0 ? both / spread : null;
}
