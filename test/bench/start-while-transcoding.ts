import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Temporal } from "temporal-polyfill";
import { createFleet } from "../../devices/simulator/fleet.ts";
import type { Operator } from "../../scripts/operator-client.ts";
import { type Running, start } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { delay, MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import {
  approvedEpisode,
  type BroadcastView,
  importRegions,
  makeTone,
  scheduleOnce,
} from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { allowAnyHour } from "../support/second-person.ts";
import { eventLoopSince, WATCHED } from "./event-loop.ts";
import { cancelAll, fillQueue, makeTones, requireFullQueue, withServer } from "./office.ts";
import type { ReportRow } from "./report.ts";

const GATEWAYS = 50;
const WATCHED_MS = 15 * SECOND_MS;
/** One is watched idle; how soon after it the queue is full depends on the machine. The last is frozen only. */
const MINUTES = 5;
/** A gateway fetches its list and its media before this. */
const LEAD_MS = 15 * SECOND_MS;

/** What one full minute was like, in which one broadcast begins and the next one is frozen. */
interface Minute {
  /** 99 of 100 turns of the server's event loop are less late. */
  eventLoopMs: number;
  /** From the instant of the freeze until the last gateway has the play command. */
  commandMs: number;
  /** Between the appointed instant and the first sample, as a gateway's own player reports it. */
  startMs: number;
}

/**
 * How late a server is whose every core transcodes, against the same with nothing else to do: its event loop, the play
 * command to 50 light gateways, and the start at one real gateway on the same machine. Takes two to three minutes, as
 * broadcasts begin at full minutes.
 */
export async function startWhileTranscoding(report: ReportRow): Promise<void> {
  const concurrency = availableParallelism();
  const env = {
    FREEZE_MINUTES: "1",
    TRANSCODE_CONCURRENCY: String(concurrency),
    ENROLMENTS_PER_MINUTE: "1000000",
    ...WATCHED,
  };
  await withServer(env, async ({ server, operator, folder, segment, eventLoopFile }) => {
    await allowAnyHour({ url: server.url, operator });
    await importRegions(operator);
    await approvedEpisode(operator, 1_000, makeTone(join(folder, "tone.wav"), 5));
    const tones = makeTones(folder, concurrency);
    const commandsAt: number[] = [];
    const codes = await enrolmentCodes(operator, GATEWAYS + 1);
    const fleet = await createFleet({
      server: server.url,
      codes: codes.slice(1),
      takePart: false,
      onCommand: (_gateway, _jws, receivedAt) => void commandsAt.push(receivedAt),
    });
    const gateway = await startGateway(server.url, folder, codes[0] ?? "");
    try {
      const now = Temporal.Now.zonedDateTimeISO("UTC").add({ milliseconds: LEAD_MS + WATCHED_MS });
      const first = now.round({ smallestUnit: "minute", roundingMode: "ceil" });
      const broadcasts: string[] = [];
      for (let minutes = 0; minutes < MINUTES; minutes += 1) {
        const schedule = await scheduleOnce(operator, first.add({ minutes }));
        const { items } = await operator.get<{ items: BroadcastView[] }>(
          `/broadcasts?scheduleId=${schedule}`,
        );
        broadcasts.push(items[0]?.id ?? "");
      }
      const watch = (minute: number) =>
        watchMinute(first.epochMilliseconds + minute * MINUTE_MS, {
          pid: server.pid,
          operator,
          broadcast: broadcasts[minute] ?? "",
          eventLoopFile,
          commandsAt,
        });
      const idle = await watch(0);
      await fillQueue(operator, tones, segment, concurrency);
      const sinceFirst = Date.now() + WATCHED_MS - first.epochMilliseconds;
      const busy = await watch(Math.ceil(sinceFirst / MINUTE_MS));
      await requireFullQueue(operator, concurrency);
      await cancelAll(operator);

      const row = (name: string, figure: (minute: Minute) => number) =>
        report({
          name,
          value: figure(busy),
          unit: "ms",
          baseline: figure(idle),
          ratio: figure(busy) / figure(idle),
        });
      row("event-loop delay of the server, p99 while transcoding", ({ eventLoopMs }) => eventLoopMs);
      row(`play command, instant due to the last of ${GATEWAYS} gateways`, ({ commandMs }) => commandMs);
      row("start lateness at a gateway on the transcoding machine", ({ startMs }) => startMs);
    } finally {
      await fleet.close();
      await gateway.end();
    }
  });
}

interface Watched {
  pid: number;
  operator: Operator;
  /** The one that begins in this minute. */
  broadcast: string;
  eventLoopFile: string;
  commandsAt: number[];
}

async function watchMinute(
  at: number,
  { pid, operator, broadcast, eventLoopFile, commandsAt }: Watched,
): Promise<Minute> {
  await delay(at - WATCHED_MS - Date.now());
  await eventLoopSince(pid, eventLoopFile);
  const freeze = () => commandsAt.filter((receivedAt) => receivedAt >= at);
  await until(() => freeze().length >= GATEWAYS, {
    what: "the play command at every gateway",
    timeoutMs: at - Date.now() + MINUTE_MS / 2,
  });
  const { p99Ms } = await eventLoopSince(pid, eventLoopFile);
  let startMs = Number.NaN;
  await until(
    async () => {
      const { proof } = await operator.get<BroadcastView>(`/broadcasts/${broadcast}`);
      startMs = proof.startLatenessMs?.max ?? Number.NaN;
      return Number.isFinite(startMs);
    },
    { what: "the gateway's report of its start", timeoutMs: MINUTE_MS / 2 },
  );
  // A millisecond is the finest that a report tells.
  return {
    eventLoopMs: p99Ms,
    commandMs: Math.max(...freeze()) - at,
    startMs: Math.max(1, Math.abs(startMs)),
  };
}

async function enrolmentCodes(operator: Operator, count: number): Promise<string[]> {
  const codes: string[] = [];
  while (codes.length < count) {
    const { id } = await operator.post<{ id: string }>("/devices", {
      regionCode: VILLAGE,
      kind: "loudspeaker",
    });
    codes.push((await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {})).code);
  }
  return codes;
}

async function startGateway(server: string, folder: string, code: string): Promise<Running> {
  const state = join(folder, "gateway");
  const args = ["--server", server, "--state", state, "--code", code, "--output", "wav"];
  return start(["devices/gateway/main.ts", ...args], join(folder, "gateway.log"));
}
