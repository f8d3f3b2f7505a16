import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** One window's readings of each channel. */
export interface Window {
  atMs: number;
  samples: number;
  channels: number;
  /** By the channel's number from 1 on, e.g. of `RMS_level` in dBFS; −∞ when ffmpeg could not read it. */
  level(channel: number, name: string): number;
}

/** ffmpeg's filter that writes each window's readings into a file of ours. */
export const printFilter = (path: string): string => `ametadata=mode=print:file=${escaped(path)}`;

/** A path inside a filter graph: quoted once for the option, once for the graph. */
const escaped = (path: string): string => path.replace(/[\\':]/g, "\\$&").replace(/[\\'[\],;]/g, "\\$&");

/** The windows that {@link printFilter} wrote, one after the other: an hour of them needs no more memory than one. */
export async function* readWindows(path: string): AsyncGenerator<Window> {
  let window: ReturnType<typeof windowAt> | null = null;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const at = /^frame:\d+\s+pts:\S+\s+pts_time:(\S+)/.exec(line)?.[1];
    if (at === undefined) window?.note(line);
    else {
      if (window) yield window.read();
      window = windowAt(Number(at) * 1_000);
    }
  }
  if (window) yield window.read();
}

function windowAt(atMs: number) {
  const readings = new Map<string, number>();
  let samples = 0;
  let channels = 0;
  return {
    note(line: string): void {
      const [, channel, name, value] = /^lavfi\.astats\.(\w+)\.(\w+)=(\S+)$/.exec(line) ?? [];
      if (channel === undefined) return;
      if (channel !== "Overall") {
        channels = Math.max(channels, Number(channel));
        readings.set(`${channel}.${name}`, toNumber(value));
      } else if (name === "Number_of_samples") samples = Number(value);
    },
    read: (): Window => ({
      atMs,
      samples,
      channels,
      level: (channel, name) => readings.get(`${channel}.${name}`) ?? Number.NEGATIVE_INFINITY,
    }),
  };
}

const toNumber = (text: string | undefined): number => {
  const value = Number(text);
  return text === undefined || text === "-inf" || Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
};

/** A level in dB as power, and back. */
export const powerOf = (db: number): number => 10 ** (db / 10);
export const decibels = (power: number): number => 10 * Math.log10(power);
