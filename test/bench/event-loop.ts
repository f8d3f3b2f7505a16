import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "../../scripts/until.ts";

/** For the environment of a process that is to be watched, beside EVENT_LOOP_FILE, the file that it writes to. */
export const WATCHED = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("./event-loop-watch.ts", import.meta.url))}`,
};

/** How late the event loop of a watched process was since the call before; from here on it is counted anew. */
export async function eventLoopSince(pid: number, file: string): Promise<{ p99Ms: number; maxMs: number }> {
  const lines = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []);
  const before = lines().length;
  process.kill(pid, "SIGWINCH");
  await until(() => lines().length > before, { what: "the figures of the event loop" });
  return JSON.parse(lines().at(-1) ?? "{}") as { p99Ms: number; maxMs: number };
}
