/**
 * Leads any gateway through the protocol and tells what it did right and wrong. See README.md beside this file.
 *
 *   npm run conformance -- --url http://10.0.0.9:4000 --device 'my-gateway --server {url} --code {code}'
 *   npm run conformance -- --url http://10.0.0.9:4000 --device by-hand
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBench } from "./bench.ts";
import { gatewayByCommand, gatewayByHand } from "./gateway-under-test.ts";
import { jsonOf, lineOf, summaryOf } from "./report.ts";
import { CASES, runCases } from "./run.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    url: { ...text, default: "http://127.0.0.1:0" },
    device: text,
    "mqtt-port": { ...text, default: "0" },
    only: text,
    report: text,
    log: { ...text, default: join(tmpdir(), `ccx-conformance-${process.pid}.log`) },
    list: { type: "boolean", default: false },
  },
});

const USAGE = `usage: npm run conformance -- --url URL --device COMMAND
  --url URL         the address by which the gateway reaches this kit, which listens on its port (0: a free one)
  --device COMMAND  what turns the gateway on; {url} and {code} in it are replaced. "by-hand" asks a person instead
  --mqtt-port PORT  where the kit's broker listens; default: a free port
  --only IDS        these cases alone, comma-separated
  --report FILE     also writes the report as JSON
  --log FILE        where the gateway's own output goes; default: a file in the temporary folder
  --list            prints the cases and ends`;

if (values.list) {
  for (const { id, says } of CASES) console.log(`${id.padEnd(24)} ${says}`);
  process.exit(0);
}
const only = values.only?.split(",").map((id) => id.trim()) ?? [];
const unknown = only.filter((id) => !CASES.some((each) => each.id === id));
if (values.device === undefined || !URL.canParse(values.url) || unknown.length > 0) {
  if (unknown.length > 0) console.error(`there is no case ${unknown.join(", ")}; --list prints them`);
  console.error(USAGE);
  process.exit(2);
}

const { device } = values;
const target = new URL(values.url);
const code = randomBytes(8)
  .toString("hex")
  .toUpperCase()
  .replaceAll(/(.{4})(?=.)/g, "$1-");
const startedAt = Date.now();
const bench = await openBench({
  host: target.hostname === "127.0.0.1" ? "127.0.0.1" : "0.0.0.0",
  port: target.port === "" ? 80 : Number(target.port),
  mqttPort: Number(values["mqtt-port"]),
  url: (port) => `${target.protocol}//${target.hostname}:${port}`,
  code,
  gateway: (url) =>
    device === "by-hand" ? gatewayByHand({ url, code }) : gatewayByCommand(device, { url, code }, values.log),
});
console.log(`The kit listens at ${bench.url}, its broker on port ${bench.broker.port}.`);

process.once("SIGINT", () => void bench.gateway.off().finally(() => process.exit(130)));
const verdicts = await runCases(bench, only, (verdict) => console.log(lineOf(verdict)));
await bench.close();
console.log(summaryOf(verdicts));
if (values.report !== undefined) writeFileSync(values.report, jsonOf(verdicts, device, startedAt));
process.exit(verdicts.every(({ passed }) => passed) ? 0 : 1);
