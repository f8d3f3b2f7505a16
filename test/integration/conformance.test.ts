import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBench } from "../../devices/conformance/bench.ts";
import { gatewayByCommand } from "../../devices/conformance/gateway-under-test.ts";
import { jsonOf, lineOf, summaryOf } from "../../devices/conformance/report.ts";
import { CASES, runCases, type Verdict } from "../../devices/conformance/run.ts";

const root = new URL("../../", import.meta.url).pathname;
const MINUTE_MS = 60_000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ccx-conformance-"));
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 3 }));

/** Leads a gateway through some cases. @param command what starts it, with {url} and {code} */
async function examine(name: string, command: string, only: readonly string[]): Promise<Verdict[]> {
  const code = "KIT0-KIT0-KIT0";
  await using bench = Object.assign(
    await openBench({
      host: "127.0.0.1",
      port: 0,
      mqttPort: 0,
      url: (port) => `http://127.0.0.1:${port}`,
      code,
      gateway: (url) => gatewayByCommand(command, { url, code }, join(folder, `${name}.log`)),
    }),
    { [Symbol.asyncDispose]: (): Promise<void> => bench.close() },
  );
  return await runCases(bench, only, () => {});
}

const failures = (verdicts: readonly Verdict[]) =>
  verdicts.filter(({ passed }) => !passed).map(({ id, failure }) => `${id}: ${failure}`);

// Most of a case is waiting for an instant, so all gateways are examined side by side.
describe.concurrent("the reference gateway", () => {
  const GROUPS = 4;
  const groups = Array.from({ length: GROUPS }, (_, group) =>
    CASES.map(({ id }) => id).filter((_id, index) => index % GROUPS === group),
  );

  test.each(groups.map((ids, index) => ({ index, ids })))(
    "passes all of group $index",
    async ({ index, ids }) => {
      const state = join(folder, `reference-${index}`);
      const command = `exec ${process.execPath} ${root}devices/gateway/main.ts --server {url} --code {code} --state ${state} --output wav`;
      const verdicts = await examine(`reference-${index}`, command, ids);
      expect(failures(verdicts)).toEqual([]);
      expect(verdicts.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    },
    6 * MINUTE_MS,
  );
});

describe.concurrent("a careless gateway", () => {
  const RIGHT = ["enrol", "play-on-time", "late-skip", "refuse-garbage", "own-branch", "well-formed"];
  const WRONG = [
    "connect",
    "subscribe",
    "birth",
    "conditional-fetch",
    "corrupt-media",
    "foreign-host",
    "quiet-hours",
    "refuse-bad-signature",
    "refuse-expired",
    "refuse-foreign-device",
    "replayed",
    "desired",
  ];

  test(
    "fails exactly where it is careless, and is told why",
    async () => {
      const command = `exec ${process.execPath} ${root}test/support/careless-gateway.ts {url} {code}`;
      const verdicts = await examine("careless", command, [...RIGHT, ...WRONG]);
      const [passed, failed] = [true, false].map((wanted) =>
        verdicts.filter((verdict) => verdict.passed === wanted).map(({ id }) => id),
      );
      expect(failed?.toSorted()).toEqual(WRONG.toSorted());
      expect(passed?.toSorted()).toEqual(RIGHT.toSorted());

      const will = verdicts.find(({ id }) => id === "connect");
      expect(will && lineOf(will)).toMatch(
        /^FAIL {2}connect .*\n {6}it leaves no will\n {6}PROTOCOL\.md, "MQTT"$/,
      );
      expect(summaryOf(verdicts)).toContain(
        `${RIGHT.length} of ${verdicts.length} cases passed; failed: connect,`,
      );
      const report = JSON.parse(jsonOf(verdicts, command, 0)) as { passed: boolean; cases: Verdict[] };
      expect(report).toMatchObject({ protocol: "ccx/v1", passed: false, cases: verdicts });
    },
    6 * MINUTE_MS,
  );
});

test("every case names a heading of PROTOCOL.md", () => {
  const headings = [...readFileSync(`${root}devices/PROTOCOL.md`, "utf8").matchAll(/^#+ (.+)$/gm)].map(
    ([, title]) => title,
  );
  for (const { section } of CASES) expect(headings).toContain(section);
});
