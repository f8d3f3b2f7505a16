import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Desired } from "../../src/protocol/messages.ts";
import { readIfPresent, writeIfRoom } from "./durable-file.ts";

/**
 * Leaves in `<state>/software-wanted.json` which software the device is to run, for the operator's own means of bringing
 * it there; no such file, and nothing is wanted. Written only when it changes, so a watcher wakes only then.
 */
export function noteWantedSoftware(stateDir: string, { software }: Pick<Desired, "software">): void {
  const path = join(stateDir, "software-wanted.json");
  if (software === undefined) return rmSync(path, { force: true });
  const { channel, version } = software;
  const text = `${JSON.stringify({ channel, version })}\n`;
  if (readIfPresent(path) !== text) writeIfRoom(path, text, 0o644);
}
