import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The ffmpeg commands of one job, in order. */
export type Chain = string[][];

/** An ffmpeg that writes down what it is asked to do, and does it. */
export function recordingFfmpeg(dir: string): { path: string; chains: () => Chain[] } {
  const path = join(dir, "recording-ffmpeg");
  const log = join(dir, "commands");
  writeFileSync(log, "");
  writeFileSync(path, `#!/bin/sh\n{ printf '%s\\0' "$@"; printf '\\0'; } >> '${log}'\nexec ffmpeg "$@"\n`);
  chmodSync(path, 0o755);
  return { path, chains: () => chainsOf(readFileSync(log, "utf8")) };
}

/** Work on recordings is recognised by its progress report; a job by its scratch folder. */
function chainsOf(log: string): Chain[] {
  const commands = log
    .split("\0\0")
    .map((command) => command.split("\0"))
    .filter((args) => args.includes("-progress") && !args.includes("ffmetadata"));
  const chains = new Map<string, Chain>();
  for (const args of commands) {
    const scratch = scratchOf(args);
    if (scratch !== null) chains.set(scratch, [...(chains.get(scratch) ?? []), args]);
  }
  return [...chains.values()];
}

const scratchOf = (args: readonly string[]): string | null =>
  args
    .map((arg) => /(\/[^=:;,'[\]]*\/tmp\/[0-9a-f-]{36})\//.exec(arg)?.[1])
    .find((found) => found !== undefined) ?? null;

/** Runs the very same commands by themselves, with files in another folder, `atOnce` jobs side by side; seconds. */
export async function replay(chains: readonly Chain[], dir: string, atOnce: number): Promise<number> {
  const waiting = [...chains.entries()];
  const beganAt = performance.now();
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, chain] = next;
      const folder = join(dir, `replay-${index}-${Date.now()}`);
      mkdirSync(folder);
      const scratch = scratchOf(chain[0] ?? []) ?? "";
      for (const args of chain) {
        const own = args.map((arg) => arg.replaceAll(scratch, folder));
        await run("nice", ["-n", "15", "ffmpeg", "-y", ...own.filter((arg) => arg !== "-y")], {
          maxBuffer: 1e8,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - beganAt) / 1_000;
}
