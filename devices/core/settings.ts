import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export const OUTPUT_NAMES = ["wav", "ffplay", "mpv", "alsa"] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

export interface DeviceSettings {
  /** Base URL of the server. */
  server: string;
  /** Folder of everything the device keeps. */
  stateDir: string;
  /** Needed once, to enrol. */
  code: string | null;
  /** `null` for a random one that is kept in the state folder. */
  hardwareId: string | null;
  /** PEM files of the device's own certificate, for a broker that asks for one. */
  certificate: { cert: string; key: string } | null;
  /** `null` takes the best that is installed. */
  output: OutputName | null;
  /** What an installer sets up on the spot; `null` for none. */
  boxFile: string | null;
  logLevel: string;
}

/** Everything that is wrong with the command line, at once. */
export class SettingsError extends Error {
  constructor(problems: string[]) {
    super(problems.map((problem) => `  - ${problem}`).join("\n"));
    this.name = "SettingsError";
  }
}

export const USAGE = `
  --server URL        the server's address, e.g. http://10.0.0.5:3000       (CCX_SERVER)
  --state DIR         where the device keeps its identity, media and journal (CCX_STATE)
  --code CODE         enrolment code, the first time only                    (CCX_CODE)
  --hardware-id ID    what tells this box from others; default: random    (CCX_HARDWARE_ID)
  --cert FILE, --key FILE   the device's certificate for the broker, PEM  (CCX_CERT, CCX_KEY)
  --output NAME       ${OUTPUT_NAMES.join(", ")}; default: the best that is installed   (CCX_OUTPUT)
  --box FILE          outputs, sensor, stop button and more of this box; default: none   (CCX_BOX)
  --log-level LEVEL   default: info                                          (CCX_LOG_LEVEL)
`;

/** Flags win over the environment. @throws {SettingsError} */
export function readSettings(argv: string[], env: Record<string, string | undefined>): DeviceSettings {
  const { values } = parse(argv);
  const problems: string[] = [];
  const value = (flag: keyof typeof values, variable: string) =>
    values[flag]?.trim() || env[variable]?.trim() || null;

  const server = value("server", "CCX_SERVER");
  if (server === null) problems.push("--server is missing");
  else if (!/^https?:\/\//.test(server) || !URL.canParse(server))
    problems.push(`--server is not an http(s) URL: "${server}"`);
  const stateDir = value("state", "CCX_STATE");
  if (stateDir === null) problems.push("--state is missing");
  const output = value("output", "CCX_OUTPUT");
  const knownOutput = OUTPUT_NAMES.find((name) => name === output) ?? null;
  if (output !== null && knownOutput === null)
    problems.push(`--output must be one of ${OUTPUT_NAMES.join(", ")}, not "${output}"`);
  const [cert, key] = [value("cert", "CCX_CERT"), value("key", "CCX_KEY")];
  if ((cert === null) !== (key === null)) problems.push("--cert and --key go together");
  const boxFile = value("box", "CCX_BOX");
  for (const file of [cert, key, boxFile])
    if (file !== null && !existsSync(file)) problems.push(`there is no file ${file}`);
  if (problems.length > 0) throw new SettingsError(problems);

  return {
    server: (server ?? "").replace(/\/+$/, ""),
    stateDir: resolve(stateDir ?? ""),
    code: value("code", "CCX_CODE"),
    hardwareId: value("hardware-id", "CCX_HARDWARE_ID"),
    certificate: cert !== null && key !== null ? { cert, key } : null,
    output: knownOutput,
    boxFile,
    logLevel: value("log-level", "CCX_LOG_LEVEL") ?? "info",
  };
}

function parse(argv: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: argv,
      options: {
        server: text,
        state: text,
        code: text,
        "hardware-id": text,
        cert: text,
        key: text,
        output: text,
        box: text,
        "log-level": text,
      },
    });
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)]);
  }
}
