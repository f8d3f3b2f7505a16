/**
 * The fault tests with many more kills, rounds and cases than `npm test` has, one part after the other, and a line for each once it
 * is over and again at the end: what docs/security.md records of it. Ends with 1 when a part failed.
 *
 *   npm run test:long [-- part …]     only these: acknowledged, media-kills, operations-fuzz, media-fuzz, fleet-faults, others
 *
 * KILLS, MEDIA_KILLS, FUZZ_ROUNDS, MEDIA_FUZZ_CASES and FLEET_GATEWAYS set how much.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MINUTE_MS, systemClock } from "../src/clock.ts";

interface Part {
  name: string;
  /** The variable that says how much, how much it is here, and of what; `seed` is the variable that sets other moments. */
  amount: {
    variable: string;
    count: number;
    of: string;
    seed?: string;
    /** Further variables. */
    with?: Record<string, string>;
  } | null;
  files: string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const SUFFIX = ".test.ts";
const AMOUNTS: Record<string, NonNullable<Part["amount"]>> = {
  acknowledged: {
    variable: "KILLS",
    count: 100,
    of: "kills while everything is written",
    seed: "KILLS_SEED",
  },
  "media-kills": { variable: "MEDIA_KILLS", count: 300, of: "kills during uploads" },
  "operations-fuzz": {
    variable: "FUZZ_ROUNDS",
    count: 100,
    of: "calls of every operation",
    seed: "FUZZ_SEED",
  },
  "media-fuzz": { variable: "MEDIA_FUZZ_CASES", count: 2000, of: "damaged recordings" },
  "fleet-faults": {
    variable: "FLEET_GATEWAYS",
    count: 250,
    of: "gateways under 45 broadcasts",
    seed: "FLEET_SEED",
    with: { FLEET_BROADCASTS: "45" },
  },
};

function allParts(): Part[] {
  const files = readdirSync(`${root}test/fault`).filter((file) => file.endsWith(SUFFIX));
  const others = files.filter((file) => !(file.slice(0, -SUFFIX.length) in AMOUNTS));
  return [
    ...Object.entries(AMOUNTS).map(([name, amount]) => ({ name, amount, files: [name + SUFFIX] })),
    { name: "others", amount: null, files: others },
  ];
}

/** @returns the line about it, and whether it passed */
function run({ name, amount, files }: Part): { line: string; isPassed: boolean } {
  const count = amount && Number(process.env[amount.variable] ?? amount.count);
  const env = { ...process.env, ...amount?.with, ...(amount ? { [amount.variable]: String(count) } : {}) };
  const began = systemClock.steadyMs();
  const paths = files.map((file) => `test/fault/${file}`);
  const args = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", ...paths];
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" });
  const minutes = ((systemClock.steadyMs() - began) / MINUTE_MS).toFixed(1);
  const seed = process.env[amount?.seed ?? ""] ?? "the test's own";
  const what = amount ? `${count} ${amount.of}, seed ${seed}` : `${files.length} files once`;
  const isPassed = status === 0;
  const line = `${isPassed ? "passed" : "FAILED"}  ${name}: ${what}, ${minutes} minutes, at ${commit()}`;
  console.log(`\n${line}\n`);
  return { line, isPassed };
}

/** What was tested; nothing of it where there is no repository. */
const commit = (): string =>
  spawnSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).stdout?.trim() ||
  "an unknown commit";

const wanted = process.argv.slice(2);
const known = allParts();
const unknown = wanted.filter((name) => !known.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(", ")}; there are ${known.map(({ name }) => name).join(", ")}.`,
  );
  process.exitCode = 1;
} else {
  const results = known.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).map(run);
  console.log(`\n${results.map(({ line }) => line).join("\n")}`);
  if (results.some(({ isPassed }) => !isPassed)) process.exitCode = 1;
}
