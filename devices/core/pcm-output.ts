import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { type Ending, MediaError, type Output, type Prepared, type Programme } from "./output.ts";
import { frameBytes, type OpenSink, type PcmFormat, type PcmSink } from "./pcm-sink.ts";

interface Options {
  name: string;
  format: PcmFormat;
  openSink: OpenSink;
  /** The corrected clock, epoch ms. */
  now: () => number;
  /** Gets what is handed on, as it is. */
  onSound?: (pcm: Buffer) => void;
  ffmpegPath?: string;
}

const CHUNK_MS = 40;
/** A decoder that gives nothing for so long reads from a card that fails. */
const STALLED_MS = 10_000;
const TEST_TONE_HZ = 1000;

type Decoder = ChildProcessByStdio<null, Readable, null>;

/**
 * Decodes with ffmpeg and hands the samples on at the pace of the clock, so that a stop is silent within one chunk and a
 * recording is as long as what sounded.
 */
export function createPcmOutput(options: Options): Output {
  const { name, format, now, ffmpegPath = "ffmpeg", onSound = () => {} } = options;
  const openSink: OpenSink = (request) => {
    const sink = options.openSink(request);
    return {
      ...sink,
      write(pcm) {
        sink.write(pcm);
        onSound(pcm);
      },
    };
  };

  function decode(part: { path: string }, seekMs: number, volume: number): Decoder {
    const args = ["-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"];
    if (seekMs > 0) args.push("-ss", (seekMs / 1000).toFixed(3));
    args.push("-i", part.path, "-map", "0:a:0", "-vn");
    if (volume < 100) args.push("-af", `volume=${(volume / 100).toFixed(2)}`);
    args.push("-ar", `${format.sampleRate}`, "-ac", `${format.channels}`, "-f", "s16le", "pipe:1");
    const decoder = spawn(ffmpegPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    // Without a listener Node.js drains the pipe when the process ends, and what was not read yet is lost.
    decoder.stdout.on("readable", () => {});
    return decoder;
  }

  async function prepare(programme: Programme): Promise<Prepared> {
    const remaining = partsFrom(programme);
    const first = remaining.shift();
    if (!first) throw new MediaError("the seek is past the end");
    let decoder = decode(first, first.seekMs, programme.volume);
    await firstSamples(decoder);
    const sink = openOr(decoder, () =>
      openSink({ broadcastId: programme.broadcastId, startAt: programme.startAt, format }),
    );
    const { promise: ended, resolve, reject } = Promise.withResolvers<Ending>();
    ended.catch(() => {}); // also when nobody waits for it yet
    let timer: NodeJS.Timeout | undefined;
    let settled = false;

    async function settle(complete: boolean, writtenMs: number, error?: unknown): Promise<void> {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      decoder.kill("SIGKILL");
      const failure = await sink.close(complete).then(
        () => error,
        (late: unknown) => error ?? late,
      );
      if (failure === undefined) resolve({ positionMs: programme.seekMs + writtenMs, complete });
      else reject(failure instanceof Error ? failure : new Error("the output failed", { cause: failure }));
    }

    const pump = createPump(sink, format);
    let moved = { writtenMs: 0, at: Infinity };
    /** Paced by the monotonic clock: a correction of the time of day must neither stretch nor cut what sounds. */
    const step = (startedAt: number): void => {
      if (settled) return;
      try {
        pump.writeUntil(decoder.stdout, performance.now() - startedAt + CHUNK_MS);
        if (decoder.stdout.readableEnded && hasExited(decoder)) {
          if (decoder.exitCode !== 0)
            throw new MediaError(`the decoder ended with ${decoder.exitCode ?? decoder.signalCode}`);
          const next = remaining.shift();
          if (!next) return void settle(true, pump.writtenMs());
          decoder = decode(next, next.seekMs, programme.volume);
          decoder.on("error", (error) => void settle(false, pump.writtenMs(), error));
        }
        const at = performance.now();
        if (pump.writtenMs() > moved.writtenMs) moved = { writtenMs: pump.writtenMs(), at };
        else if (at - moved.at > STALLED_MS) throw new MediaError("the decoder stands still");
        timer = setTimeout(() => step(startedAt), CHUNK_MS / 2);
      } catch (error) {
        void settle(false, pump.writtenMs(), error);
      }
    };

    return {
      ended,
      async start() {
        const firstSampleAt = now();
        sink.begin(firstSampleAt);
        step(performance.now());
        return { firstSampleAt };
      },
      stop: () => settle(false, pump.writtenMs()),
    };
  }

  return {
    name,
    prepare,
    async testTone(durationMs, volume, signal) {
      if (signal.aborted) return;
      const sink = openSink({ broadcastId: `test-tone-${Math.round(now())}`, startAt: now(), format });
      sink.begin(now());
      sink.write(sine(format, durationMs, volume));
      const cutOff = () => void sink.close(false);
      signal.addEventListener("abort", cutOff);
      try {
        await sink.close(true);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener("abort", cutOff);
      }
    },
  };
}

const hasExited = ({ exitCode, signalCode }: Decoder): boolean => exitCode !== null || signalCode !== null;

/** A sink that cannot be opened must not leave a decoder behind. */
function openOr(decoder: Decoder, open: () => PcmSink): PcmSink {
  try {
    return open();
  } catch (error) {
    decoder.kill("SIGKILL");
    throw error;
  }
}

/** Hands samples on up to a position in time, never more than was asked for. */
function createPump(sink: PcmSink, format: PcmFormat) {
  const bytesPerMs = (format.sampleRate * frameBytes(format)) / 1000;
  let written = 0;
  return {
    writtenMs: () => written / bytesPerMs,
    writeUntil(stream: Readable, positionMs: number): void {
      for (;;) {
        const due = Math.floor((positionMs * bytesPerMs) / frameBytes(format)) * frameBytes(format) - written;
        if (due <= 0) return;
        const available = Math.min(due, stream.readableLength);
        // `read()` at the end makes the stream emit its end.
        const chunk = stream.read(available > 0 ? available : undefined) as Buffer | null;
        if (chunk === null) return;
        sink.write(chunk);
        written += chunk.length;
      }
    },
  };
}

function partsFrom({ parts, seekMs }: Programme): { path: string; seekMs: number }[] {
  let left = seekMs;
  const result: { path: string; seekMs: number }[] = [];
  for (const part of parts) {
    if (left >= part.durationMs) {
      left -= part.durationMs;
      continue;
    }
    result.push({ path: part.path, seekMs: left });
    left = 0;
  }
  return result;
}

/** @throws when the decoder ends without a sample */
async function firstSamples(decoder: Decoder): Promise<void> {
  await Promise.race([
    once(decoder.stdout, "readable"),
    once(decoder, "error").then(([error]) => Promise.reject(error as Error)),
  ]);
  if (decoder.stdout.readableLength === 0) throw new MediaError("the decoder gave no sound");
}

function sine(format: PcmFormat, durationMs: number, volume: number): Buffer {
  const frames = Math.round((durationMs / 1000) * format.sampleRate);
  const pcm = Buffer.alloc(frames * frameBytes(format));
  const amplitude = 0.25 * 32767 * (volume / 100);
  for (let frame = 0; frame < frames; frame += 1) {
    const value = Math.round(amplitude * Math.sin((2 * Math.PI * TEST_TONE_HZ * frame) / format.sampleRate));
    for (let channel = 0; channel < format.channels; channel += 1) {
      pcm.writeInt16LE(value, (frame * format.channels + channel) * 2);
    }
  }
  return pcm;
}
