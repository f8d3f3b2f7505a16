/**
 * A fleet of simulated gateways in one process, for load.
 *
 *   npm run simulator -- --server http://127.0.0.1:3000 --codes codes.txt
 *
 * `codes.txt` holds one enrolment code a line: one gateway each. See README.md beside this file.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createFleet } from "./fleet.ts";

const { values } = parseArgs({ options: { server: { type: "string" }, codes: { type: "string" } } });
if (!values.server || !values.codes) {
  console.error("usage: npm run simulator -- --server URL --codes FILE");
  process.exit(2);
}
const codes = readFileSync(values.codes, "utf8").split(/\s+/).filter(Boolean);
let commands = 0;
const fleet = await createFleet({
  server: values.server.replace(/\/+$/, ""),
  codes,
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
