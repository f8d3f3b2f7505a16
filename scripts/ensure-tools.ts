/**
 * Installs what a script needs from Debian's packages when it is missing and that is allowed (root, or sudo without a
 * password); otherwise says what to run and ends with status 1.
 *
 *   node scripts/ensure-tools.ts ffmpeg mosquitto espeak-ng
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** A binary, or the path of a file, that proves the package is there. */
const PACKAGES: Record<string, string> = {
  ffmpeg: "ffmpeg",
  mosquitto: "mosquitto",
  "espeak-ng": "espeak-ng",
  mpv: "mpv",
  "alsa-utils": "aplay",
  "nginx-light": "nginx",
  sox: "sox",
  "rabbitmq-server": "/usr/lib/rabbitmq",
  openssl: "openssl",
  wapiti: "wapiti",
  sqlmap: "sqlmap",
  chromium: "chromium",
  "chromium-headless-shell": "chromium-headless-shell",
  strace: "strace",
  systemd: "systemd-analyze",
  iproute2: "ip",
  socat: "socat",
  "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
};

/** What Debian starts as a service once installed, on ports of our own; the tests start theirs. */
const SERVICES = ["mosquitto", "rabbitmq-server"];

const isThere = (proof: string): boolean => (isAbsolute(proof) ? existsSync(proof) : onPath(proof));

const onPath = (binary: string): boolean =>
  // Debian keeps servers in sbin, which is not on everybody's path.
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].some((folder) => {
    try {
      accessSync(join(folder, binary), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const run = (command: string, args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).status === 0;

function stopService(service: string, isRoot: boolean): void {
  if (!onPath("systemctl")) return;
  const [command, ...args] = [...(isRoot ? [] : ["sudo", "-n"]), "systemctl", "disable", "--now", service];
  spawnSync(command, args, { stdio: "ignore" });
}

function main(packages: string[]): number {
  const unknown = packages.filter((name) => !(name in PACKAGES));
  if (unknown.length > 0) {
    console.error(`unknown package: ${unknown.join(", ")}; known are ${Object.keys(PACKAGES).join(", ")}`);
    return 2;
  }
  const missing = packages.filter((name) => !isThere(PACKAGES[name] ?? name));
  if (missing.length === 0) return 0;

  const install = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  const isRoot = process.getuid?.() === 0;
  const elevation = isRoot ? [] : ["sudo", "-n"];
  const allowed =
    onPath("apt-get") && (isRoot || (onPath("sudo") && spawnSync("sudo", ["-n", "true"]).status === 0));
  if (!allowed) {
    console.error(
      `Missing: ${missing.join(", ")}. Install it, then start again:\n\n    sudo sh -c '${install}'\n`,
    );
    return 1;
  }
  console.error(`Installing ${missing.join(", ")} from Debian's packages …`);
  const apt = (...args: string[]) => {
    const [command = "apt-get", ...rest] = [...elevation, "apt-get", ...args];
    return run(command, rest);
  };
  const installed =
    apt("update", "-qq") && apt("install", "-y", "-qq", "--no-install-recommends", ...missing);
  if (installed) {
    for (const service of SERVICES) if (missing.includes(service)) stopService(service, isRoot);
    return 0;
  }
  console.error(`That failed. By hand: sudo sh -c '${install}'`);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
