import { mkdir, open, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../src/clock.ts";
import { type Config, loadEnvironment, readConfig } from "../src/config.ts";
import { openDatabaseReadOnly } from "../src/db/open.ts";
import { mosquittoFiles } from "../src/delivery/mosquitto-files.ts";
import { dynamicSecurityPlugin } from "../src/delivery/mosquitto-plugin.ts";
import { hashMqttPassword } from "../src/devices/credentials.ts";
import { createDeviceService } from "../src/devices/device-service.ts";
import { createDeviceStore } from "../src/devices/device-store.ts";
import { createEnrolmentStore } from "../src/devices/enrolment-store.ts";
import { createTelemetryStore } from "../src/devices/telemetry-store.ts";
import { AppError, messageOf } from "../src/errors.ts";
import { createRegionService } from "../src/regions/region-service.ts";
import { createRegionStore } from "../src/regions/region-store.ts";

const USAGE = "Usage: npm run broker:files -- --out DIR [--listen 127.0.0.1:1883] [--dynamic-security]";

/** Writes Mosquitto's password, ACL and configuration files for the devices that are enrolled now. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      listen: { type: "string", default: "127.0.0.1:1883" },
      "dynamic-security": { type: "boolean", default: false },
    },
  });
  if (values.out === undefined) throw new AppError("invalid", USAGE);
  const folder = resolve(values.out);
  const config = readConfig(loadEnvironment());
  const listen = parseListen(values.listen);
  const server = serverAccount(config);
  const db = openDatabaseReadOnly(join(config.dataDir, "cuncunxiang.db"));
  const devices = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry: createTelemetryStore(db),
    regions: createRegionService({ store: createRegionStore(db) }),
    refuseNew: () => {},
    clock: systemClock,
  });
  const accounts = [...devices.accounts()];
  db.close();

  const isDynamic = values["dynamic-security"];
  const plugin = isDynamic ? dynamicSecurityPlugin() : null;
  const files = mosquittoFiles({ accounts, server, listen, folder, plugin });
  await mkdir(folder, { recursive: true, mode: isDynamic ? 0o770 : 0o750 });
  for (const [name, text] of Object.entries(files))
    await writeAtomically(folder, name, text, isDynamic ? 0o660 : 0o640);
  const names = Object.keys(files).join(", ");
  console.log(`${folder}: ${names} for ${server.username} and ${accounts.length} device(s).

The first time:  chgrp -R mosquitto ${folder} && chmod g+s ${folder}
                 echo 'include_dir ${folder}' >> /etc/mosquitto/mosquitto.conf && systemctl restart mosquitto
${
  isDynamic
    ? "Afterwards the server keeps the accounts itself: start it with MQTT_ACCOUNTS=dynamic-security.\nStop Mosquitto before this command is run again, or it writes its own over these."
    : "Afterwards, at each change of devices:  systemctl reload mosquitto (or SIGHUP)"
}`);
}

/** The account that MQTT_URL names; the broker's files get its hash. */
function serverAccount({ mqttUrls }: Config): { username: string; mqttHash: string } {
  const { username, password } = new URL(mqttUrls[0] ?? "mqtt://nowhere");
  if (username === "" || password === "") {
    throw new AppError("invalid", "MQTT_URL names no account for the server.", {
      hint: "Set MQTT_URL=mqtt://ccx-server:<a long random password>@host:1883, here and for the server.",
    });
  }
  return { username: decodeURIComponent(username), mqttHash: hashMqttPassword(decodeURIComponent(password)) };
}

function parseListen(listen: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[2]);
  if (!match?.[1] || port < 1 || port > 65_535)
    throw new AppError("invalid", `--listen ${listen} is not host:port.\n${USAGE}`);
  return { host: match[1].replace(/^\[(.*)\]$/, "$1"), port };
}

/** A broker that is told to reload meanwhile reads the old file or the new one, never half of one. */
async function writeAtomically(folder: string, name: string, text: string, mode: number): Promise<void> {
  const temporary = join(folder, `.${name}.${process.pid}`);
  const file = await open(temporary, "w", mode);
  try {
    await file.chmod(mode); // whatever the umask
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, name));
}

try {
  await main();
} catch (error) {
  console.error(messageOf(error));
  if (error instanceof AppError && error.hint !== undefined) console.error(error.hint);
  process.exitCode = 1;
}
