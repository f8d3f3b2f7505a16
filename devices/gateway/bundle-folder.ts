import { createReadStream, lstatSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import type { BaseLogger } from "pino";
import { BUNDLE_SUFFIX } from "../../src/protocol/bundle.ts";
import type { Device } from "../core/device.ts";
import type { Faults } from "../core/faults.ts";

interface Options {
  importBundle: Device["importBundle"];
  faults: Faults;
  log: BaseLogger;
}

const LOOK_EVERY_MS = 2_000;

/**
 * Imports every bundle that appears in a folder or in the folders right below it, where sticks are mounted: once, and only
 * when it no longer grows. One that is not taken stays a fault as long as it is there.
 */
export function watchBundles(folder: string, { importBundle, faults, log }: Options): () => Promise<void> {
  /** By their path; what they looked like, and whether they were tried. */
  const seen = new Map<string, { looks: string; isDone: boolean }>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let looking = look();

  async function look(): Promise<void> {
    // A stick that fails while it is read must not end more than this look.
    await lookThrough().catch((error: unknown) =>
      log.warn({ err: error }, "bundles could not be looked for"),
    );
    if (!isClosed) timer = setTimeout(() => void (looking = look()), LOOK_EVERY_MS);
  }

  async function lookThrough(): Promise<void> {
    const present = bundlesIn(folder);
    for (const path of seen.keys()) if (!present.has(path)) forget(path);
    for (const [path, looks] of present) {
      const known = seen.get(path);
      if (known?.looks !== looks) seen.set(path, { looks, isDone: false });
      else if (!known.isDone && !isClosed) {
        known.isDone = true;
        await tryOne(path);
      }
    }
  }

  async function tryOne(path: string): Promise<void> {
    try {
      const { revision, files } = await importBundle(readBundle(path));
      log.info({ path, revision, files }, "a bundle was taken");
      faults.set(path, null);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      log.warn({ path, err: error }, "a bundle was not taken");
      faults.set(path, `the bundle ${basename(path)} was not taken: ${why}`);
    }
  }

  function forget(path: string): void {
    seen.delete(path);
    faults.set(path, null);
  }

  return async () => {
    isClosed = true;
    clearTimeout(timer);
    await looking;
  };
}

export const readBundle = (path: string) =>
  Readable.toWeb(createReadStream(path, { highWaterMark: 1024 * 1024 }));

/** Plain files alone: a link on a stick points nowhere that is its business. */
function bundlesIn(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const inside = lstatSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? namesIn(path).map((each) => join(path, each))
      : [path];
    for (const file of inside.filter((each) => each.endsWith(BUNDLE_SUFFIX))) {
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (stat?.isFile()) found.set(file, `${stat.size} ${stat.mtimeMs}`);
    }
  }
  return found;
}

/** None while nothing is mounted, or when the stick is pulled out. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
