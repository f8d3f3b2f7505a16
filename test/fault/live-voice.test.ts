import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { enrolGateway } from "../support/gateway.ts";
import { type LiveAnnouncement, speak } from "../support/speaker.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

let folder: string;
let server: StartedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-kill-live-"));
});
afterEach(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

test("kill -9 while somebody speaks: it is closed with its reason, what was said is kept, and nothing hangs", async () => {
  const ports = { PORT: `${await freePort()}`, MQTT_PORT: `${await freePort()}` };
  const env = { ...ports, RATE_LIMIT_PER_MINUTE: "100000", SECOND_FACTOR: "optional" };
  server = await startServer(folder, env);
  const password = await server.password;
  let operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
  const gateway = await enrolGateway({ url: server.url, operator }, VILLAGE, folder);
  await using _device = await gateway.start();
  const { id } = await operator.post<LiveAnnouncement>("/announcements", {
    title: "断电的喊话",
    class: "announcement",
    source: { live: { longestMinutes: 2 } },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  const file = join(folder, "spoken.wav");
  const source = "aevalsrc=0.2*sin(2*PI*613*t)*lt(mod(t\\,0.4)\\,0.25):sample_rate=48000:duration=60";
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, file]);
  const acknowledged = createHash("sha256");
  await expect(
    speak({ url: server.url, operator }, id, file, async (chunk) => {
      acknowledged.update(chunk);
      if (recordedMs(gateway.state, id) > 2_000) await server.end("SIGKILL");
    }),
  ).rejects.toThrow("fetch failed");
  server = await startServer(folder, env);
  operator = await signIn(server.url, "admin", password);

  const announcement = () => operator.get<LiveAnnouncement>(`/announcements/${id}`);
  expect((await announcement()).live.endedBy).toBe("server");
  await until(async () => (await announcement()).assetSha256 !== null, {
    what: "what was said",
    timeoutMs: 30_000,
  });
  expect((await announcement()).assetSha256).toBe(acknowledged.digest("hex"));
  expect(readdirSync(join(folder, "media", "live"))).toEqual([]);
  // Once: what was kept is not looked for again.
  expect(readFileSync(join(folder, "server.log"), "utf8")).not.toContain("could not be kept");

  await until(() => recordingOf(gateway.state, id) !== null, { what: "silence", timeoutMs: 30_000 });
  const broadcast = () => operator.get<BroadcastView>(`/broadcasts/${id}`);
  await until(async () => (await broadcast()).state === "aired", { what: "the end", timeoutMs: 60_000 });
  expect((await broadcast()).reason).toBe("the server ended while it was being spoken");
  expect(await operator.get("/broadcasts?state=on_air")).toMatchObject({ items: [] });
}, 180_000);
