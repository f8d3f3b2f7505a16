import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Device, type DeviceOptions, startDevice } from "../../devices/core/device.ts";
import { deviceFolder } from "../../devices/core/device-folder.ts";
import type { Output } from "../../devices/core/output.ts";
import { createPcmOutput } from "../../devices/core/pcm-output.ts";
import { wavSink } from "../../devices/core/pcm-sink.ts";
import type { AirStation } from "./air-station.ts";
import { createMemoryLog } from "./memory-log.ts";

const HEADER_BYTES = 44;
const BYTES_PER_MS = 88.2; // 44.1 kHz, mono, 16 bits

/** The device runtime in this process, recording into `<state>/recordings`. */
export async function startTestDevice(
  { url, identity }: Pick<AirStation, "url" | "identity">,
  stateDir: string,
  change: Partial<DeviceOptions> = {},
): Promise<Device & AsyncDisposable & { text: () => string }> {
  const { log, text } = createMemoryLog();
  const device = await startDevice({
    server: url,
    ...deviceFolder(stateDir),
    identity,
    createOutput: (now) => recorder(stateDir, now),
    log,
    onReboot: () => {},
    onHopeless: () => {},
    ...change,
  });
  let closing: Promise<void> | undefined;
  const end = device.close;
  const close = () => (closing ??= end());
  return Object.assign(device, { close, text, [Symbol.asyncDispose]: close });
}

/** An output that records into `<folder>/recordings`. */
export const recorder = (folder: string, now: () => number): Output =>
  createPcmOutput({
    name: "wav",
    format: { sampleRate: 44_100, channels: 1 },
    openSink: wavSink(join(folder, "recordings")),
    now,
  });

export interface Recording {
  firstSampleAt: number;
  complete: boolean;
  durationMs: number;
}

/** What a broadcast left in the recordings, or `null` while there is none that was closed. */
export function recordingOf(stateDir: string, id: string): Recording | null {
  const base = join(stateDir, "recordings", id);
  if (!existsSync(`${base}.json`)) return null;
  const note = JSON.parse(readFileSync(`${base}.json`, "utf8")) as {
    firstSampleAt: number;
    complete: boolean;
  };
  return { ...note, durationMs: recordedMs(stateDir, id) };
}

/** By the bytes, so that a recording nobody closed counts as well. */
export function recordedMs(stateDir: string, id: string): number {
  const file = join(stateDir, "recordings", `${id}.wav`);
  return existsSync(file) ? Math.max(0, statSync(file).size - HEADER_BYTES) / BYTES_PER_MS : 0;
}
