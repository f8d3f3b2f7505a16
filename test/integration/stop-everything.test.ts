import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { secondPerson } from "../support/second-person.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

interface Stopped {
  commandId: string;
  targets: number;
  stopped: string[];
  published: boolean;
  recorded: boolean;
}

let folder: string;
let app: RunningApp;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-stop-"));
  app = await runApp();
  await importRegions(app.operator);
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const source = { text: "全体村民请注意，请不要靠近河道，请相互转告。" };
async function announcementOnAir(state: string): Promise<string> {
  const targets = { regions: [VILLAGE], kinds: ["loudspeaker"] };
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "通知",
    class: "announcement",
    source,
    targets,
    repeat: 10,
  });
  await until(() => recordedMs(state, id) > 300, { what: "sound", timeoutMs: 30_000 });
  return id;
}
const view = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);

test("works while another program holds the database, says so, and is written down once that lets go", async () => {
  const gateway = await enrolGateway(app, VILLAGE, folder);
  await using _device = await gateway.start();
  const id = await announcementOnAir(gateway.state);
  await until(async () => (await view(id)).state === "on_air", { what: "the look that finds it on air" });

  const intruder = new Sqlite(join(app.folder, "data", "cuncunxiang.db"));
  intruder.exec("BEGIN IMMEDIATE");
  const pressedAt = performance.now();
  const answer = app.operator.post<Stopped>("/stop", { reason: "wrong tape" });
  await until(() => recordingOf(gateway.state, id) !== null, { what: "silence", timeoutMs: 3_000 });
  expect(performance.now() - pressedAt).toBeLessThan(2_000);
  const stopped = await answer;
  expect(stopped).toMatchObject({ targets: 1, stopped: [id], published: true, recorded: false });
  expect((await view(id)).state).toBe("on_air");

  intruder.exec("ROLLBACK");
  intruder.close();
  await until(async () => (await view(id)).state === "cancelled", { what: "the record", timeoutMs: 10_000 });
  expect((await view(id)).reason).toBe("wrong tape");
  // Repeated until the device has acknowledged it.
  await until(
    async () =>
      (await app.operator.get<{ acked: number; settled: boolean }>(`/commands/${stopped.commandId}`))
        .acked === 1,
    { what: "the acknowledgement", timeoutMs: 30_000 },
  );
}, 90_000);

test("ends emergencies, calls off what is proposed and what would air as soon as it can", async () => {
  const deputy = await secondPerson(app);
  const waiting = await app.operator.post<{ id: string }>("/announcements", {
    title: "通知",
    class: "announcement",
    source: { upload: true },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  const propose = (title: string) =>
    app.operator.post<{ id: string }>("/emergencies", {
      title,
      class: "emergency",
      source,
      areas: [VILLAGE],
      until: new Date(Date.now() + 10 * MINUTE_MS).toISOString(),
    });
  const emergency = await propose("on air");
  const proposal = await propose("proposed");
  await deputy.postAnew(`/emergencies/${emergency.id}/confirm`);
  const stateOf = async (id: string) =>
    (await app.operator.get<{ state: string }>(`/emergencies/${id}`)).state;
  await until(async () => (await stateOf(emergency.id)) === "active", {
    what: "the emergency",
    timeoutMs: 30_000,
  });
  const { stopped, recorded } = await app.operator.post<Stopped>("/stop");
  expect(recorded).toBe(true);
  expect(stopped.toSorted()).toEqual([waiting.id, emergency.id].toSorted());
  expect(await stateOf(emergency.id)).toBe("stopped");
  expect(await stateOf(proposal.id)).toBe("withdrawn");
  expect((await view(waiting.id)).state).toBe("cancelled");
}, 60_000);
