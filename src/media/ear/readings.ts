import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** One window's readings of one channel; a reading that ffmpeg could not make is −∞. */
export interface Window {
  atMs: number;
  /** By channel, then by name, e.g. `RMS_level` in dBFS. */
  channels: Map<number, Map<string, number>>;
  samples: number;
  silenceStartMs: number | null;
  silenceEndMs: number | null;
}

/** The windows that `ametadata=mode=print` wrote, one after the other: an hour of them needs no more memory than one. */
export async function* readWindows(path: string): AsyncGenerator<Window> {
  let window: Window | null = null;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const at = /^frame:\d+\s+pts:\S+\s+pts_time:(\S+)/.exec(line)?.[1];
    if (at !== undefined) {
      if (window) yield window;
      window = {
        atMs: Number(at) * 1_000,
        channels: new Map(),
        samples: 0,
        silenceStartMs: null,
        silenceEndMs: null,
      };
      continue;
    }
    if (window) note(window, line);
  }
  if (window) yield window;
}

function note(window: Window, line: string): void {
  const [, channel, name, value] = /^lavfi\.astats\.(\d+)\.(\w+)=(\S+)$/.exec(line) ?? [];
  if (channel !== undefined && name !== undefined) {
    const readings = window.channels.get(Number(channel)) ?? new Map<string, number>();
    readings.set(name, toNumber(value));
    window.channels.set(Number(channel), readings);
    return;
  }
  const samples = /^lavfi\.astats\.Overall\.Number_of_samples=(\S+)$/.exec(line)?.[1];
  if (samples !== undefined) window.samples = Number(samples);
  const [, edge, seconds] = /^lavfi\.silence_(start|end)(?:\.\d+)?=(\S+)$/.exec(line) ?? [];
  if (edge === "start") window.silenceStartMs = Number(seconds) * 1_000;
  if (edge === "end") window.silenceEndMs = Number(seconds) * 1_000;
}

const toNumber = (text: string | undefined): number => {
  const value = Number(text);
  return text === undefined || text === "-inf" || Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
};

/** A level in dB as power, and back. */
export const powerOf = (db: number): number => 10 ** (db / 10);
export const decibels = (power: number): number => 10 * Math.log10(power);
