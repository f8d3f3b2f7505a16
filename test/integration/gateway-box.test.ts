import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { airing } from "../support/airing.ts";
import { type Box, openBox, shell } from "../support/box.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

const SHORT_MS = 4_000;
const LONG_MS = 30_000;

let box: Box;
beforeEach(async () => void (box = await openBox()));
afterEach(() => box.close());

test("the box's own quiet hours and volume hold besides the county's", async () => {
  const allDay = ["00:00", "08:00", "16:00"].map((from, third) => ({
    from,
    to: ["08:00", "16:00", "00:00"][third],
  }));
  await box.start({ policy: { quietHours: allDay, maxVolume: 20 } });
  const item = box.media("short.wav", SHORT_MS);
  const [daily, notice] = [airing(item, 3_000, { class: "daily" }), airing(item, 3_000, { volume: 90 })];
  await box.station.list([daily, notice]);
  await box.station.hears(daily.id, "refused quiet-hours");
  await box.station.hears(notice.id, "finished");
  await box.station.command("volume", { volume: 80 });
  await until(() => box.station.states.at(-1)?.volume === 20, { what: "the cap" });
  const peakOf = (file: string) =>
    Number(
      /max_volume: (-?[\d.]+) dB/.exec(
        spawnSync("ffmpeg", ["-i", file, "-af", "volumedetect", "-f", "null", "-"], { encoding: "utf8" })
          .stderr,
      )?.[1],
    );
  const lowerBy =
    peakOf(join(box.state, "short.wav")) - peakOf(join(box.state, "recordings", `${notice.id}.wav`));
  expect(Math.abs(lowerBy - 14)).toBeLessThan(0.5);
});

describe("the stop button", () => {
  const line = () => join(box.state, "line");

  test("held silences at once and for as long as it is held; let go, what may be joined goes on", async () => {
    await writeFile(line(), "0\n");
    await box.start({ stopButton: { file: line() } });
    const item = box.media("long.wav", LONG_MS);
    const long = airing(item, 3_000);
    const later = airing(box.media("short.wav", SHORT_MS), 6_000, { class: "emergency", lateness: "skip" });
    await box.station.list([long, later]);
    await until(() => recordedMs(box.state, long.id) > 300, { what: "sound", timeoutMs: 20_000 });

    const pressedAt = Date.now();
    await writeFile(line(), "1\n");
    await box.station.hears(long.id, "interrupted silenced");
    const { firstSampleAt = 0, durationMs = 0 } = recordingOf(box.state, long.id) ?? {};
    expect(firstSampleAt + durationMs - pressedAt).toBeLessThan(500);
    await until(() => box.faults().includes("the stop button is pressed: nothing sounds"), {
      what: "the fault",
    });

    // Neither an emergency nor a test tone gets by.
    const tone = await box.station.command("test-tone", { durationMs: 500, volume: 50 });
    await box.station.hears(tone, "received");
    await box.station.hears(later.id, "refused silenced", "skipped silenced");
    const recorded = readdirSync(join(box.state, "recordings"));
    expect(recorded.toSorted()).toEqual([`${long.id}.json`, `${long.id}.wav`]);

    const releasedAt = Date.now();
    await writeFile(line(), "0\n");
    await until(() => recordedMs(box.state, `${long.id}.2`) > 300, { what: "going on", timeoutMs: 20_000 });
    expect(Date.now() - releasedAt).toBeLessThan(5_000);
    await until(() => box.faults().length === 0, { what: "the end of the fault" });
    expect(box.station.recordsOf(long.id)).toEqual([
      "received",
      "cached",
      "started",
      "interrupted silenced",
      "refused silenced",
    ]);
    expect(box.log()).toMatch(/the stop button is pressed[^]*the stop button is released/);
  });

  test("a program tells as well; when it ends, things stay as it said, and that is a fault", async () => {
    // It says that the button is pressed and ends; started again, that it is released.
    const script = `if test -e ${line()}; then echo released; exec sleep 60; else touch ${line()}; echo pressed; fi`;
    await box.start({ stopButton: { program: shell(script) } });
    await until(() => box.log().includes("the stop button is pressed"), { what: "the press" });
    await until(() => box.log().includes("the stop button is released"), { what: "the release" });
    await until(() => box.faults().length === 0, { what: "no fault" });
    const told = box.station.states.flatMap((told) => told.faults);
    expect(told).toContain("the stop button is pressed: nothing sounds");
    expect(told.join()).toContain("the stop button cannot be read: /bin/sh ended with 0");
  });

  test("a line that cannot be read silences nobody, and is a fault", async () => {
    await box.start({ stopButton: { file: line() } });
    await until(() => box.faults().some((fault) => fault.startsWith("the stop button cannot be read")));
    const broadcast = airing(box.media("short.wav", SHORT_MS), 3_000);
    await box.station.list([broadcast]);
    await box.station.hears(broadcast.id, "finished");
    expect(recordingOf(box.state, broadcast.id)).toMatchObject({ complete: true });
  });
});

test("a box file that is not as described ends the program with its faults named", async () => {
  await writeFile(join(box.state, "box.json"), JSON.stringify({ sensor: { programme: ["x"] } }));
  const args = ["--server", box.station.url, "--state", box.state, "--box", join(box.state, "box.json")];
  const running = start(["devices/gateway/main.ts", ...args], join(box.state, "gateway.log"));
  expect(await running.ended).toBe(1);
  await until(() => box.log().includes("/sensor"), { what: "what is wrong" });
});
