import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { DeviceKind } from "../../src/protocol/messages.ts";
import { startDevice } from "./device.ts";
import { EnrolmentError, loadOrEnrol } from "./identity.ts";
import type { Output } from "./output.ts";
import { createPcmOutput } from "./pcm-output.ts";
import { type PcmFormat, playerSink, wavSink } from "./pcm-sink.ts";
import { type OutputName, readSettings, SettingsError, USAGE } from "./settings.ts";

const FORMATS: Record<DeviceKind, PcmFormat> = {
  loudspeaker: { sampleRate: 44_100, channels: 1 },
  terminal: { sampleRate: 48_000, channels: 2 },
};
const PROGRAMS = { ffplay: "ffplay", mpv: "mpv", alsa: "aplay" } as const;

const isInstalled = (program: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** The first that is installed sounds; a box without any records, and says so in its log. */
function bestOutput(): OutputName {
  const sounding = (["alsa", "mpv", "ffplay"] as const).find((name) => isInstalled(PROGRAMS[name]));
  return sounding ?? "wav";
}

interface OutputRequest {
  kind: DeviceKind;
  name: OutputName;
  stateDir: string;
  now: () => number;
}

export function createSound({ kind, name, stateDir, now }: OutputRequest): Output {
  const openSink = name === "wav" ? wavSink(join(stateDir, "recordings")) : playerSink(PROGRAMS[name]);
  return createPcmOutput({ name, format: FORMATS[kind], openSink, now });
}

/** Runs a device program of a kind: settings, enrolment, start, and the end on a signal. A second signal ends at once. */
export async function runProgram(
  kind: DeviceKind,
  createOutput: (request: OutputRequest) => Output = createSound,
): Promise<void> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env);
    const log = pino({ level: settings.logLevel });
    const identity = await loadOrEnrol({ ...settings, kind, log });
    const name = settings.output ?? bestOutput();
    const { stateDir } = settings;
    const device = await startDevice({
      server: settings.server,
      stateDir,
      identity,
      certificate: settings.certificate && {
        cert: readFileSync(settings.certificate.cert, "utf8"),
        key: readFileSync(settings.certificate.key, "utf8"),
      },
      createOutput: (now) => createOutput({ kind, name, stateDir, now }),
      log,
      onReboot: () => void end("reboot command"),
    });
    const end = async (why: string) => {
      log.info({ why }, "ending");
      await device.close();
      process.exit(0);
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        void end(signal);
      });
    }
  } catch (error) {
    process.exitCode = error instanceof SettingsError ? 2 : 1;
    if (error instanceof SettingsError) console.error(`${error.message}\n${USAGE}`);
    else console.error(error instanceof EnrolmentError ? error.message : error);
  }
}
