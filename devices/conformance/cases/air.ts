import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import { playBody } from "../programme.ts";
import type { Reported } from "../records.ts";
import type { Case } from "./case.ts";

/** What a start may be off by, ms; a start is also never reported before it happened. */
const ON_TIME_MS = 300;
const LEAD_MS = 5_000;

function requireOnTime({ at, arrivedAt, latenessMs }: Reported, startAt: number): void {
  demand(Math.abs(at - startAt) <= ON_TIME_MS, `it began ${Math.round(at - startAt)} ms off its instant`);
  demand(arrivedAt >= startAt - ON_TIME_MS, "it reported its start before the instant had come");
  demand(
    latenessMs !== undefined && Math.abs(latenessMs - (at - startAt)) <= ON_TIME_MS,
    "latenessMs is not the actual instant minus startAt",
  );
}

const starts = (bench: Bench, id: string) =>
  bench.reports.records(id).filter(({ type }) => type === "started").length;

export const airCases: Case[] = [
  {
    id: "play-on-time",
    says: "plays at the instant by the server's clock, whatever the machine's clock says, and reports every step",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS);
      await bench.server.list([broadcast]);
      for (const type of ["received", "cached"] as const) await bench.hears(broadcast.id, type);
      requireOnTime(await bench.hears(broadcast.id, "started"), broadcast.startAt);
      const { arrivedAt } = await bench.hears(broadcast.id, "finished");
      const lengthMs = broadcast.items[0]?.durationMs ?? 0;
      demand(
        arrivedAt >= broadcast.startAt + lengthMs - ON_TIME_MS,
        "it finished before the sound can have ended",
      );
    },
  },
  {
    id: "play-by-command",
    says: "plays what only a `play` command names",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS);
      await bench.server.list([]);
      const { id } = await bench.server.command("play", playBody(broadcast));
      await bench.hears(id, "received");
      requireOnTime(await bench.hears(broadcast.id, "started"), broadcast.startAt);
      await bench.hears(broadcast.id, "finished");
    },
  },
  {
    id: "play-once",
    says: "plays once what comes by the playlist and by two commands",
    section: "Commands",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS);
      await bench.server.list([broadcast]);
      const commands = [1, 2].map(() => bench.server.command("play", playBody(broadcast)));
      for (const command of commands) await bench.hears((await command).id, "received");
      await bench.hears(broadcast.id, "finished");
      await bench.server.command("play", playBody({ ...broadcast, lateness: "play" }));
      await bench.passes(2_500);
      demand(starts(bench, broadcast.id) === 1, `it began ${starts(bench, broadcast.id)} times`);
    },
  },
  {
    id: "late-join",
    says: "joins in progress what it hears of late, with the lateness policy `join`",
    section: "What a gateway does",
    async run(bench) {
      const item = bench.server.item(12_000);
      const broadcast = bench.server.broadcast(-4_000, { items: [item], lateness: "join" });
      await bench.server.list([broadcast]);
      const started = await bench.hears(broadcast.id, "started");
      demand((started.latenessMs ?? 0) >= 2_000, "it does not say how late it joined");
      const { at } = await bench.hears(broadcast.id, "finished");
      const offMs = at - (broadcast.startAt + item.durationMs);
      demand(
        Math.abs(offMs) < 1_500,
        `it ended ${Math.round(offMs)} ms off where those that began in time end`,
      );
    },
  },
  {
    id: "late-skip",
    says: "skips what it hears of late, with the lateness policy `skip`",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(-4_000, {
        items: [bench.server.item(12_000)],
        lateness: "skip",
      });
      await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "skipped");
      demand(starts(bench, broadcast.id) === 0, "it began all the same");
    },
  },
  {
    id: "late-play",
    says: "plays whole what it hears of late, with the lateness policy `play`, while notAfter is ahead",
    section: "What a gateway does",
    async run(bench) {
      const broadcast = bench.server.broadcast(-4_000, {
        items: [bench.server.item(3_000)],
        lateness: "play",
      });
      const over = bench.server.broadcast(-4_000, { items: [bench.server.item(12_000)], lateness: "play" });
      over.notAfter = over.startAt + 1_000;
      await bench.server.list([over, broadcast]);
      const { at } = await bench.hears(broadcast.id, "started");
      const finished = await bench.hears(broadcast.id, "finished");
      demand(finished.at - at >= 2_500, "it did not play from the beginning");
      await bench.hears(over.id, "skipped");
      demand(starts(bench, over.id) === 0, "it began something after its notAfter");
    },
  },
  {
    id: "withdrawn",
    says: "does not play what a newer playlist lacks, and falls silent when that was on air",
    section: "Playlist",
    async run(bench) {
      const coming = bench.server.broadcast(60_000);
      const onAir = bench.server.broadcast(LEAD_MS, { items: [bench.server.item(20_000)] });
      await bench.server.list([coming, onAir]);
      await bench.hears(coming.id, "received");
      await bench.hears(onAir.id, "started");
      await bench.server.list([]);
      await bench.hears(coming.id, "skipped", "withdrawn");
      await bench.hears(onAir.id, "interrupted", "withdrawn");
    },
  },
  {
    id: "older-revision",
    says: "ignores a playlist of an older revision, however well it is signed",
    section: "Playlist",
    async run(bench) {
      const broadcast = bench.server.broadcast(LEAD_MS + 2_000);
      const { revision } = await bench.server.list([broadcast]);
      await bench.hears(broadcast.id, "cached");
      const since = bench.timeline.length;
      await bench.server.list([], { revision: revision - 1 });
      await bench.comes(
        () => bench.timeline.of("request", since).some(({ path }) => path === "/device/v1/playlist"),
        "it does not follow a newer pointer",
      );
      await bench.hears(broadcast.id, "finished");
    },
  },
  {
    id: "quiet-hours",
    says: "refuses a daily broadcast in quiet hours although it is rightly signed; an emergency passes",
    section: "Playlist",
    async run(bench) {
      const daily = bench.server.broadcast(LEAD_MS, { class: "daily" });
      const emergency = bench.server.broadcast(LEAD_MS + 1_500, { class: "emergency" });
      const always = { zone: "Asia/Shanghai", quietHours: [{ from: "00:00", to: "00:00" }], maxVolume: 100 };
      await bench.server.list([daily, emergency], { policy: always });
      await bench.hears(daily.id, "refused", "quiet-hours");
      await bench.hears(emergency.id, "finished");
      demand(starts(bench, daily.id) === 0, "it played in quiet hours");
    },
  },
  {
    id: "minutes-cap",
    says: "refuses a daily broadcast whose length does not fit into what the cap leaves",
    section: "Playlist",
    async run(bench) {
      const daily = bench.server.broadcast(LEAD_MS, { class: "daily" });
      const policy = { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100, dailyMinutesCap: 0 };
      await bench.server.list([daily], { policy });
      await bench.hears(daily.id, "refused", "minutes-cap");
    },
  },
  {
    id: "precedence",
    says: "lets a higher class interrupt a lower one, which goes on only with the lateness policy `join`",
    section: "What a gateway does",
    async run(bench) {
      const lower = bench.server.broadcast(LEAD_MS, { class: "daily", items: [bench.server.item(14_000)] });
      const higher = bench.server.broadcast(LEAD_MS + 2_500, { class: "emergency" });
      await bench.server.list([lower, higher]);
      await bench.hears(lower.id, "interrupted", "preempted");
      await bench.hears(higher.id, "finished");
      await bench.hears(lower.id, "finished");
      demand(starts(bench, lower.id) === 1, "going on was reported as another start");
    },
  },
  {
    id: "authority",
    says: "within a class lets the higher authority interrupt, whatever the priorities, and not the lower",
    section: "What a gateway does",
    async run(bench) {
      const village = bench.server.broadcast(LEAD_MS, {
        authority: "village",
        priority: 100,
        lateness: "skip",
        items: [bench.server.item(14_000)],
      });
      const county = bench.server.broadcast(LEAD_MS + 2_500, {
        authority: "county",
        priority: 0,
        items: [bench.server.item(4_000)],
      });
      const town = bench.server.broadcast(LEAD_MS + 4_000, {
        authority: "town",
        priority: 100,
        lateness: "skip",
      });
      await bench.server.list([village, county, town]);
      await bench.hears(village.id, "interrupted", "preempted");
      await bench.hears(county.id, "finished");
      await bench.hears(town.id, "skipped", "preempted");
      demand(starts(bench, town.id) === 0, "the lower authority took the air");
    },
  },
  {
    id: "silent-drill",
    says: "goes the whole way of what is silent, and says `silent` in `started` and `finished`",
    section: "What a gateway does",
    async run(bench) {
      const drill = bench.server.broadcast(LEAD_MS, { class: "drill", silent: true });
      await bench.server.list([drill]);
      for (const type of ["started", "finished"] as const)
        demand(
          (await bench.hears(drill.id, type)).silent === true,
          `its \`${type}\` record does not say silent`,
        );
    },
  },
];
