import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Output } from "./output.ts";
import { createPcmOutput } from "./pcm-output.ts";
import { type OpenSink, type PcmFormat, wavSink } from "./pcm-sink.ts";
import { aplay, ffplay, mpv, type RtpTarget, rtp } from "./player-programs.ts";
import { playerSink } from "./player-sink.ts";

/** Where a box may send its sound. */
export type SoundSetting =
  | { name: "alsa"; device?: string }
  | { name: "mpv" | "ffplay" | "wav" }
  | ({ name: "rtp" } & RtpTarget);

export interface SoundRequest {
  setting: SoundSetting;
  stateDir: string;
  /** The corrected clock, epoch ms. */
  now: () => number;
  /** Gets the samples as they are handed on, by `FORMAT`. */
  onSound?: (pcm: Buffer) => void;
}

/** What a horn sounds. */
export const FORMAT: PcmFormat = { sampleRate: 44_100, channels: 1 };
const PROGRAMS = { alsa: "aplay", mpv: "mpv", ffplay: "ffplay" } as const;

const isInstalled = (program: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** The first that is installed sounds; a box without any records, and says so in its log. */
export function usualSound(): SoundSetting {
  const name = (["alsa", "mpv", "ffplay"] as const).find((each) => isInstalled(PROGRAMS[each]));
  return { name: name ?? "wav" };
}

export function createSound({ setting, stateDir, now, onSound = () => {} }: SoundRequest): Output {
  return createPcmOutput({
    name: setting.name === "rtp" ? `rtp ${setting.address}:${setting.port}` : setting.name,
    format: FORMAT,
    openSink: sinkOf(setting, stateDir),
    now,
    onSound,
  });
}

function sinkOf(setting: SoundSetting, stateDir: string): OpenSink {
  switch (setting.name) {
    case "alsa":
      return playerSink(aplay(setting.device));
    case "mpv":
      return playerSink(mpv);
    case "ffplay":
      return playerSink(ffplay);
    case "rtp":
      return playerSink(rtp(setting, join(stateDir, `rtp-${setting.address}-${setting.port}.sdp`)));
    case "wav":
      return wavSink(join(stateDir, "recordings"));
  }
}
