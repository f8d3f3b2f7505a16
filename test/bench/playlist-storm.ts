import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import pMap from "p-map";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import { approvedEpisode, makeTone } from "../support/county.ts";
import { enrolmentCodes } from "../support/enrolment-codes.ts";
import { endChild, nextMessage } from "./fan-out.ts";
import { withServer } from "./office.ts";
import { median, type ReportRow } from "./report.ts";

const SIZES = process.env["BENCH_GATEWAYS"] ? [Number(process.env["BENCH_GATEWAYS"])] : [1_500, 10_000];
const ROUNDS = Number(process.env["BENCH_RUNS"] ?? 5);
const CONNECTIONS = 100;
/** Answers of either before the first that counts: until then both become quicker, the bare one by more, and few devices ask too seldom. */
const WARM_UP = 15_000;

export interface AskersJob {
  url: string;
  /** One bearer token a device. */
  tokens: string[];
  connections: number;
}

/** Every device asks once more for a playlist that it has, against bare Fastify that answers the same entity tags with 304. */
export async function playlistStorm(report: ReportRow): Promise<void> {
  for (const size of SIZES) {
    // So many at once for the first time would be told to come later.
    await withServer(
      { ENROLMENTS_PER_MINUTE: "1000000", PLAYLISTS_AT_ONCE: "1000", TRANSCODE_NICENESS: "0" },
      async ({ server, operator, folder }) => {
        // A playlist has something in it: the programmes' dates of five weeks, with what airs.
        await approvedEpisode(operator, 1, makeTone(`${folder}/tone.wav`, 1));
        const codes = await enrolmentCodes(operator, size);
        const tokens = await pMap(codes, (code, index) => enrol(server.url, code, index), {
          concurrency: 50,
        });
        const bare = fork(here("./bare-playlists.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
        const bareUrl = await nextMessage<string>(bare);
        const askers = [
          await startAskers({ url: server.url, tokens, connections: CONNECTIONS }),
          await startAskers({ url: bareUrl, tokens, connections: CONNECTIONS }),
        ] as const;
        try {
          for (let asked = 0; asked < WARM_UP; asked += size) for (const each of askers) await askAll(each);
          const own: number[] = [];
          const raw: number[] = [];
          for (let round = 0; round < ROUNDS; round += 1) {
            own.push(await askAll(askers[0]));
            raw.push(await askAll(askers[1]));
          }
          const rate = (ms: number[]) => size / (median(ms) / 1000);
          report({
            name: `${size} devices ask for a playlist that they have, all answered with 304`,
            value: rate(own),
            unit: "/s",
            baseline: rate(raw),
            ratio: rate(own) / rate(raw),
          });
        } finally {
          await Promise.all([...askers, bare].map(endChild));
        }
      },
    );
  }
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

async function enrol(url: string, code: string, index: number): Promise<string> {
  const answer = await fetch(`${url}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      code,
      hardwareId: `bench-${index}`,
      kind: "loudspeaker",
      model: "bench",
      software: "bench/1",
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as EnrolResponse).token;
}

/** A process of devices, each with the playlist's entity tag in hand once this resolves. */
async function startAskers(job: AskersJob): Promise<ChildProcess> {
  const child = fork(here("./playlist-askers.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  await nextMessage(child);
  return child;
}

/** @returns milliseconds from the first request to the last answer */
function askAll(askers: ChildProcess): Promise<number> {
  askers.send("ask");
  return nextMessage(askers);
}
