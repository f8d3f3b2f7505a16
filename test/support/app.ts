import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { buildApp } from "../../src/app.ts";
import { type Clock, systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { createMemoryLog } from "./memory-log.ts";

export interface RunningApp {
  url: string;
  /** The first of `brokerUrls`. */
  brokerUrl: string;
  brokerUrls: string[];
  folder: string;
  password: string;
  operator: Operator;
  log: ReturnType<typeof createMemoryLog>;
  /** How long a connection may be silent from the next request on, ms. */
  limitSilence(ms: number): void;
  close(): Promise<void>;
}

export interface RunAppOptions {
  /** One that stands still lets nobody hear anything to its end: what the server comes with is signed unheard. */
  clock?: Clock;
  env?: Record<string, string>;
  /** Of the administrator, on a folder that was used before. */
  password?: string;
  /** One that somebody else must know before; otherwise any that is free. */
  port?: number;
  /** While the server ends, and before it listens no more. */
  whileClosing?(url: string): Promise<void>;
}

/** The whole server in this process: real SQLite, ffmpeg and broker, on free ports of the loopback. */
export async function runApp({
  clock = systemClock,
  env = {},
  password: known = "",
  port = 0,
  whileClosing,
}: RunAppOptions = {}): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-app-"));
  const log = createMemoryLog();
  const config = readConfig({
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: join(folder, "data"),
    MEDIA_DIR: join(folder, "media"),
    RATE_LIMIT_PER_MINUTE: "100000",
    // On a busy machine what is polite waits for minutes, and so would the test.
    TRANSCODE_NICENESS: "0",
    ENROLMENTS_PER_MINUTE: "100000",
    SIGN_INS_PER_MINUTE: "100000",
    // Everybody signs in anew in every test.
    PASSWORD_MEMORY_MIB: "19",
    SECOND_FACTOR: "optional",
    // The administrator lets everybody in, a moment before they count as others.
    ACCESS_SETTLES_HOURS: "0",
    ...env,
  });
  const { app, brokerUrls, firstAdministrator } = await buildApp({ config, log: log.log, clock });
  let url = "";
  if (whileClosing) app.addHook("preClose", () => whileClosing(url));
  await app.listen({ host: "127.0.0.1", port });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const password = firstAdministrator?.password ?? known;
  const operator = await signIn(url, "admin", password);
  // Nobody hears anything while the clock stands still. Where a second factor is asked for, nothing is signed.
  if (clock !== systemClock && !config.secondFactorRequired) await letBeSignedUnheard(operator);
  return {
    url,
    brokerUrl: brokerUrls[0] ?? "",
    brokerUrls,
    folder,
    password,
    operator,
    log,
    limitSilence: (ms) => void (app.server.timeout = ms),
    async close() {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** @param operator an administrator */
export async function letBeSignedUnheard(operator: Operator): Promise<void> {
  const { items } = await operator.get<{ items: { id: string }[] }>("/programmes");
  for (const { id } of items) await operator.patch(`/programmes/${id}/review`, { playThrough: false });
}

/** Resolves when the uploads that were under way at the server's end have been looked through. */
export const uploadsLookedThrough = ({ log }: RunningApp): Promise<void> =>
  until(() => log.entries.some(({ msg }) => msg === "the folder of uploads was looked through"), {
    what: "the look through the uploads",
    timeoutMs: 30_000,
  });
