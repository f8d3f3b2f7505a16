import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Those that are shipped, but that a recording of any length becomes a stream. @returns their folder, inside `parent` */
export async function profilesForAnyLength(parent: string): Promise<string> {
  const into = join(parent, "profiles");
  await cp("media/profiles", into, { recursive: true });
  const stream = join(into, "terminal-hls.json");
  await writeFile(stream, (await readFile(stream, "utf8")).replace(/"minMinutes": \d+/, '"minMinutes": 0'));
  return into;
}
