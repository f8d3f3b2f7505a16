import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { BaseLogger } from "pino";
import { type Clock, MINUTE_MS, SECOND_MS } from "../../clock.ts";
import { messageOf } from "../../errors.ts";
import type { ChecksStore, Damage, DamageProblem, LibraryRun } from "./checks-store.ts";
import type { LibraryFiles } from "./library-files.ts";
import type { Mount } from "./mount.ts";
import type { KnownFile, ReferencesStore } from "./references-store.ts";

interface Options {
  references: ReferencesStore;
  checks: ChecksStore;
  files: LibraryFiles;
  mount: Mount;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "error">;
  bytesPerSecond: number;
  /** A timer that rejects when the signal is aborted. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Whether something is on air or soon will be. */
  onAirSoon: () => boolean;
  /** Has a rendition's file made again; false when nothing would make it, as of an older profile's. */
  makeAnew: (sha256: string) => boolean;
}

interface Finding {
  problem: DamageProblem;
  found: string;
}

const CHUNK_BYTES = 1024 * 1024;
/** A controller that was reset or a cable that was touched is back by then. */
const READ_AGAIN_AFTER_MS = 5 * SECOND_MS;
/** What the process lacks says nothing about a file, nor does it of the next one. */
const OWN_WANTS = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);
/** Sleeps shorter than this would mostly be timer error. */
const MIN_SLEEP_MS = 20;

/** Reads every file again, slowly, and compares it with its name: what a disk changed unasked is found before air. */
export function createScrub(options: Options) {
  const { references, checks, files, mount, clock, log, bytesPerSecond, sleep } = options;
  const { onAirSoon, makeAnew } = options;
  /** When the reading so far is paid for at the allowed rate, epoch milliseconds. */
  let paidUntil = 0;

  /** What is wrong is looked at twice: trouble that passes shall move nothing. */
  async function inspect(file: KnownFile, signal: AbortSignal): Promise<Finding | null> {
    try {
      if ((await look(file, signal)) === null) return null;
    } catch (error) {
      if (signal.aborted) throw error;
      await sleep(READ_AGAIN_AFTER_MS, signal);
    }
    try {
      return await look(file, signal);
    } catch (error) {
      if (signal.aborted || OWN_WANTS.has(codeOf(error))) throw error;
      // A disk that cannot read a block says so here.
      return { problem: "unreadable", found: messageOf(error) };
    }
  }

  async function look({ sha256, bytes }: KnownFile, signal: AbortSignal): Promise<Finding | null> {
    const size = files.sizeOf(sha256);
    if (size === null) return { problem: "missing", found: "nothing" };
    if (size !== bytes) return { problem: "size", found: `${size} bytes` };
    const found = await hash(files.pathOf(sha256), signal);
    return found === sha256 ? null : { problem: "changed", found };
  }

  async function hash(path: string, signal: AbortSignal): Promise<string> {
    const digest = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
      digest.update(chunk);
      await pace(chunk.length, signal);
    }
    return digest.digest("hex");
  }

  /** Across files, so that many small ones are read no faster than one large one. */
  async function pace(bytes: number, signal: AbortSignal): Promise<void> {
    paidUntil = Math.max(paidUntil, clock.now()) + (bytes / bytesPerSecond) * 1000;
    const aheadMs = paidUntil - clock.now();
    if (aheadMs >= MIN_SLEEP_MS) await sleep(Math.ceil(aheadMs), signal);
  }

  function report(file: KnownFile, finding: Finding, action: Damage["action"]): void {
    checks.saveDamage({ sha256: file.sha256, ...finding, action }, clock.now());
    log.error({ sha256: file.sha256, ...finding, action }, "a media file is not what its name says");
  }

  /** The rows come first: a crash before the move leaves a damaged file that the new one replaces. */
  function act(file: KnownFile, finding: Finding): void {
    const isMade = file.original === 0 && makeAnew(file.sha256);
    // As evidence.
    if (isMade && finding.problem !== "missing") files.moveAside(file.sha256);
    report(file, finding, isMade ? "made_anew" : "reported");
  }

  async function check(file: KnownFile, signal: AbortSignal): Promise<boolean> {
    const finding = await inspect(file, signal);
    // Reading takes its time: by now the disk may be gone, or the file collected or made again.
    mount.require();
    const now = references.fileOf(file.sha256);
    if (now === null) return false;
    if (finding === null) {
      checks.mend(file.sha256, clock.now());
      return false;
    }
    if (now.original === 0 && onAirSoon()) {
      // Told at once; acted on when nothing is disturbed by it, and only if it still is so.
      report(now, finding, "reported");
      while (onAirSoon()) await sleep(MINUTE_MS, signal);
      return check(now, signal);
    }
    act(now, finding);
    return true;
  }

  function begin(): LibraryRun {
    const last = checks.run("scrub");
    if (last !== null && last.endedAt === null) return last;
    return { beganAt: clock.now(), endedAt: null, cursor: "", result: { files: 0, bytes: 0, damaged: 0 } };
  }

  return {
    /**
     * One pass over all files, or the rest of a pass that a stop or a crash ended.
     * @throws {AppError} `unavailable` when the store looks unmounted
     */
    async run(signal: AbortSignal): Promise<LibraryRun> {
      mount.require();
      await mount.requireFiles();
      let run = begin();
      checks.saveRun("scrub", run);
      const { files: filesBefore = 0, bytes: bytesBefore = 0, damaged: damagedBefore = 0 } = run.result;
      const sum = { files: filesBefore, bytes: bytesBefore, damaged: damagedBefore };
      for (let page = references.filesAfter(run.cursor); page.length > 0; ) {
        for (const file of page) {
          signal.throwIfAborted();
          if (await check(file, signal)) sum.damaged += 1;
          sum.files += 1;
          sum.bytes += file.bytes;
          run = { ...run, cursor: file.sha256, result: { ...sum } };
          checks.saveRun("scrub", run);
        }
        page = references.filesAfter(run.cursor);
      }
      run = { ...run, endedAt: clock.now() };
      checks.saveRun("scrub", run);
      log.info({ ...sum }, "media library scrubbed");
      return run;
    },
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";
