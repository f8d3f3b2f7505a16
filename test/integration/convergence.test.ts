import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { createFleet as createSimulation } from "../../devices/simulator/fleet.ts";
import { until } from "../../scripts/until.ts";
import type { PlaylistService } from "../../src/delivery/playlist.ts";
import { playlistRoutes } from "../../src/delivery/playlist-routes.ts";
import { recogniseDevices } from "../../src/devices/device-auth.ts";
import { registerProblems } from "../../src/http/problem.ts";
import { validatorCompiler } from "../../src/http/validation.ts";
import type { Playlist } from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey, type Signer } from "../../src/protocol/signing.ts";
import { runApp } from "../support/app.ts";
import { approvedEpisode, enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { createFleet, FAR_VILLAGE, NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";

test("a change for one town costs one publish and one fetch of each gateway there, and nothing elsewhere", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-town-"));
  const app = await runApp({ env: { TRANSCODE_NICENESS: "0" } });
  const { operator } = app;
  await importRegions(operator);
  await operator.put("/policy", { quietHours: [], maxVolume: 100 });
  await approvedEpisode(operator, 1, makeTone(join(folder, "tone.wav"), 1));

  const villages = [VILLAGE, NEIGHBOUR, FAR_VILLAGE];
  const witnesses = await Promise.all(
    villages.map(async (village) => {
      const member = await enrolDevice(operator, app.url, village);
      const client = await connectDevice(app.brokerUrl, member);
      await client.subscribe(...member.identity.areas.map((area) => `ccx/v1/area/${area}/playlist`));
      return client;
    }),
  );
  const codes: string[] = [];
  for (const regionCode of villages) {
    const { id } = await operator.post<{ id: string }>("/devices", { regionCode, kind: "loudspeaker" });
    codes.push((await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {})).code);
  }
  const fetches: number[][] = villages.map(() => []);
  const fleet = await createSimulation({
    server: app.url,
    codes,
    concurrency: 1,
    onPlaylist: (gateway, status) => void fetches[gateway]?.push(status),
  });
  await until(() => fetches.every((statuses) => statuses.includes(200)), { what: "the first playlists" });
  for (const statuses of fetches) statuses.length = 0;
  for (const witness of witnesses) witness.heard.length = 0;

  const air = Temporal.Now.zonedDateTimeISO("Asia/Shanghai").add({ minutes: 2 });
  await operator.post("/schedules?acceptConflicts=test", {
    programmeId: await programmeId(operator, "broadcast"),
    name: "one town",
    rule: {
      dates: [air.toPlainDate().toString()],
      times: [air.toPlainTime().toString({ smallestUnit: "minute" })],
    },
    zone: "Asia/Shanghai",
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 1,
    offline: "play",
  });
  // An eighth of what is left before air is what the town's slots are spread over.
  await until(() => fetches[0]?.length === 1 && fetches[1]?.length === 1, {
    what: "the town's fetches",
    timeoutMs: 30_000,
  });
  expect(fetches).toEqual([[200], [200], []]);
  expect(witnesses.map(({ heard }) => heard.map(({ topic }) => topic))).toEqual([
    [`ccx/v1/area/${TOWN}/playlist`],
    [`ccx/v1/area/${TOWN}/playlist`],
    [],
  ]);

  await Promise.all(witnesses.map((witness) => witness.end()));
  await fleet.close();
  await app.close();
  await rm(folder, { recursive: true });
});

test("over as many playlists as may be signed at once, a device is told when to come again; who holds the newest is not", async () => {
  const fleet = createFleet();
  const members = Array.from({ length: 40 }, () => fleet.enrol(VILLAGE));
  const real = await createSigner(await generateSigningKey("k"));
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const signer: Signer = {
    ...real,
    async sign(type, message) {
      await held;
      return real.sign(type, message);
    },
  };
  const playlists: PlaylistService = {
    versionFor: ({ id }) => ({ revision: 7, generatedAt: 0, tag: id }),
    playlistFor: ({ id }): Playlist => ({
      version: 1,
      deviceId: id,
      generatedAt: 0,
      validUntil: 1,
      revision: 7,
      policy: { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 },
      fetch: { slotOffsetMs: 0, deadline: 1 },
      broadcasts: [],
    }),
  };
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  recogniseDevices(app, fleet.devices, fleet.clock);
  await app.register(playlistRoutes, { playlists, signer, atOnce: 2 });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const ask = (token: string, etag = '"other"') =>
    fetch(`${url}/device/v1/playlist`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/jose", "if-none-match": etag },
    });

  const [first, second, ...rest] = members;
  if (!first || !second) throw new Error("unreachable");
  // Both are in the signer once a third is turned away.
  const served = [ask(first.token), ask(second.token)];
  await until(async () => (await ask(rest[0]?.token ?? "")).status === 503, { what: "the limit" });
  const answers = await Promise.all(rest.map(({ token }) => ask(token)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  const waits = answers.map(({ headers }) => Number(headers.get("retry-after")));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...waits)).toBeLessThanOrEqual(21);
  expect(new Set(waits).size).toBeGreaterThan(10);
  const [turnedAway] = answers;
  expect(await turnedAway?.json()).toMatchObject({
    type: "urn:ccx:problem:unavailable",
    hint: expect.any(String),
  });

  const holder = rest[0];
  expect((await ask(holder?.token ?? "", `"${holder?.identity.id}-jose"`)).status).toBe(304);
  release();
  expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await ask(holder?.token ?? "")).status).toBe(200);
  await app.close();
  fleet.close();
});
