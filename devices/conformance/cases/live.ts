import type { LivePart } from "../../../src/protocol/live-index.ts";
import type { Bench } from "../bench.ts";
import { demand } from "../failure.ts";
import { playBody } from "../programme.ts";
import type { Case } from "./case.ts";

const LEAD_MS = 5_000;
const ON_TIME_MS = 300;
const STALLED_MS = 10_000;

/** Tells by command that somebody speaks; `null` when the gateway says that it cannot do this, which is right as well. */
async function goLive(bench: Bench) {
  const broadcast = bench.server.broadcast(LEAD_MS, { items: [], live: { longestMs: 60_000 } });
  await bench.server.list([]);
  await bench.server.tellLive(broadcast.id, [], false);
  const { id } = await bench.server.command("play", playBody(broadcast));
  const isRefused = () =>
    [id, broadcast.id]
      .flatMap((each) => bench.reports.records(each))
      .some(({ type, reason }) => type === "refused" && reason === "unsupported");
  const isTaken = () => bench.reports.records(broadcast.id).some(({ type }) => type === "received");
  await bench.comes(
    () => isRefused() || isTaken(),
    "it neither took what is spoken live nor refused it as `unsupported`",
  );
  return isRefused() ? null : broadcast;
}

const requestsFor = ({ timeline }: Bench, { sha256 }: LivePart) =>
  timeline.of("request").filter(({ path }) => path === `/media/${sha256}`);

export const liveCases: Case[] = [
  {
    id: "live",
    says: "plays what is spoken live part by part, in step over one that is not as its SHA-256 says; or refuses it as `unsupported`",
    section: "What is spoken live",
    async run(bench) {
      const broadcast = await goLive(bench);
      if (!broadcast) return;
      const parts: LivePart[] = [];
      for (let n = 0; n < 4; n += 1) parts.push(bench.server.livePart(parts.at(-1)));
      const [first, spoilt, ...rest] = parts as [LivePart, LivePart, ...LivePart[]];
      bench.http.spoilt.set(spoilt.sha256, Buffer.alloc(spoilt.bytes));
      await bench.server.tellLive(broadcast.id, [first, spoilt], false);
      await bench.comes(() => requestsFor(bench, first).length > 0, "it did not fetch the first part");
      await bench.server.tellLive(broadcast.id, parts, true);
      const started = await bench.hears(broadcast.id, "started");
      demand(Math.abs(started.at - broadcast.startAt) <= ON_TIME_MS, "it did not begin at `startAt`");
      const finished = await bench.hears(broadcast.id, "finished");
      const endsAt = broadcast.startAt + parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
      demand(
        Math.abs(finished.at - endsAt) <= ON_TIME_MS,
        `it ended ${Math.round(finished.at - endsAt)} ms off the end of the last part`,
      );
      for (const part of rest) demand(requestsFor(bench, part).length > 0, `it did not fetch part ${part.n}`);
      const said = bench.reports.records(broadcast.id).map(({ type }) => type);
      demand(!said.includes("cached"), "it said `cached` of what nobody had spoken yet");
    },
  },
  {
    id: "live-stalled",
    says: "gives the air back when no part of what is spoken live comes for 10 s; or refuses it as `unsupported`",
    section: "What is spoken live",
    async run(bench) {
      const broadcast = await goLive(bench);
      if (!broadcast) return;
      const part = bench.server.livePart(undefined);
      await bench.server.tellLive(broadcast.id, [part], false);
      await bench.hears(broadcast.id, "started");
      const { at } = await bench.hears(broadcast.id, "interrupted", "stalled");
      const heldMs = at - broadcast.startAt - part.durationMs;
      demand(Math.abs(heldMs - STALLED_MS) <= 1_500, `it held the air for ${Math.round(heldMs)} ms`);
    },
  },
];
