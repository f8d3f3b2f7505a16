import { readFileSync } from "node:fs";
import { type Level, type Logger, pino } from "pino";
import type { CacheLimits } from "./cache-limits.ts";
import { type Device, startDevice } from "./device.ts";
import { deviceFolder } from "./device-folder.ts";
import type { Faults } from "./faults.ts";
import { EnrolmentError, loadOrEnrol } from "./identity.ts";
import type { Output } from "./output.ts";
import type { OwnPolicy } from "./own-policy.ts";
import { createRecentTroubles, type Trouble } from "./recent-troubles.ts";
import { createServiceManager } from "./service-manager.ts";
import { type DeviceSettings, readSettings, SettingsError, USAGE } from "./settings.ts";

/** What a program adds to the core of a device. */
export interface Box {
  limits?: CacheLimits;
  ownPolicy?: OwnPolicy;
  createOutput(context: { now: () => number; faults: Faults }): Output;
  /** Takes up what goes beside the device. @returns what ends it */
  equip?(device: Device, troubles: () => Trouble[]): Promise<() => Promise<void>>;
}

/** A loop stood still, and a restart of it did not help. */
const EXIT_STOOD_STILL = 70;

/** Runs a device program: settings, enrolment, start, and the end on a signal. A second signal ends at once. */
export async function runProgram(createBox: (settings: DeviceSettings, log: Logger) => Box): Promise<void> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env);
    const troubles = createRecentTroubles();
    const level = settings.logLevel;
    const log = pino(
      { level },
      pino.multistream([
        { level: level as Level, stream: process.stdout },
        { level: "warn", stream: troubles },
      ]),
    );
    const box = createBox(settings, log);
    const manager = createServiceManager({ env: process.env, log });
    const kept = deviceFolder(settings.stateDir);
    const identity = await loadOrEnrol({ ...settings, store: kept.store, kind: "loudspeaker", log });
    const device = await startDevice({
      server: settings.server,
      ...kept,
      identity,
      certificate: settings.certificate && {
        cert: readFileSync(settings.certificate.cert, "utf8"),
        key: readFileSync(settings.certificate.key, "utf8"),
      },
      ...(box.limits ? { limits: box.limits } : {}),
      ...(box.ownPolicy ? { ownPolicy: box.ownPolicy } : {}),
      createOutput: (now, faults) => box.createOutput({ now, faults }),
      log,
      onReboot: () => void end("reboot command"),
      // Not by way of `close`, which waits for what stands still.
      onHopeless: () => process.exit(EXIT_STOOD_STILL),
    });
    const unequip = (await box.equip?.(device, troubles.list)) ?? (async () => {});
    const end = async (why: string) => {
      log.info({ why }, "ending");
      manager.close();
      await manager.stopping();
      await unequip();
      await device.close();
      process.exit(0);
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        void end(signal);
      });
    }
    await manager.ready();
  } catch (error) {
    if (error instanceof SettingsError) console.error(`${error.message}\n${USAGE}`);
    else console.error(error instanceof EnrolmentError ? error.message : error);
    process.exit(error instanceof SettingsError ? 2 : 1);
  }
}
