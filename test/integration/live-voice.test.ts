import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { NEIGHBOUR, VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { loudestHz } from "../support/pitch.ts";
import { type LiveAnnouncement, openMicrophone, sendChunk, speak } from "../support/speaker.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";
import { until } from "../support/until.ts";

const PITCH_HZ = 613;
let folder: string;
let app: RunningApp;
let near: Awaited<ReturnType<typeof enrolGateway>>;
let other: Awaited<ReturnType<typeof enrolGateway>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-live-"));
  app = await runApp();
  await importRegions(app.operator);
  near = await enrolGateway(app, VILLAGE, folder);
  other = await enrolGateway(app, NEIGHBOUR, folder);
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** Syllables of a tone, which a level control takes for speech. */
function spoken(seconds: number, gainDb = -20): string {
  const file = join(folder, `spoken-${seconds}-${gainDb}.wav`);
  const source = `aevalsrc=0.8*sin(2*PI*${PITCH_HZ}*t)*lt(mod(t\\,0.4)\\,0.25):sample_rate=48000:duration=${seconds}`;
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-af", `volume=${gainDb}dB`, file]);
  return file;
}
const announce = (changes: object = {}) =>
  app.operator.post<LiveAnnouncement>("/announcements", {
    title: "现场通知",
    class: "announcement",
    source: { live: { longestMinutes: 2 } },
    targets: { regions: [VILLAGE, NEIGHBOUR], kinds: ["loudspeaker"] },
    ...changes,
  });
const broadcastOf = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);

test("a voice is heard while it is spoken, by all at once, and kept", async () => {
  await using _near = await near.start();
  await using _other = await other.start();
  const { id } = await announce();
  await speak(app, id, spoken(12));
  await app.operator.post(`/live/${id}/end`);
  await until(async () => (await broadcastOf(id)).proof.atLeast["finished"] === 2, { what: "the end", timeoutMs: 40_000 });
  console.log(await broadcastOf(id), await app.operator.get(`/announcements/${id}`), recordingOf(near.state, id), recordingOf(other.state, id));
  console.log(await loudestHz(join(near.state, "recordings", `${id}.wav`)));
}, 120_000);
