/** A stretch of MP3, cut between frames. */
export interface Mp3Part {
  bytes: Buffer;
  /** Exact, from the number of samples. */
  durationMs: number;
}

interface Frame {
  bytes: number;
  samples: number;
  rateHz: number;
}

/** Of layer III, kbit/s by index (ISO/IEC 11172-3 2.4.2.3; 13818-3 for the lower rates). */
const KBITS = {
  full: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  low: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES_HZ = [44_100, 48_000, 32_000];
/** MPEG 1, 2 and 2.5 by the two bits of the header. */
const VERSIONS: Record<number, { table: number[]; samples: number; divisor: number }> = {
  3: { table: KBITS.full, samples: 1_152, divisor: 1 },
  2: { table: KBITS.low, samples: 576, divisor: 2 },
  0: { table: KBITS.low, samples: 576, divisor: 4 },
};
const HEADER_BYTES = 4;
const LAYER_III = 1;

/** @throws when no frame begins there */
function frameAt(bytes: Buffer): Frame {
  const header = bytes.readUInt32BE(0);
  const version = VERSIONS[(header >>> 19) & 3];
  const kbits = version?.table[(header >>> 12) & 15];
  const baseHz = RATES_HZ[(header >>> 10) & 3];
  const isFrame = header >>> 21 === 0x7ff && ((header >>> 17) & 3) === LAYER_III;
  if (!isFrame || !version || !kbits || !baseHz) throw new Error("the encoder gave something that is no MP3");
  const rateHz = baseHz / version.divisor;
  const padding = (header >>> 9) & 1;
  return {
    bytes: Math.floor(((version.samples / 8) * kbits * 1_000) / rateHz) + padding,
    samples: version.samples,
    rateHz,
  };
}

/** 49 frames of 1,152 samples at 44.1 kHz are 1.28 s to the millisecond. */
const FRAMES_A_PART = 49;

/** Cuts what an encoder gives, as it comes, into parts of so many frames; what is left at the end is the last one. */
export function createPartCutter(onPart: (part: Mp3Part) => void) {
  let held = Buffer.alloc(0);
  let frames = 0;
  let cutAt = 0;
  let samples = 0;
  let rateHz = 1;

  function cut(): void {
    if (frames === 0) return;
    onPart({ bytes: Buffer.from(held.subarray(0, cutAt)), durationMs: (samples * 1_000) / rateHz });
    held = held.subarray(cutAt);
    frames = cutAt = samples = 0;
  }

  return {
    write(chunk: Uint8Array): void {
      held = Buffer.concat([held, chunk]);
      while (held.length >= cutAt + HEADER_BYTES) {
        const frame = frameAt(held.subarray(cutAt));
        if (held.length < cutAt + frame.bytes) return;
        frames += 1;
        cutAt += frame.bytes;
        samples += frame.samples;
        ({ rateHz } = frame);
        if (frames === FRAMES_A_PART) cut();
      }
    },
    end: cut,
  };
}
