import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Output } from "../../devices/core/output.ts";
import { type Running, start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { makeTone } from "../support/county.ts";
import { listening } from "../support/listening.ts";
import { recorder, recordingOf, startTestDevice } from "../support/test-device.ts";

let state: string;
let station: AirStation & AsyncDisposable;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "ccx-supervised-"));
  station = await openAirStation();
});
afterEach(async () => {
  await station[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

const never = () => new Promise<never>(() => {});

test("an output that neither ends nor stops loses the air: the next broadcast plays", async () => {
  let isStuck = true;
  const sticking = (output: Output): Output => ({
    ...output,
    async prepare(programme) {
      if (!isStuck) return output.prepare(programme);
      isStuck = false;
      return { start: async () => ({ firstSampleAt: Date.now() }), ended: never(), stop: never };
    },
  });
  await using device = await startTestDevice(station, state, {
    createOutput: (now) => sticking(recorder(state, now)),
    graceMs: 1_000,
  });
  await until(() => device.online);
  const item = station.addMedia(readFileSync(makeTone(join(state, "tone.wav"), 1)), 1_000);
  const [stuck, next] = [airing(item, 2_500), airing(item, 3_500, { lateness: "play" })];
  await station.list([stuck, next]);
  await station.hears(stuck.id, "failed output-failed");
  await station.hears(next.id, "finished");
  expect(station.recordsOf(stuck.id)).toEqual(["received", "cached", "started", "failed output-failed"]);
  expect(recordingOf(state, next.id)).toMatchObject({ complete: true });
});

test("a server that takes every request and answers none does not leave a loop standing: the whole is given up", async () => {
  const blackHole = createServer(() => {});
  const port = await listening(blackHole);
  const hopeless: string[] = [];
  const device = await startTestDevice(
    { url: `http://127.0.0.1:${port}`, identity: station.identity },
    state,
    { graceMs: 500, onHopeless: (loop) => void hopeless.push(loop) },
  );
  await until(() => hopeless.length > 0, { what: "the end" });
  expect(["clock", "playlist"]).toContain(hopeless[0]);
  expect(device.text()).toContain("a loop stands still; restarting it");
  await device.close();
  blackHole.close();
});

describe("under systemd", () => {
  const children: ChildProcess[] = [];
  const gateways: Running[] = [];
  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.end("SIGKILL");
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  /** What arrives at a socket like that of the service manager. Node.js opens none of this kind; perl is everywhere. */
  async function listen(path: string) {
    const script = `use Socket; $| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un($ARGV[0]));
      print "listening\\n"; while (1) { recv(S, my $word, 4096, 0); print "$word\\n" }`;
    const child = spawn("perl", ["-e", script, path], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => (text += more));
    await once(child.stdout, "data");
    return { words: () => text.split("\n").filter((word) => word.includes("=")) };
  }

  test("it says that it is ready, that it lives, and that it ends", async () => {
    const path = join(state, "notify");
    const manager = await listen(path);
    const { kind: _, ...identity } = station.identity;
    await writeFile(join(state, "identity.json"), JSON.stringify(identity));
    const args = ["devices/gateway/main.ts", "--server", station.url, "--state", state, "--output", "wav"];
    const gateway = start(args, join(state, "gateway.log"), {
      ...process.env,
      NOTIFY_SOCKET: path,
      WATCHDOG_USEC: "400000",
    });
    gateways.push(gateway);
    const lives = () => manager.words().filter((word) => word === "WATCHDOG=1").length;
    await until(() => lives() >= 3, { what: "three signs of life", timeoutMs: 30_000 });
    expect(manager.words()).toContain("READY=1");
    await gateway.end("SIGTERM");
    expect(await gateway.ended).toBe(0);
    await until(() => manager.words().includes("STOPPING=1"), { what: "the last word" });
  });

  test("the unit is one that systemd understands, and little is exposed", async () => {
    const unit = "devices/gateway/cuncunxiang-gateway.service";
    const text = readFileSync(unit, "utf8");
    // What an image has: the program and its user.
    const checked = join(state, "cuncunxiang-gateway.service");
    await writeFile(checked, text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    execFileSync("systemd-analyze", ["verify", "--man=no", checked], { stdio: "pipe" });
    const table = execFileSync("systemd-analyze", ["security", "--offline=yes", "--no-pager", checked], {
      encoding: "utf8",
    });
    const exposure = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(table)?.[1]);
    expect(exposure).toBeLessThan(3);
  });
});

test("with a read-only root it writes below its state folder alone", async () => {
  const { kind: _, ...identity } = station.identity;
  await writeFile(join(state, "identity.json"), JSON.stringify(identity));
  const item = station.addMedia(readFileSync(makeTone(join(state, "tone.wav"), 1)), 1_000);
  // A name space of its own: everything is remounted read-only in it, but the state folder, as an image does it.
  const script = `mount --make-rprivate / && mount --bind "$1" "$1" &&
    for each in / /tmp /var /run /dev/shm; do mountpoint -q $each && mount -o remount,bind,ro $each; done
    shift; ! touch /tmp/probe 2>/dev/null && exec "$@"`;
  const command = ["devices/gateway/main.ts", "--server", station.url, "--state", state, "--output", "wav"];
  const child = spawn("unshare", ["--mount", "sh", "-c", script, "sh", state, process.execPath, ...command], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { PATH: process.env["PATH"] },
  });
  const ended = once(child, "exit");
  const broadcast = airing(item, 5_000);
  await station.list([broadcast]);
  await station.hears(broadcast.id, "cached", "started", "finished");
  expect(recordingOf(state, broadcast.id)).toMatchObject({ complete: true });
  child.kill("SIGTERM");
  expect((await ended)[0]).toBe(0);
});
