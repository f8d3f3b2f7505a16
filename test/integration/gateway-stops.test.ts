import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { Item, PlayBody, PlaylistBroadcast } from "../../src/protocol/messages.ts";
import { type AirStation, openAirStation } from "../support/air-station.ts";
import { airing } from "../support/airing.ts";
import { makeTone } from "../support/county.ts";
import { COUNTY, TOWN } from "../support/fleet.ts";
import { recordedMs, startTestDevice } from "../support/test-device.ts";

const SOUND_MS = 1_000;
const MINUTE_MS = 60_000;

let station: AirStation & AsyncDisposable;
let folder: string;
let state: string;
let item: Item;
beforeEach(async () => {
  station = await openAirStation();
  folder = await mkdtemp(join(tmpdir(), "ccx-stops-"));
  state = join(folder, "state");
  item = station.addMedia(readFileSync(makeTone(join(folder, "tone.wav"), SOUND_MS / 1_000)), SOUND_MS);
});
afterEach(async () => {
  await station[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function startOnline() {
  const device = await startTestDevice(station, state);
  await until(() => device.online, { what: "the device to be online" });
  return device;
}

function playBody({ id, class: _, authority: _of, ...rest }: PlaylistBroadcast): PlayBody {
  return { broadcastId: id, ...rest };
}

async function stopEverything(): Promise<number> {
  const issuedAt = Date.now();
  const body = { all: true, startBefore: issuedAt + 10 * MINUTE_MS } as const;
  await station.hears(await station.command("stop", body, { issuedAt }), "received");
  return issuedAt;
}

const alertOf = (area: string, issuedAt: number) => {
  const id = randomUUID();
  const from = issuedAt + 500;
  const until = Date.now() + MINUTE_MS;
  const words = { programme: "应急", title: "测试", authority: "county" } as const;
  const signed = station.signer.sign("alert", {
    id,
    rev: 1,
    issuedAt,
    from,
    until,
    ...words,
    items: [item],
  });
  return { id, raise: async () => station.alert(area, await signed) };
};

test("what was said before a stop of everything and comes after it is not played, over a reboot too", async () => {
  const before = Date.now() - 1_000;
  const commanded = airing(item, 3_000);
  const afterReboot = airing(item, 5_000);
  const listed = airing(item, 4_000);
  const standing = alertOf(COUNTY, before);
  const late = { issuedAt: before };
  let stoppedAt: number;
  {
    await using _device = await startOnline();
    await station.list([]);
    stoppedAt = await stopEverything();
    const play = await station.command("play", playBody(commanded), late);
    await station.hears(play, "refused stopped");
    await station.list([listed], { generatedAt: stoppedAt });
    await station.hears(listed.id, "skipped stopped");
  }
  await using _again = await startOnline();
  const play = await station.command("play", playBody(afterReboot), late);
  await station.hears(play, "refused stopped");
  await standing.raise();
  await station.hears(standing.id, "skipped stopped");

  const next = airing(item, 2_500);
  const id = await station.command("play", playBody(next));
  await station.hears(id, "received");
  await station.hears(next.id, "finished");
  for (const { id: silent } of [commanded, afterReboot, listed, standing])
    expect(recordedMs(state, silent)).toBe(0);
}, 40_000);

test("a stop of everything that comes late ends what it was asked over, and leaves what began since", async () => {
  await using _device = await startOnline();
  await station.list([]);
  const issuedAt = Date.now();
  const old = airing(item, 60_000);
  await station.command("play", playBody(old), { issuedAt: issuedAt - 1 });
  await station.hears(old.id, "received");
  const since = alertOf(TOWN, issuedAt + 1);
  await since.raise();
  await station.hears(since.id, "started");
  const stop = { all: true, startBefore: issuedAt + 10 * MINUTE_MS } as const;
  const id = await station.command("stop", stop, { issuedAt });
  await station.hears(id, "received");
  await station.hears(old.id, "skipped stopped");
  const heard = recordedMs(state, since.id);
  await until(() => recordedMs(state, since.id) > heard + 500, { what: "more of the alert" });
  expect(station.recordsOf(since.id)).toEqual(["received", "cached", "started"]);
}, 40_000);
