import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { THE_SERVER } from "./audit/audit-entry.ts";
import { removeCutOff } from "./backup/laid-aside.ts";
import { refuseHalfRestored } from "./backup/restore.ts";
import { catchUp } from "./broadcasts/catch-up.ts";
import { eachOf, startTicker } from "./broadcasts/ticker.ts";
import { type Clock, repeat, SECOND_MS, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { lockFolder, openDatabase } from "./db/open.ts";
import { keepPrivate } from "./db/private-folder.ts";
import { loadShippedData } from "./schedules/first-start.ts";
import { createServer } from "./server.ts";
import { createServices } from "./services.ts";
import { createClockWatch } from "./warnings/clock-watch.ts";

export interface AppOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
}

export interface App {
  app: FastifyInstance;
  /** Where the broker is, or the nodes of a cluster, without an account. */
  brokerUrls: string[];
  /** Present on the first start only; the password is kept nowhere. */
  firstAdministrator: { name: string; password: string } | null;
}

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const STOP_REPEAT_MS = 10 * SECOND_MS;
/** A cluster's node may keep what is retained to itself: whoever comes by another one must not wait for the next change. */
const ALERT_REPEAT_MS = 30 * SECOND_MS;

/**
 * The whole server, ready to listen. `app.close()` ends all of it, in the reverse order of need.
 * @throws {AppError} with a message for the operator, when the data folder, the broker's port or the data is not usable
 */
export async function buildApp({ config, log, clock = systemClock }: AppOptions): Promise<App> {
  keepPrivate(config.dataDir, config.mediaDir);
  const locks = [lockFolder(config.dataDir, "DATA_DIR"), lockFolder(config.mediaDir, "MEDIA_DIR")];
  const databasePath = join(config.dataDir, "cuncunxiang.db");
  refuseHalfRestored(databasePath);
  removeCutOff(databasePath);
  const db = openDatabase(databasePath, clock.now());
  const services = await createServices({ db, config, log, clock, version });
  services.audit.as(THE_SERVER, "the server starts", () => loadShippedData(services));
  services.stopEverything.catchUp();
  const firstAdministrator = await services.audit.untilDone(
    THE_SERVER,
    "the first administrator is made",
    services.people.createFirstAdministrator,
  );
  const app = await createServer({ services, config, log, clock, version });

  const {
    announcements,
    attendance,
    audit,
    backups,
    conductor,
    downlink,
    embedded,
    emergencies,
    housekeeping,
    link,
    live,
    liveParts,
    media,
    outages,
    outbox,
    planner,
    speech,
    stopEverything,
    twins,
    uplink,
    uploads,
    warnings,
  } = services;
  let stopTicker = async () => {};
  const repeats: (() => void)[] = [];
  // A broker may keep nothing over its restart.
  link.onOnline(downlink.republishPointers);
  link.onOnline(emergencies.republish);

  app.addHook("onReady", async () => {
    await uplink.start();
    outbox.start();
    await housekeeping.start();
    await uploads.start();
    media.start([
      ...services.episodes.compositions(),
      ...services.sessions.compositions(),
      ...announcements.compositions(),
    ]);
    live.takeUp();
    // By profiles that were changed while the server was down.
    services.reviews.checkBytes(null);
    twins.review("all");
    catchUp({ conductor, planner });
    warnings.tell();
    const watchClock = createClockWatch(clock);
    const lookAtClock = () => {
      const events = watchClock();
      warnings.keepClockEvents(events);
      // What was missed by a clock that was ahead may have its start ahead again.
      if (events.some(({ kind }) => kind !== "slept")) planner.planAll();
    };
    const everySecond = {
      stop: stopEverything.everySecond,
      emergencies: emergencies.tick,
      announcements: announcements.tick,
      live: live.tick,
      conductor: conductor.tick,
      clock: lookAtClock,
      conflicts: services.conflicts.prepare,
      changes: services.changes.tell,
    };
    const everyMinute = {
      warnings: warnings.tell,
      outages: outages.tick,
      backups: backups.everyMinute,
      audit: audit.everyMinute,
    };
    const everyHour = {
      planner: planner.planAll,
      "live parts": liveParts.everyHour,
      attendance: attendance.everyHour,
      audit: audit.prune,
      "ended access": services.forgetEnded,
      "enrolment codes": services.devices.forgetCodes,
      "databases laid aside": services.laidAside.everyHour,
    };
    stopTicker = startTicker({ everySecond, everyMinute, everyHour }, log);
    const repeatStops = { "repeated stops": downlink.repeatUnacknowledged };
    const repeatAlerts = { "repeated alerts": emergencies.republish };
    repeats.push(
      repeat(STOP_REPEAT_MS, eachOf(repeatStops, log)),
      repeat(ALERT_REPEAT_MS, eachOf(repeatAlerts, log)),
    );
  });
  app.addHook("preClose", async () => {
    for (const end of repeats) end();
    await stopTicker();
    await live.stop();
    await media.stop();
    await speech.stop();
    await uploads.stop();
    await housekeeping.stop();
    await backups.stop();
  });
  app.addHook("onClose", async () => {
    uplink.flush();
    await outbox.stop();
    await link.close();
    await embedded?.close();
    audit.end();
    db.close();
    for (const unlock of locks) unlock();
  });
  return { app, brokerUrls: services.brokerUrls, firstAdministrator };
}
