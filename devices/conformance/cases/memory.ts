import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import { playBody } from "../programme.ts";
import type { Case } from "./case.ts";

const LEAD_MS = 5_000;
const countOf = (bench: Bench, id: string, type: string) =>
  bench.reports.records(id).filter((record) => record.type === type).length;

export const memoryCases: Case[] = [
  {
    id: "resend-until-acked",
    says: "sends records again until they are acknowledged, over a reboot too, under the name of their boot",
    section: "Records",
    async run(bench) {
      bench.reports.acknowledges = false;
      const broadcast = bench.server.broadcast(LEAD_MS);
      await bench.server.list([broadcast]);
      const { bootId, seq } = await bench.hears(broadcast.id, "finished");
      const copies = (since: number) =>
        bench.timeline.of("publish", since).filter(({ topic, payload }) => {
          const report = topic.endsWith("/report") ? bench.reports.readReport(payload) : null;
          return report?.bootId === bootId && report.records.some((record) => record.seq === seq);
        });
      let since = bench.timeline.length;
      await bench.comes(
        () => copies(since).length > 0,
        "it does not send again what was not acknowledged",
        90_000,
      );
      since = bench.timeline.length;
      await bench.reboot();
      await bench.comes(() => copies(since).length > 0, "it lost unacknowledged records in a reboot", 90_000);
      bench.reports.acknowledges = true;
      const last = bench.timeline.length;
      await bench.comes(
        () => copies(last).length > 0,
        "it does not send again what was not acknowledged",
        90_000,
      );
      await bench.passes(1_000);
      since = bench.timeline.length;
      await bench.passes(15_000);
      demand(copies(since).length === 0, "it goes on sending what was acknowledged");
    },
  },
  {
    id: "done-over-reboot",
    says: "does not play again after a reboot what it has played, nor obeys a command that it has obeyed",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS, { lateness: "play" });
      await bench.server.list([broadcast]);
      const command = await bench.server.command("play", playBody(broadcast));
      const stop = await bench.server.command("stop", { all: true });
      await bench.hears(stop.id, "received");
      await bench.hears(broadcast.id, "finished");
      const { bootId } = await bench.hears(command.id, "received");
      await bench.reboot();
      const later = bench.server.broadcast(8_000);
      await bench.server.list([broadcast, later]);
      await bench.server.send(command.jws);
      await bench.server.send(stop.jws);
      await bench.comes(
        () => countOf(bench, stop.id, "received") >= 2,
        "it does not answer a repeated command",
      );
      await bench.hears(later.id, "finished");
      demand(
        countOf(bench, broadcast.id, "started") === 1,
        "it played again what it had played before the reboot",
      );
      const boots = new Set(bench.reports.records().map((record) => record.bootId));
      demand(
        boots.size > 1 && bench.reports.records(later.id).every((record) => record.bootId !== bootId),
        "the boot id did not change",
      );
    },
  },
  {
    id: "cut-off",
    says: "after a power cut during a broadcast does not play it again, and reports `interrupted` (`restart`)",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS, { items: [bench.server.item(30_000)] });
      await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "started");
      await bench.reboot();
      await bench.hears(broadcast.id, "interrupted", "restart");
      await bench.passes(3_000);
      demand(countOf(bench, broadcast.id, "started") === 1, "it began a second time after the power cut");
    },
  },
  {
    id: "offline-play",
    says: "plays at the instant while the line is down, and reports it afterwards",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(8_000);
      await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "cached");
      await bench.offline(async () =>
        bench.passes(9_500 - 8_000 + Math.max(0, broadcast.startAt - bench.now())),
      );
      const started = await bench.hears(broadcast.id, "started");
      demand(Math.abs(started.at - broadcast.startAt) <= 300, "it was not on time while the line was down");
      await bench.hears(broadcast.id, "finished");
    },
  },
  {
    id: "reboot-command",
    says: "reboots once at a `reboot` command, acknowledges it, and does not when the same comes again",
    section: "Commands",
    async run(bench) {
      await bench.server.list([]);
      const { id, jws } = await bench.server.command("reboot", {});
      const boots = () => new Set(bench.line.boots()).size;
      const before = boots();
      await bench.comes(() => !bench.line.isOnline(), "it did not reboot", 30_000);
      await bench.comesBack("it did not come back from its reboot");
      demand(boots() === before + 1, "it did not come back with another boot id");
      await bench.hears(id, "received");
      await bench.server.send(jws);
      await bench.comes(() => countOf(bench, id, "received") >= 2, "it does not answer a repeated command");
      await bench.passes(4_000);
      demand(bench.line.isOnline() && boots() === before + 1, "it rebooted again at the same command");
    },
  },
];
