import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../scripts/until.ts";
import { subscriptionsOf } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "./app.ts";
import {
  approvedEpisode,
  type BroadcastView,
  enrolDevice,
  importRegions,
  makeTone,
  programmeId,
} from "./county.ts";
import { connectDevice, type DeviceClient } from "./device-client.ts";
import type { TestClock } from "./fleet.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

/** A server with the regions, where schedules are made. */
export interface Timetable {
  app: RunningApp;
  /** Of the shipped broadcast programme. */
  programme: string;
  /** Ids of the approved episodes, by number. */
  episodes: ReadonlyMap<number, string>;
  /** Creates one and returns its id. @param query as `?acceptConflicts=…` */
  schedule(more?: object, query?: string): Promise<string>;
  change(id: string, more?: object): Promise<unknown>;
  broadcastsOf(scheduleId: string): Promise<BroadcastView[]>;
  /** The first of them. */
  broadcastOf(scheduleId: string): Promise<BroadcastView>;
  close(): Promise<void>;
}

interface Options {
  clock: TestClock;
  /** Numbers of episodes to be made and approved. */
  episodes?: number[];
  /** Whether the shipped timetables stay. */
  isShipped?: boolean;
}

export async function openTimetable({
  clock,
  episodes: numbers = [],
  isShipped = true,
}: Options): Promise<Timetable> {
  const app = await runApp({ clock });
  const { operator } = app;
  await importRegions(operator);
  const programme = await programmeId(operator, "broadcast");
  if (!isShipped) await endAllSchedules(app);
  const episodes = new Map<number, string>();
  const folder = await mkdtemp(join(tmpdir(), "ccx-tone-"));
  if (numbers.length > 0) {
    const tone = makeTone(join(folder, "tone.wav"), 2);
    for (const number of numbers) episodes.set(number, (await approvedEpisode(operator, number, tone)).id);
  }
  await rm(folder, { recursive: true });
  // Whoever is signed in by then: a sign-in ends when the clock is led on.
  const broadcastsOf = async (scheduleId: string) =>
    (await app.operator.get<{ items: BroadcastView[] }>(`/broadcasts?scheduleId=${scheduleId}`)).items;
  return {
    app,
    programme,
    episodes,
    async schedule(more, query = "") {
      const body = { programmeId: programme, ...scheduleDefinition(more) };
      return (await app.operator.post<{ id: string }>(`/schedules${query}`, body)).id;
    },
    change: (id, more) => app.operator.put(`/schedules/${id}`, scheduleDefinition(more)),
    broadcastsOf,
    async broadcastOf(scheduleId) {
      const [first] = await broadcastsOf(scheduleId);
      if (!first) throw new Error(`nothing is planned of schedule ${scheduleId}`);
      return app.operator.get<BroadcastView>(`/broadcasts/${first.id}`);
    },
    close: app.close,
  };
}

/** Until nothing is left on the timetable. */
export async function endAllSchedules({ operator }: Pick<RunningApp, "operator">): Promise<void> {
  const { items } = await operator.get<{ items: { id: string; ended: boolean }[] }>("/schedules?limit=500");
  for (const { id, ended } of items) if (!ended) await operator.post(`/schedules/${id}/end`);
}

/** A newly enrolled device and its connection, subscribed to all that it may hear. */
export type Listener = Awaited<ReturnType<typeof enrolDevice>> & { client: DeviceClient };

export async function enrolListener(app: RunningApp, regionCode: string): Promise<Listener> {
  const member = await enrolDevice(app.operator, app.url, regionCode);
  return { ...member, client: await connectListener(app, member, member.identity.groups) };
}

/** Waits until it is cut, as a device is when its groups change, and comes back with the topics of these. */
export async function comesBack(
  app: RunningApp,
  listener: Listener,
  groups: readonly string[],
): Promise<void> {
  await until(() => !listener.client.mqtt.connected, { what: "the cut" });
  listener.client = await connectListener(app, listener, groups);
}

async function connectListener(
  app: RunningApp,
  member: Awaited<ReturnType<typeof enrolDevice>>,
  groups: readonly string[],
): Promise<DeviceClient> {
  const client = await connectDevice(app.brokerUrl, member);
  const { id: deviceId, areas } = member.identity;
  await client.subscribe(...subscriptionsOf({ deviceId, areas, groups: [...groups] }));
  return client;
}
