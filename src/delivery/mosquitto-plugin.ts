import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";

const LIBRARY = "mosquitto_dynamic_security.so";

/**
 * The plugin's library where Debian's mosquitto puts it, in the folder of the machine's architecture.
 * @throws {AppError} `unavailable` when it is not installed
 */
export function dynamicSecurityPlugin(libraries = "/usr/lib"): string {
  const found = ["", ...readdirSync(libraries)]
    .map((folder) => join(libraries, folder, LIBRARY))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new AppError("unavailable", `There is no ${LIBRARY} below ${libraries}.`, {
    hint: "Install Debian's mosquitto package, 2.0 or later, on this machine.",
  });
}
