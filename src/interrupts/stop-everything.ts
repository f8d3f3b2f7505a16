import type { BaseLogger } from "pino";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { after, SECOND_MS } from "../clock.ts";
import { isBusy, type Transact } from "../db/open.ts";
import type { Downlink, PreparedCommand } from "../delivery/downlink.ts";
import { messageOf } from "../errors.ts";
import type { EmergencyService } from "./emergency-service.ts";

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
  stop(userId: string, reason: string): Promise<StoppedEverything>;
  /** Gives up what could not be written down. */
  close(): void;
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "prepareStopAll" | "cancelAll">;
  emergencies: Pick<EmergencyService, "alertedAreas" | "withdrawWaiting">;
  live: { silence(): void };
  downlink: Pick<Downlink, "publishNow" | "clearAlertNow" | "record">;
  transact: Transact;
  log: BaseLogger;
}

const WRITE_AGAIN_MS = SECOND_MS;
/** How often a stop that is not written down yet is sent again; from then on the downlink repeats it. */
const SEND_AGAIN_AFTER_WRITES = 10;

/** The one stop: told to the devices first, and written down after, as a lock on the database must not delay it. */
export function createStopEverything(deps: Dependencies): StopEverything {
  const { broadcasts, emergencies, live, downlink, transact, log } = deps;
  const pending = new Set<() => void>();

  async function publish({ command }: PreparedCommand, alerts: string[]): Promise<boolean> {
    try {
      await Promise.all([downlink.publishNow(command), downlink.clearAlertNow(alerts)]);
      return true;
    } catch (error) {
      log.error({ err: messageOf(error) }, "the stop of everything has not reached the broker yet");
      return false;
    }
  }

  return {
    async stop(userId, reason) {
      const prepared = broadcasts.prepareStopAll();
      const { command, untilAckedBy, broadcastIds } = prepared;
      const alerts = emergencies.alertedAreas();
      let published = await publish(prepared, alerts);
      live.silence();

      /** Returns what it stopped, or `null` while the database is busy. */
      function write(): string[] | null {
        try {
          return transact(() => {
            const stopped = broadcasts.cancelAll(reason, userId);
            emergencies.withdrawWaiting(userId, reason);
            downlink.record(prepared, { isPublished: published });
            return stopped;
          });
        } catch (error) {
          if (!isBusy(error)) throw error;
          log.warn("the database is busy; the stop of everything is written down as soon as it can be");
          return null;
        }
      }

      function writeLater(attempt: number): void {
        const cancel = after(WRITE_AGAIN_MS, () => {
          pending.delete(cancel);
          try {
            if (write() !== null) return;
          } catch (error) {
            log.error({ err: error }, "the stop of everything could not be written down; trying again");
          }
          if (!published || attempt % SEND_AGAIN_AFTER_WRITES === 0)
            void publish(prepared, alerts).then((isOut) => void (published ||= isOut));
          writeLater(attempt + 1);
        });
        pending.add(cancel);
      }

      const stopped = write();
      if (stopped === null) writeLater(1);
      return {
        commandId: command.id,
        targets: untilAckedBy.length,
        stopped: stopped ?? broadcastIds,
        published,
        recorded: stopped !== null,
      };
    },

    close() {
      for (const cancel of pending) cancel();
    },
  };
}
