import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { startServer } from "../../scripts/processes.ts";
import { importRegions, programmeId } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";

/**
 * `kill -9` takes nothing from the kernel's page cache, a power cut does: what counts is that the write-ahead log was
 * told to the disk (fdatasync(2)) before the answer went out.
 */
test("each acknowledgement leaves the server after what it acknowledges was flushed to the disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-synced-"));
  const server = await startServer(folder);
  const operator = await signIn(server.url, "admin", await server.password);
  await importRegions(operator);
  const programme = await programmeId(operator, "broadcast");

  const calls = join(folder, "calls.log");
  const watch = ["-f", "-s", "24", "-e", "trace=fdatasync,fsync,write,writev", "-o", calls];
  const strace = spawn("strace", [...watch, "-p", String(server.pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  // It says so once it is attached to every thread.
  await Promise.race([
    once(strace.stderr, "data"),
    once(strace, "exit").then(() => {
      throw new Error("strace could not attach: run this test as root, with CAP_SYS_PTRACE.");
    }),
  ]);
  const acts = [
    () => signIn(server.url, "admin", ""),
    () =>
      operator.post("/episodes", {
        programmeId: programme,
        number: 1,
        title: "一",
        segments: [{ name: "党建聚焦", title: "要闻" }],
      }),
    () => operator.post("/devices", { regionCode: VILLAGE, kind: "loudspeaker" }),
    () => operator.put(`/regions/${VILLAGE}/policy`, { maxVolume: 50 }),
    () => operator.post(`/regions/${VILLAGE}/calendar-links`, { label: "日历" }),
    () => operator.remove("/sign-in"),
  ];
  for (const act of acts) await act().catch(() => undefined);
  strace.kill("SIGINT");
  await once(strace, "exit");
  await server.end();

  const trace = existsSync(calls) ? readFileSync(calls, "utf8").split("\n") : [];
  const answers: number[] = [];
  let flushes = 0;
  for (const line of trace) {
    if (/fdatasync\(|fsync\(|<\.\.\. f(data)?sync resumed/.test(line)) flushes += 1;
    if (!/write[v]?\(.*"HTTP\/1\.1 /.test(line)) continue;
    answers.push(flushes);
    flushes = 0;
  }
  expect(answers).toHaveLength(acts.length);
  expect(answers.filter((count) => count === 0)).toEqual([]);
  await rm(folder, { recursive: true });
});
