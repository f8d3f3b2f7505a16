/**
 * A fleet of simulated gateways in one process, for load and for trouble.
 *
 *   npm run simulator -- --server http://127.0.0.1:3000 --codes codes.txt
 *
 * `codes.txt` holds one enrolment code a line: one gateway each. See README.md beside this file.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Faults, NO_FAULTS } from "./faults.ts";
import { createFleet } from "./fleet.ts";

const USAGE =
  "usage: npm run simulator -- --server URL --codes FILE [--seed WORD] [--offline SHARE] [--slow SHARE] " +
  "[--lost-acks SHARE] [--clones SHARE] [--skew-ms MS] [--reboot-every-ms MS]";
/** Words on the command line. */
const SHARES = { offline: "offline", slow: "slow", lostAcks: "lost-acks", clones: "clones" } as const;
const TIMES = { skewMs: "skew-ms", rebootEveryMs: "reboot-every-ms" } as const;

function stop(): never {
  console.error(USAGE);
  process.exit(2);
}

function readFaults(values: Record<string, string | undefined>): Faults {
  const faults = { ...NO_FAULTS };
  const read = (name: keyof Faults, word: string, max: number) => {
    const value = Number(values[word] ?? 0);
    if (!(value >= 0 && value <= max)) stop();
    faults[name] = value;
  };
  for (const [name, word] of Object.entries(SHARES)) read(name as keyof typeof SHARES, word, 1);
  for (const [name, word] of Object.entries(TIMES)) read(name as keyof typeof TIMES, word, 2 ** 31);
  return faults;
}

function readArguments() {
  const words = ["server", "codes", "seed", ...Object.values(SHARES), ...Object.values(TIMES)];
  try {
    const options = Object.fromEntries(words.map((word) => [word, { type: "string" as const }]));
    return parseArgs({ options }).values as Record<string, string | undefined>;
  } catch {
    return stop();
  }
}

const values = readArguments();
const { server, codes: file, seed = 0 } = values;
if (!server || !file) stop();
const faults = readFaults(values);
const codes = readFileSync(file, "utf8").split(/\s+/).filter(Boolean);
let commands = 0;
const fleet = await createFleet({
  server: server.replace(/\/+$/, ""),
  codes,
  faults,
  seed,
  onCommand: () => {
    commands += 1;
  },
});
console.log(`${fleet.size} gateways are connected; Ctrl-C ends them.`);
process.once("SIGINT", () => {
  void fleet.close().then(() => {
    console.log(`${commands} commands were received.`);
    process.exit(0);
  });
});
