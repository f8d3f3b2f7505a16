import { readFileSync } from "node:fs";
import { delay } from "../../src/clock.ts";
import { enrolmentCodes } from "../support/enrolment-codes.ts";
import { endChild, startBareBroker, startReceivers } from "./fan-out.ts";
import { withServer } from "./office.ts";
import type { ReportRow } from "./report.ts";

const GATEWAYS = Number(process.env["BENCH_GATEWAYS"] ?? 1500);
/** What was made on the way to a connection is gone by then. */
const SETTLE_MS = 15_000;

/** What one connected device costs the server, everything of it in the one process, against a client of a bare aedes. */
export async function deviceMemory(report: ReportRow): Promise<void> {
  await withServer({ ENROLMENTS_PER_MINUTE: "1000000" }, async ({ server, operator }) => {
    const codes = await enrolmentCodes(operator, GATEWAYS);
    const bare = await startBareBroker();
    const own = await grownKb(server.pid, () => startReceivers({ kind: "fleet", server: server.url, codes }));
    const raw = await grownKb(bare.pid, () =>
      startReceivers({ kind: "bare", url: bare.url, count: GATEWAYS }),
    );
    await Promise.all([own.receivers, raw.receivers].map(endChild));
    await bare.close();
    report({
      name: `memory of each of ${GATEWAYS} connected gateways`,
      value: own.kb / GATEWAYS,
      unit: "kB",
      baseline: raw.kb / GATEWAYS,
      ratio: own.kb / raw.kb,
    });
  });
}

async function grownKb(pid: number, connect: () => ReturnType<typeof startReceivers>) {
  const before = rssKb(pid);
  const receivers = await connect();
  await delay(SETTLE_MS);
  return { receivers, kb: rssKb(pid) - before };
}

const rssKb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
