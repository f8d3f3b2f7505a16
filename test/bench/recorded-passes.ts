import { execFile } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { MediaLab } from "../support/media-lab.ts";

const run = promisify(execFile);

/** The ffmpeg commands of one job, in order. */
export type Chain = string[][];

/**
 * An ffmpeg that writes down what it is asked to do, keeps the tags that it is given, and does it. The folder must be
 * open to the account it runs under.
 */
export function recordingFfmpeg(dir: string): { path: string; chains: () => Chain[] } {
  const path = join(dir, "recording-ffmpeg");
  const log = join(dir, "commands");
  const tags = join(dir, "tags");
  writeFileSync(log, "");
  chmodSync(log, 0o666);
  mkdirSync(tags, { recursive: true });
  chmodSync(tags, 0o777);
  const script = [
    "#!/bin/sh",
    `{ printf '%s\\0' "$@"; printf '\\0'; } >> '${log}'`,
    `for arg; do case $arg in *.tags) f=\${arg##*/}; d=\${arg%/*}; cp "$arg" '${tags}'/"\${d##*/}-$f";; esac; done`,
    'exec ffmpeg "$@"',
  ];
  writeFileSync(path, `${script.join("\n")}\n`);
  chmodSync(path, 0o755);
  return { path, chains: () => chainsOf(readFileSync(log, "utf8")) };
}

/** Work on recordings is recognised by its progress report; a job by its scratch folder. */
function chainsOf(log: string): Chain[] {
  const commands = log
    .split("\0\0")
    .map((command) => command.split("\0"))
    .filter((args) => args.includes("-progress"));
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

/**
 * Runs the very same commands by themselves, `atOnce` jobs side by side: launched as the server launches them, each job
 * in a folder that is removed after it, as the server's is. @returns seconds
 */
export async function replay(chains: readonly Chain[], lab: MediaLab, atOnce: number): Promise<number> {
  const program = lab.launch("ffmpeg");
  const waiting = [...chains.entries()];
  const beganAt = performance.now();
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, chain] = next;
      const folder = lab.file(`replay-${index}`);
      mkdirSync(folder);
      if (lab.account) chownSync(folder, lab.account.uid, lab.account.gid);
      const scratch = scratchOf(chain[0] ?? []) ?? "";
      for (const tags of new Set(chain.flat().filter((arg) => arg.endsWith(".tags"))))
        copyFileSync(
          lab.file(`tags/${basename(dirname(tags))}-${basename(tags)}`),
          join(folder, basename(tags)),
        );
      for (const args of chain) {
        const own = args.map((arg) => arg.replaceAll(scratch, folder));
        await run(program, ["-y", ...own.filter((arg) => arg !== "-y")], { maxBuffer: 1e8 });
      }
      rmSync(folder, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - beganAt) / 1_000;
}
