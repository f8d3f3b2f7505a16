import type { Logger } from "pino";
import { USUAL_LIMITS } from "../core/cache-limits.ts";
import { createEnvelope, type Envelope } from "../core/envelope.ts";
import { createOutputList, type OutputList } from "../core/output-list.ts";
import type { Box } from "../core/program.ts";
import { createSensedOutput, type Sensor } from "../core/sensed-output.ts";
import type { DeviceSettings } from "../core/settings.ts";
import { createSound, FORMAT, usualSound } from "../core/sound.ts";
import { type BoxFile, readBoxFile } from "./box-file.ts";
import { watchBundles } from "./bundle-folder.ts";
import { arecord, createMicrophone } from "./microphone.ts";
import { createSensorProgram } from "./sensor-program.ts";
import { openStatusPage } from "./status-server.ts";
import { watchButtonFile, watchButtonProgram } from "./stop-button.ts";

const MEGABYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The loudspeaker gateway, as its box file describes it. SIGHUP reads the file again and takes its outputs. */
export function createGatewayBox(settings: DeviceSettings, log: Logger): Box {
  const read = (): BoxFile => (settings.boxFile === null ? {} : readBoxFile(settings.boxFile));
  const file = read();
  const played = createEnvelope(FORMAT);
  const needsPlayed = file.sensor !== undefined && "microphone" in file.sensor;
  let outputs: OutputList;

  return {
    limits: limitsOf(file),
    ownPolicy: file.policy ?? {},

    createOutput({ now, faults }) {
      const soundsOf = ({ outputs: listed }: BoxFile) => {
        const chosen = settings.output === null ? listed : [{ name: settings.output }];
        return (chosen ?? [usualSound()]).map((setting) =>
          createSound({
            setting,
            stateDir: settings.stateDir,
            now,
            ...(needsPlayed ? { onSound: played.push } : {}),
          }),
        );
      };
      outputs = createOutputList({ outputs: soundsOf(file), log, faults });
      process.on("SIGHUP", () => {
        try {
          outputs.replace(soundsOf(read()));
          log.info({ outputs: outputs.name }, "other outputs from the next broadcast on");
        } catch (error) {
          log.error({ err: error }, "the box file cannot be used; everything stays as it is");
        }
      });
      const { sensor } = file;
      if (!sensor) return outputs;
      return createSensedOutput({ output: outputs, sensor: sensorOf(sensor, played, log), faults });
    },

    async equip({ faults, silence, status, importBundle }, troubles) {
      const { stopButton, statusPage, bundles } = file;
      const ends: (() => Promise<void> | void)[] = [];
      if (stopButton) {
        const options = { faults, log, onChange: silence.set };
        ends.push(
          "file" in stopButton
            ? watchButtonFile(stopButton, options)
            : watchButtonProgram(stopButton, options),
        );
      }
      if (bundles) ends.push(watchBundles(bundles.folder, { importBundle, faults, log }));
      if (statusPage) {
        // An address that another program has taken must not silence a village.
        const opened = await openStatusPage(statusPage, { status, troubles }).catch((error: unknown) => {
          log.error({ err: error }, "the status page cannot be opened");
          faults.set("status-page", "the status page cannot be opened");
        });
        if (opened) ends.push(opened);
      }
      return async () => {
        for (const end of ends) await end();
      };
    },
  };
}

function sensorOf(setting: NonNullable<BoxFile["sensor"]>, played: Envelope, log: Logger): Sensor {
  if ("microphone" in setting) {
    const { microphone } = setting;
    const command = typeof microphone === "string" ? arecord(microphone) : microphone;
    return createMicrophone({ command, played, log });
  }
  const { program, level, everySeconds = 2 } = setting;
  return createSensorProgram({ command: program, level, everyMs: everySeconds * 1_000, log });
}

function limitsOf({ media = {} }: BoxFile) {
  const { maxMegabytes, keepFreeMegabytes, retentionDays } = media;
  return {
    maxBytes: maxMegabytes === undefined ? null : maxMegabytes * MEGABYTE,
    keepFreeBytes:
      keepFreeMegabytes === undefined ? USUAL_LIMITS.keepFreeBytes : keepFreeMegabytes * MEGABYTE,
    retentionMs: retentionDays === undefined ? USUAL_LIMITS.retentionMs : retentionDays * DAY_MS,
  };
}
