import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { startTicker } from "./broadcasts/ticker.ts";
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
  /** Where devices find the broker, without an account. */
  brokerUrl: string;
  /** Present on the first start only; the password is kept nowhere. */
  firstAdministrator: { name: string; password: string } | null;
}

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const STOP_REPEAT_MS = 10 * SECOND_MS;

/**
 * The whole server, ready to listen. `app.close()` ends all of it, in the reverse order of need.
 * @throws {AppError} with a message for the operator, when the data folder, the broker's port or the data is not usable
 */
export async function buildApp({ config, log, clock = systemClock }: AppOptions): Promise<App> {
  keepPrivate(config.dataDir, config.mediaDir);
  const locks = [lockFolder(config.dataDir, "DATA_DIR"), lockFolder(config.mediaDir, "MEDIA_DIR")];
  const db = openDatabase(join(config.dataDir, "cuncunxiang.db"), clock.now());
  const services = await createServices({ db, config, log, clock, version });
  loadShippedData(services);
  const firstAdministrator = await services.people.createFirstAdministrator();
  const app = await createServer({ services, config, log, clock, version });

  const {
    announcements,
    conductor,
    downlink,
    embedded,
    emergencies,
    housekeeping,
    link,
    media,
    outages,
    outbox,
    planner,
    speech,
    stopEverything,
    uplink,
    uploads,
    warnings,
  } = services;
  let stopTicker = async () => {};
  let stopRepeating = () => {};
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
    planner.planAll();
    conductor.tick();
    warnings.tell();
    const watchClock = createClockWatch(clock);
    const everySecond = () => {
      emergencies.tick();
      announcements.tick();
      conductor.tick();
      const events = watchClock();
      warnings.keepClockEvents(events);
      // What was missed by a clock that was ahead may have its start ahead again.
      if (events.some(({ kind }) => kind !== "slept")) planner.planAll();
    };
    const everyMinute = () => {
      warnings.tell();
      outages.tick();
    };
    stopTicker = startTicker({ everySecond, everyMinute, everyHour: () => planner.planAll() }, log);
    stopRepeating = repeat(STOP_REPEAT_MS, () => {
      try {
        downlink.repeatUnacknowledged();
      } catch (error) {
        log.error({ err: error }, "stops could not be repeated; the next time tries again");
      }
    });
  });
  app.addHook("preClose", async () => {
    stopRepeating();
    stopEverything.close();
    await stopTicker();
    await media.stop();
    await speech.stop();
    await uploads.stop();
    await housekeeping.stop();
  });
  app.addHook("onClose", async () => {
    uplink.flush();
    await outbox.stop();
    await link.close();
    await embedded?.close();
    db.close();
    for (const unlock of locks) unlock();
  });
  return { app, brokerUrl: services.brokerUrl, firstAdministrator };
}
