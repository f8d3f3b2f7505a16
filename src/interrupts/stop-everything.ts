import type { BaseLogger } from "pino";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { isBusy, type Transact } from "../db/open.ts";
import type { Downlink, PreparedCommand } from "../delivery/downlink.ts";
import { messageOf } from "../errors.ts";
import type { EmergencyService } from "./emergency-service.ts";
import type { StopJournal, UnwrittenStop } from "./stop-journal.ts";

export interface StoppedEverything {
  commandId: string;
  /** How many devices are to acknowledge it. */
  targets: number;
  /** Broadcasts that are stopped. */
  stopped: string[];
  /** Whether the broker has it already; otherwise it gets it as soon as it is there. */
  published: boolean;
  /** Whether it is written down already; otherwise as soon as the database lets go. */
  recorded: boolean;
}

export interface StopEverything {
  /** Silences whatever sounds or is about to, everywhere, whatever the database is doing. */
  stop(person: UnwrittenStop["person"], reason: string): Promise<StoppedEverything>;
  /**
   * Writes down what a server that was killed could not; call it before anything is published.
   * @throws {AppError} `unavailable` while the database is still locked
   */
  catchUp(): void;
  /** Writes down what a lock kept from it, and sends it again meanwhile; every second, before anything else is moved on. */
  everySecond(): void;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "prepareStopAll" | "cancelAll">;
  emergencies: Pick<EmergencyService, "alertedAreas" | "withdrawWaiting">;
  live: { silence(): void };
  downlink: Pick<Downlink, "publishNow" | "clearAlertNow" | "record" | "progressOf">;
  journal: StopJournal;
  /** Does something in a person's name that is not the request it was asked for in. */
  inNameOf: <T>(person: UnwrittenStop["person"], work: () => T) => T;
  transact: Transact;
  log: BaseLogger;
}

/** A stop that devices may have heard of and the database not yet. */
interface Pending {
  stop: UnwrittenStop;
  alerts: string[];
  isPublished: boolean;
  attempts: number;
}

/** How often a stop that is not written down yet is sent again; from then on the downlink repeats it. */
const SEND_AGAIN_AFTER_WRITES = 10;

/** The one stop: told to the devices first, and written down after, as a lock on the database must not delay it. */
export function createStopEverything(deps: Dependencies): StopEverything {
  const { broadcasts, emergencies, live, downlink, journal, inNameOf, transact, log } = deps;
  const waiting = new Set<Pending>();

  /** A disk that takes nothing must not delay it either. */
  function keep(stop: UnwrittenStop): void {
    try {
      journal.keep(stop);
    } catch (error) {
      log.error({ err: error }, "the stop of everything would be lost if the server were killed now");
    }
  }

  async function publish({ command }: PreparedCommand, alerts: string[]): Promise<boolean> {
    try {
      await Promise.all([downlink.publishNow(command), downlink.clearAlertNow(alerts)]);
      return true;
    } catch (error) {
      log.error({ err: messageOf(error) }, "the stop of everything has not reached the broker yet");
      return false;
    }
  }

  /** Returns what it stopped. */
  function write(stop: UnwrittenStop, isPublished: boolean): string[] {
    const { command, person, reason } = stop;
    const stopped = transact(() => {
      downlink.record(stop, { isPublished });
      emergencies.withdrawWaiting(person.id, reason, command.issuedAt);
      return broadcasts.cancelAll(stop, reason, person.id);
    });
    journal.drop(command.id);
    return stopped;
  }

  /** Returns `null` when that is not possible now: the villages are silent, and nobody is told otherwise for that. */
  function tryToWrite({ stop, isPublished }: Pending): string[] | null {
    try {
      return write(stop, isPublished);
    } catch (error) {
      if (isBusy(error))
        log.warn("the database is busy; the stop of everything is written down as soon as it can be");
      else log.error({ err: error }, "the stop of everything could not be written down; trying again");
      return null;
    }
  }

  function tryAgain(pending: Pending): void {
    const { stop, alerts } = pending;
    if (inNameOf(stop.person, () => tryToWrite(pending)) !== null) return void waiting.delete(pending);
    pending.attempts += 1;
    if (!pending.isPublished || pending.attempts % SEND_AGAIN_AFTER_WRITES === 0)
      void publish(stop, alerts).then((isOut) => void (pending.isPublished ||= isOut));
  }

  return {
    async stop(person, reason) {
      const prepared = broadcasts.prepareStopAll();
      const { command, untilAckedBy, broadcastIds } = prepared;
      const stop: UnwrittenStop = { ...prepared, person, reason };
      keep(stop);
      const alerts = emergencies.alertedAreas();
      const published = publish(stop, alerts);
      // A broker may take seconds to answer, and whoever speaks is not to be followed over HTTP meanwhile.
      live.silence();
      const pending = { stop, alerts, isPublished: await published, attempts: 0 };
      const stopped = tryToWrite(pending);
      if (stopped === null) waiting.add(pending);
      return {
        commandId: command.id,
        targets: untilAckedBy.length,
        stopped: stopped ?? broadcastIds,
        published: pending.isPublished,
        recorded: stopped !== null,
      };
    },

    everySecond() {
      for (const pending of waiting) tryAgain(pending);
    },

    catchUp() {
      for (const stop of journal.all()) {
        const { command, person } = stop;
        try {
          // Killed between the commit and the end of its file.
          if (downlink.progressOf(command.id) !== null) journal.drop(command.id);
          else inNameOf(person, () => write(stop, false));
        } catch (error) {
          if (isBusy(error)) throw error;
          // As of a person whom a restored database does not know; no reason to leave all villages without a server.
          log.error({ err: error, stop }, "a stop of everything cannot be written down");
        }
      }
    },
  };
}
