import type { BaseLogger } from "pino";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { after, SECOND_MS } from "../clock.ts";
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
  /** Gives up what could not be written down, until `catchUp` at the next start. */
  close(): void;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "prepareStopAll" | "cancelAll">;
  emergencies: Pick<EmergencyService, "alertedAreas" | "withdrawWaiting">;
  downlink: Pick<Downlink, "publishNow" | "clearAlertNow" | "record" | "progressOf">;
  journal: StopJournal;
  /** Does something in a person's name that is not the request it was asked for in. */
  inNameOf: <T>(person: UnwrittenStop["person"], work: () => T) => T;
  transact: Transact;
  log: BaseLogger;
}

const WRITE_AGAIN_MS = SECOND_MS;
/** How often a stop that is not written down yet is sent again; from then on the downlink repeats it. */
const SEND_AGAIN_AFTER_WRITES = 10;

/** The one stop: told to the devices first, and written down after, as a lock on the database must not delay it. */
export function createStopEverything(deps: Dependencies): StopEverything {
  const { broadcasts, emergencies, downlink, journal, inNameOf, transact, log } = deps;
  const pending = new Set<() => void>();

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
    const { command, broadcastIds, person, reason } = stop;
    const stopped = transact(() => {
      downlink.record(stop, { isPublished });
      emergencies.withdrawWaiting(person.id, reason, command.issuedAt);
      return broadcasts.cancelAll(broadcastIds, reason, person.id);
    });
    journal.drop(command.id);
    return stopped;
  }

  /** Returns `null` while the database is busy. */
  function tryToWrite(stop: UnwrittenStop, isPublished: boolean): string[] | null {
    try {
      return write(stop, isPublished);
    } catch (error) {
      if (!isBusy(error)) throw error;
      log.warn("the database is busy; the stop of everything is written down as soon as it can be");
      return null;
    }
  }

  return {
    async stop(person, reason) {
      const prepared = broadcasts.prepareStopAll();
      const { command, untilAckedBy, broadcastIds } = prepared;
      const stop: UnwrittenStop = { ...prepared, person, reason };
      keep(stop);
      const alerts = emergencies.alertedAreas();
      let published = await publish(prepared, alerts);

      function writeLater(attempt: number): void {
        const cancel = after(WRITE_AGAIN_MS, () => {
          pending.delete(cancel);
          try {
            if (inNameOf(person, () => tryToWrite(stop, published)) !== null) return;
          } catch (error) {
            log.error({ err: error }, "the stop of everything could not be written down; trying again");
          }
          if (!published || attempt % SEND_AGAIN_AFTER_WRITES === 0)
            void publish(prepared, alerts).then((isOut) => void (published ||= isOut));
          writeLater(attempt + 1);
        });
        pending.add(cancel);
      }

      const stopped = tryToWrite(stop, published);
      if (stopped === null) writeLater(1);
      return {
        commandId: command.id,
        targets: untilAckedBy.length,
        stopped: stopped ?? broadcastIds,
        published,
        recorded: stopped !== null,
      };
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

    close() {
      for (const cancel of pending) cancel();
    },
  };
}
