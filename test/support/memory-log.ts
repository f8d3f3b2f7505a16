import pino from "pino";
import { logOptions } from "../../src/http/log-options.ts";

/** A real pino logger whose lines a test can read; `stream` gives the same to a logger made elsewhere. */
export function createMemoryLog() {
  const entries: Record<string, unknown>[] = [];
  const stream = {
    write(line: string): void {
      const entry: Record<string, unknown> = JSON.parse(line);
      entries.push(entry);
    },
  };
  const text = () => entries.map((entry) => JSON.stringify(entry)).join("\n");
  return { log: pino({ ...logOptions, level: "debug" }, stream), stream, entries, text };
}
