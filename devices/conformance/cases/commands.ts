import { demand } from "../failure.ts";
import { playBody } from "../programme.ts";
import type { Case } from "./case.ts";

const HOUR_MS = 3_600_000;
const LEAD_MS = 5_000;

export const commandCases: Case[] = [
  {
    id: "replayed",
    says: "obeys a command once: the same again is answered with the stored result alone",
    section: "Commands",
    async run(bench) {
      const stopped = bench.server.broadcast(60_000);
      await bench.server.list([stopped]);
      await bench.hears(stopped.id, "received");
      const { id, jws } = await bench.server.command("stop", {
        all: true,
        startBefore: Math.round(bench.now()) + HOUR_MS,
      });
      await bench.hears(id, "received");
      await bench.hears(stopped.id, "skipped", "stopped");
      const later = bench.server.broadcast(LEAD_MS);
      await bench.server.list([later]);
      await bench.hears(later.id, "cached");
      await bench.server.send(jws);
      await bench.comes(
        () => bench.reports.records(id).length >= 2,
        "a repeated command is not answered again",
      );
      demand(
        bench.reports.records(id).every(({ type }) => type === "received"),
        "the repeated command got another answer",
      );
      await bench.hears(later.id, "finished");
    },
  },
  {
    id: "stop",
    says: "falls silent at a `stop` within a second and acknowledges it; it does not begin again",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS, { items: [bench.server.item(20_000)] });
      await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "started");
      const sentAt = bench.now();
      const { id } = await bench.server.command("stop", { broadcastId: broadcast.id });
      const { at } = await bench.hears(broadcast.id, "interrupted", "stopped");
      demand(at - sentAt < 1_000, `it sounded for ${Math.round(at - sentAt)} ms more`);
      await bench.hears(id, "received");
      await bench.server.list([broadcast]);
      await bench.passes(2_500);
      const begun = bench.reports.records(broadcast.id).filter(({ type }) => type === "started");
      demand(begun.length === 1, "it began again what was stopped");
    },
  },
  {
    id: "stop-ahead",
    says: "does not begin what a `stop` reached first",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS);
      await bench.server.list([]);
      const { id } = await bench.server.command("stop", { broadcastId: broadcast.id });
      await bench.hears(id, "received");
      await bench.server.list([broadcast]);
      await bench.server.command("play", playBody(broadcast));
      await bench.passes(LEAD_MS + 2_000);
      const begun = bench.reports.records(broadcast.id).some(({ type }) => type === "started");
      demand(!begun, "it began what had been stopped before");
    },
  },
  {
    id: "stop-all",
    says: "at `stop {all}` falls silent and withdraws what would start before `startBefore`, and nothing later",
    section: "Commands",
    async run(bench) {
      const onAir = bench.server.broadcast(LEAD_MS, { items: [bench.server.item(20_000)] });
      const soon = bench.server.broadcast(60_000);
      const later = bench.server.broadcast(LEAD_MS + 8_000);
      soon.startAt = later.startAt - 2_000;
      await bench.server.list([onAir, soon, later]);
      await bench.hears(onAir.id, "started");
      await bench.server.command("stop", { all: true, startBefore: later.startAt - 1_000 });
      await bench.hears(onAir.id, "interrupted", "stopped");
      await bench.hears(soon.id, "skipped", "stopped");
      await bench.hears(later.id, "finished");
    },
  },
  {
    id: "stop-overtakes",
    says: "refuses a `play` that was issued before a `stop {all}` and comes after it, over a reboot too, and plays what is new",
    section: "A stop of everything",
    async run(bench) {
      await bench.server.list([]);
      const old = bench.server.broadcast(2 * LEAD_MS);
      const play = await bench.server.prepare("play", playBody(old));
      const again = await bench.server.prepare("play", playBody(old));
      const startBefore = Math.round(bench.now()) + HOUR_MS;
      const { id } = await bench.server.command("stop", { all: true, startBefore });
      await bench.hears(id, "received");
      await bench.server.send(play.jws);
      await bench.hears(play.id, "refused", "stopped");
      await bench.reboot();
      await bench.server.send(again.jws);
      await bench.hears(again.id, "refused", "stopped");
      const next = bench.server.broadcast(LEAD_MS);
      await bench.server.command("play", playBody(next));
      await bench.hears(next.id, "finished");
      const begun = bench.reports.records(old.id).some(({ type }) => type === "started");
      demand(!begun, "it began what had been stopped before it heard of it");
    },
  },
  {
    id: "volume",
    says: "sets the volume it is told, capped by the policy, and says so in its state",
    section: "Commands",
    async run(bench) {
      await bench.server.list([], { policy: { zone: "Asia/Shanghai", quietHours: [], maxVolume: 60 } });
      const since = bench.timeline.length;
      const { id } = await bench.server.command("volume", { volume: 40 });
      await bench.hears(id, "received");
      const states = () =>
        bench.timeline.of("publish", since).filter(({ topic }) => topic.endsWith("/state"));
      await bench.comes(
        () => states().some(({ payload }) => (JSON.parse(payload) as { volume: number }).volume === 40),
        "no state reports the new volume",
      );
    },
  },
];
