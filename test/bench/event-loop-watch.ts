import { appendFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * Loaded into a server with `--import`, so that the server itself knows nothing of it: at SIGWINCH, which ends nothing,
 * it writes how late its event loop was since the signal before, and begins anew.
 */
const RESOLUTION_MS = 2;
const NS_PER_MS = 1e6;
const file = process.env["EVENT_LOOP_FILE"];
if (file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  // What is recorded is the whole time between two looks, of which the interval is no delay.
  const lateMs = (ns: number) => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  process.on("SIGWINCH", () => {
    const figures = { p99Ms: lateMs(delays.percentile(99)), maxMs: lateMs(delays.max) };
    appendFileSync(file, `${JSON.stringify(figures)}\n`);
    delays.reset();
  });
}
