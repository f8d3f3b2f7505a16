import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { openDatabase } from "../../src/db/open.ts";
import { keepPrivate } from "../../src/db/private-folder.ts";
import { createFfmpeg, FfmpegError, type FfmpegJob } from "../../src/media/ffmpeg.ts";
import { type Confinement, confine } from "../../src/media/ffmpeg-confinement.ts";

let dir: string;
let confinement: Confinement;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "ccx-confined-"));
  chmodSync(dir, 0o755);
  confinement = confine(dir, join(dir, "media"), 12);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A program of a few lines, confined. */
function confined(name: string, script: string): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return confinement.launch(path);
}
/** What is asked of ffmpeg before the work itself is left to ffmpeg. */
const UNTIL_WORK = 'case "$*" in *-progress*) ;; *) exec ffmpeg "$@" ;; esac';
const say = (path: string): string => execFileSync(path, { encoding: "utf8" }).trim();

const job = (more: Partial<FfmpegJob> = {}): FfmpegJob => ({
  inputs: [{ path: join(dir, "input"), options: {} }],
  outputs: [{ path: null, options: {} }],
  durationMs: 0,
  timeLimitMs: 60_000,
  signal: new AbortController().signal,
  ...more,
});

const SECOND_NS = 1e9;
/** How long a process was on a processor, in nanoseconds: `sched-stats`, the first number of schedstat. */
const processorTime = ({ pid }: ChildProcess): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe("ffmpeg is confined", () => {
  test("to an unprivileged account and a group of its own", () => {
    const script =
      "cut -d' ' -f5 /proc/$$/stat; echo $$; id -u; grep NoNewPrivs /proc/$$/status; grep CapEff /proc/$$/status";
    const [group, pid, uid, privileges, capabilities] = say(confined("who", script)).split("\n");
    expect(group).toBe(pid);
    expect(privileges).toMatch(/1$/);
    expect(capabilities).toMatch(/:\s*0+$/);
    expect(uid).toBe(process.getuid?.() === 0 ? "65534" : String(process.getuid?.()));
    expect(confinement.warning).toBeNull();
  });

  test("to so much memory, so large a file, and no core dump", () => {
    const limits = say(confined("limits", "cat /proc/$$/limits"));
    expect(limits).toMatch(/Max address space\s+6442450944\s/);
    expect(limits).toMatch(/Max file size\s+68719476736\s/);
    expect(limits).toMatch(/Max core file size\s+0\s/);
    expect(limits).toMatch(/Max open files\s+256\s/);
  });

  test("without the server's environment, where its passwords are", () => {
    process.env["CCX_TEST_SECRET"] = "for nobody";
    const environment = say(confined("environment", "tr '\\0' '\\n' < /proc/self/environ"));
    delete process.env["CCX_TEST_SECRET"];
    const names = environment.split("\n").map((line) => line.split("=")[0]);
    // The shell of the test adds its own PWD.
    expect(new Set(names.filter((name) => name !== "PWD"))).toEqual(new Set(["LANG", "PATH"]));
  });

  test("without a network, where the kernel allows that", () => {
    const interfaces = say(confined("network", "tail -n +3 /proc/net/dev | cut -d: -f1"));
    expect(confinement.without).toContain("a network");
    expect(interfaces.trim()).toBe("lo");
    expect(say(confined("routes", "grep -v Iface /proc/net/route; echo no way out"))).toBe("no way out");
  });

  test("without a look at the database, its keys, or a snapshot of it", () => {
    if (process.getuid?.() !== 0) return;
    const data = join(dir, "data");
    const path = join(data, "cuncunxiang.db");
    keepPrivate(data, join(data, "media"));
    // As an earlier version left it.
    writeFileSync(path, "", { mode: 0o644 });
    const db = openDatabase(path, 0);
    const look = `ls ${data}; for file in ${path} ${path}-wal ${path}-shm; do cat $file; done`;
    expect(say(confined("thief", `(${look}) 2> /dev/null; echo "and that is all"`))).toBe("and that is all");
    // What is inside, by its name, can be reached.
    expect(confine(dir, join(data, "media"), 12).warning).toBeNull();
    keepPrivate(data, join(dir, "elsewhere"));
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect([path, `${path}-wal`, `${path}-shm`].map((file) => statSync(file).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600,
    ]);
    db.close();
  });

  test("and is what the kernel ends first when memory is short", () => {
    expect(say(confined("score", "cat /proc/self/oom_score_adj"))).toBe("1000");
  });

  test("and is killed whole: also what it started, and what ignores the first signal", async () => {
    const pids = join(dir, "pids");
    writeFileSync(pids, "", { mode: 0o666 });
    chmodSync(pids, 0o666);
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ >> ${pids}; while :; do sleep 1; done' & echo $$ >> ${pids}; wait; while :; do sleep 1; done`;
    const program = confined("stubborn", `${UNTIL_WORK}\n${script}`);
    const stop = new AbortController();
    const { run } = createFfmpeg({ ffmpegPath: program, ffprobePath: program });
    const ended = run(job({ signal: stop.signal }));
    const started = () => readFileSync(pids, "utf8").trim().split("\n").filter(Boolean).map(Number);
    await until(() => started().length === 2, { what: "both processes" });
    stop.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
    await until(() => started().every((pid) => !isAlive(pid)), {
      what: "the end of both",
      timeoutMs: 10_000,
    });
  });

  test("and leaves the processor to everybody else", async () => {
    // Two endless loops on one core, whose shares are taken once both spin: also the start of one is left to the other.
    const spin = join(dir, "spin");
    writeFileSync(spin, "#!/bin/sh\necho spins\nwhile :; do :; done\n", { mode: 0o755 });
    const onOneCore = (program: string, detached: boolean) =>
      spawn("taskset", ["-c", "0", program], { detached, stdio: ["ignore", "pipe", "ignore"] });
    const ours = onOneCore(confined("polite", `exec '${spin}'`), false);
    const theirs = onOneCore(spin, true);
    try {
      await Promise.all([once(ours.stdout, "data"), once(theirs.stdout, "data")]);
      const [oursBefore, theirsBefore] = [processorTime(ours), processorTime(theirs)];
      const theirShare = () => processorTime(theirs) - theirsBefore;
      await until(() => theirShare() > SECOND_NS, { what: "a second of one loop", timeoutMs: 60_000 });
      expect(processorTime(ours) - oursBefore).toBeLessThan(theirShare() / 4);
    } finally {
      for (const loop of [ours, theirs]) loop.kill("SIGKILL");
    }
  });

  test("and ends when it waits for ever, naming how long it waited", async () => {
    const program = confined("endless", `${UNTIL_WORK}\nwhile :; do sleep 1; done`);
    const { run } = createFfmpeg({ ffmpegPath: program, ffprobePath: program });
    await expect(run(job({ timeLimitMs: 100 }))).rejects.toThrow(/did not finish within 1 s/);
  });

  test("and ends when it computes for too long, whatever else the machine does", async () => {
    const { run } = createFfmpeg({ ffmpegPath: "ffmpeg", ffprobePath: "ffprobe" });
    const options = { f: "f32le", ar: 48_000, ac: 2 };
    const endless = job({ inputs: [{ path: "/dev/zero", options }], timeLimitMs: 1_000 });
    await expect(run(endless)).rejects.toThrow(/took more than 1 s of computing time/);
  });

  test("and a picture that wants all memory is an error, not the end of the machine", async () => {
    const { run } = createFfmpeg({ ffmpegPath: confinement.launch("ffmpeg"), ffprobePath: "ffprobe" });
    const graph = "nullsrc=s=65000x65000:d=1,format=gbrapf32[v]";
    const options = { f: "f32le", ar: 8_000, ac: 1, t: 1 };
    const error = await run(
      job({
        inputs: [{ path: "/dev/zero", options }],
        complexFilter: graph,
        outputs: [{ path: null, options: { map: "[v]" } }],
      }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FfmpegError);
    expect(error instanceof FfmpegError ? error.lines.join("\n") : "").toMatch(
      /Cannot allocate memory|Invalid/,
    );
  });

  test("a folder that nobody may enter is told of, and root's privileges are dropped all the same", () => {
    if (process.getuid?.() !== 0) return;
    const closed = join(dir, "closed");
    execFileSync("mkdir", ["-m", "700", closed]);
    const other = confine(dir, join(closed, "media"), 12);
    expect(other.warning).toMatch(/"nobody" cannot reach .*closed/);
    expect(other.account).toBeNull();
    const path = join(dir, "caps");
    writeFileSync(path, "#!/bin/sh\ngrep -E 'CapEff|CapBnd' /proc/$$/status\n", { mode: 0o755 });
    expect(say(other.launch(path))).toMatch(/CapEff:\s*0+\nCapBnd:\s*0+$/);
  });
});
