/**
 * Checks the direction of imports (layer-rules.ts) and who may touch time and the environment. Fails when it
 * inspected nothing, since a rule over zero modules always holds.
 */
import { globSync, readFileSync } from "node:fs";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { options, ruleSet } from "./layer-rules.ts";

/** Words that only the named files of the server may use. */
const OWNED = [
  { word: /\bprocess\.env\b/, what: "process.env", owner: "src/config.ts" },
  { word: /\bDate\.now\(|\bnew Date\(\)/, what: "the current time", owner: "src/clock.ts" },
  // A socket's own `setTimeout` is a limit, no timer.
  { word: /(?<!\.)\bset(Timeout|Interval)\(/, what: "timers", owner: "src/clock.ts" },
];

function ownershipProblems(): string[] {
  return globSync("src/**/*.ts", { exclude: ["src/console/**"] }).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return OWNED.filter(({ word, owner }) => file !== owner && word.test(text)).map(
      ({ what, owner }) => `${file}: ${what} belongs to ${owner}`,
    );
  });
}

const { output } = await cruise(["src", "devices"], { ...options, ruleSet, validate: true });
const { summary } = output as ICruiseResult;
const problems = [
  ...summary.violations.map(({ rule, from, to }) => `${from} → ${to}: ${rule.name}`),
  ...ownershipProblems(),
];
if (summary.totalCruised === 0) problems.push("no module was inspected");
if (summary.totalDependenciesCruised === 0) problems.push("no import was inspected");
for (const problem of problems) console.error(problem);
console.log(
  `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports, ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
