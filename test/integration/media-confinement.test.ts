import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFfmpeg, FfmpegError, type FfmpegJob } from "../../src/media/ffmpeg.ts";
import { type Confinement, confine } from "../../src/media/ffmpeg-confinement.ts";
import { until } from "../support/until.ts";

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

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe("ffmpeg is confined", () => {
  test("to an unprivileged account, a group of its own and a low priority", () => {
    const script =
      "cut -d' ' -f5 /proc/$$/stat; echo $$; id -u; nice; grep NoNewPrivs /proc/$$/status; grep CapEff /proc/$$/status";
    const [group, pid, uid, niceness, privileges, capabilities] = say(confined("who", script)).split("\n");
    expect(group).toBe(pid);
    expect(niceness).toBe("12");
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

  test("and ends with a time limit, naming it", async () => {
    const program = confined("endless", `${UNTIL_WORK}\nwhile :; do sleep 1; done`);
    const { run } = createFfmpeg({ ffmpegPath: program, ffprobePath: program });
    await expect(run(job({ timeLimitMs: 300 }))).rejects.toThrow(/did not finish within 0 s/);
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
