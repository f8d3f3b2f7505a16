import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A file system of its own, that can be full. */
export interface SmallDisk {
  path: string;
  /** Leaves nothing free. */
  fill(): void;
  /** Frees what `fill` took. */
  free(): void;
  remove(): void;
}

const CHUNK_BYTES = 4096;

/** Mounts a tmpfs, which needs root: without it there is no such disk, and the test that wants one fails. */
export function mountSmallDisk(path: string, megabytes: number): SmallDisk {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "pipe" });
  } catch (cause) {
    throw new Error("A small disk cannot be mounted here: run this test as root, with CAP_SYS_ADMIN.", {
      cause,
    });
  }
  const filler = join(path, "filler");
  return {
    path,
    fill() {
      const file = openSync(filler, "a");
      try {
        const chunk = Buffer.alloc(CHUNK_BYTES, 1);
        for (;;) writeSync(file, chunk);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => void execFileSync("umount", ["--lazy", path]),
  };
}
