import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../scripts/until.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { mosquittoFiles } from "../../src/delivery/mosquitto-files.ts";
import { dynamicSecurityPlugin } from "../../src/delivery/mosquitto-plugin.ts";
import { hashMqttPassword } from "../../src/devices/credentials.ts";
import { createDeviceService, type DeviceAccount } from "../../src/devices/device-service.ts";
import { createDeviceStore } from "../../src/devices/device-store.ts";
import { createEnrolmentStore } from "../../src/devices/enrolment-store.ts";
import { createTelemetryStore } from "../../src/devices/telemetry-store.ts";
import { createRegionService } from "../../src/regions/region-service.ts";
import { createRegionStore } from "../../src/regions/region-store.ts";
import { createTestClock } from "./fleet.ts";
import { freePort } from "./free-port.ts";
import { accepts } from "./listening.ts";

const MOSQUITTO = "/usr/sbin/mosquitto";

export interface MosquittoOptions {
  /** Asked at start and at each `reload`. */
  accounts: () => Iterable<DeviceAccount>;
  server: { username: string; password: string };
  /** Where one ran before; a free one when left out. */
  port?: number;
  /** Its accounts are the dynamic-security plugin's, which begins with those there are at the start. */
  dynamic?: boolean;
}

export interface RunningMosquitto {
  /** Without an account. */
  url: string;
  port: number;
  /** All it has printed so far. */
  output: () => string;
  /** Writes the files anew and sends SIGHUP; resolves once Mosquitto has read them. */
  reload: () => Promise<void>;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** A real Mosquitto on a free port of the loopback, with password and ACL files of our own making in force. */
export async function startMosquitto({
  accounts,
  server,
  ...rest
}: MosquittoOptions): Promise<RunningMosquitto> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-mosquitto-"));
  const port = rest.port ?? (await freePort());
  const mqttHash = hashMqttPassword(server.password);

  async function write(): Promise<void> {
    const files = mosquittoFiles({
      accounts: accounts(),
      server: { username: server.username, mqttHash },
      listen: { host: "127.0.0.1", port },
      folder,
      plugin: rest.dynamic === true ? dynamicSecurityPlugin() : null,
    });
    // Started as root it would drop to the `mosquitto` account, which cannot read this folder.
    const asSelf = process.getuid?.() === 0 ? "user root\n" : "";
    const { "cuncunxiang.conf": conf, ...accountFiles } = files;
    for (const [name, text] of Object.entries(accountFiles))
      await writeFile(join(folder, name), text, { mode: 0o600 });
    await writeFile(join(folder, "mosquitto.conf"), `${asSelf}log_type all\nlog_dest stderr\n${conf}`);
  }

  await write();
  const child = spawn(MOSQUITTO, ["-c", join(folder, "mosquitto.conf")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  let ended: string | null = null;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `ended with ${code ?? signal}`));
  await until(async () => {
    if (ended !== null) throw new Error(`mosquitto ${ended}\n${output}`);
    return accepts(port);
  });

  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    output: () => output,
    async reload() {
      await write();
      const reloads = () => output.split("Reloading config.").length;
      const before = reloads();
      child.kill("SIGHUP");
      await until(() => reloads() > before);
    },
    async stop(signal = "SIGTERM") {
      const gone = ended === null ? once(child, "exit") : null;
      child.kill(signal);
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The accounts as `npm run broker:files` reads them: from the database of the running server. */
export function accountsIn(folder: string): DeviceAccount[] {
  const db = openDatabaseReadOnly(`${folder}/data/cuncunxiang.db`);
  try {
    const devices = createDeviceService({
      store: createDeviceStore(db),
      codes: createEnrolmentStore(db),
      telemetry: createTelemetryStore(db),
      regions: createRegionService({ store: createRegionStore(db) }),
      refuseNew: () => {},
      clock: createTestClock(),
    });
    return [...devices.accounts()];
  } finally {
    db.close();
  }
}
