import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";

const UNLIMITED = { RATE_LIMIT_PER_MINUTE: "1000000", LOG_LEVEL: "error" };
const QUEUED_SECONDS = 900;

/** A server of its own, somebody who is signed in there, and a folder for what is sent to it. */
export interface Office {
  server: StartedServer;
  operator: Operator;
  folder: string;
  /** Where `event-loop-watch.ts` writes, if it is loaded. */
  eventLoopFile: string;
  /** Makes an episode and returns where its one recording is sent. */
  segment(): Promise<string>;
}

export async function withServer(
  env: NodeJS.ProcessEnv,
  work: (office: Office) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-bench-"));
  const eventLoopFile = join(folder, "event-loop");
  const server = await startServer(folder, { ...UNLIMITED, EVENT_LOOP_FILE: eventLoopFile, ...env });
  let number = 0;
  try {
    const operator = await signIn(server.url, "admin", await server.password);
    const segment = async () => {
      number += 1;
      const { id } = await operator.post<EpisodeView>("/episodes", {
        programmeId: await programmeId(operator, "broadcast"),
        number,
        title: `第${number}期`,
        segments: [{ name: "党建聚焦", title: "要闻" }],
      });
      return `/episodes/${id}/segments/1/recording`;
    };
    await work({ server, operator, folder, eventLoopFile, segment });
  } finally {
    await server.end();
    rmSync(folder, { recursive: true });
  }
}

type JobPage = { items: { id: string }[] };

/** Recordings that keep the queue full for a while: two more than are worked on at once. */
export const makeTones = (folder: string, concurrency: number): string[] =>
  // Other bytes each time: the same ones would be rendered once.
  Array.from({ length: concurrency + 2 }, (_, more) =>
    makeTone(join(folder, `tone-${more}.wav`), QUEUED_SECONDS + more),
  );

export async function fillQueue(
  operator: Operator,
  tones: readonly string[],
  segment: () => Promise<string>,
  concurrency: number,
): Promise<void> {
  for (const tone of tones) await operator.upload(await segment(), tone);
  await until(async () => (await runningJobs(operator)) === concurrency, { what: "a full queue" });
}

/** @throws when a place was free: what was measured would then not be what it is called */
export async function requireFullQueue(operator: Operator, concurrency: number): Promise<void> {
  const count = await runningJobs(operator);
  if (count !== concurrency) throw new Error(`only ${count} of ${concurrency} jobs were running at the end`);
}

const runningJobs = async (operator: Operator): Promise<number> =>
  (await operator.get<JobPage>("/jobs?state=running")).items.length;

export async function cancelAll(operator: Operator): Promise<void> {
  for (const state of ["queued", "running"]) {
    const { items } = await operator.get<JobPage>(`/jobs?state=${state}`);
    for (const { id } of items) await operator.post(`/jobs/${id}/cancel`).catch(() => undefined);
  }
}
