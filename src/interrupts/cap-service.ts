import { createHash } from "node:crypto";
import { type Clock, HOUR_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import { type CapMessage, readCap } from "./cap.ts";
import type { CapRow, CapStore } from "./cap-store.ts";
import type { EmergencyView } from "./emergency.ts";
import type { EmergencyService } from "./emergency-service.ts";

export interface CapService {
  /**
   * Alert and Update propose an emergency, for a second person to confirm; an Update's ends the one before it when it
   * begins. A Cancel ends at once what it refers to: one person is enough for that. The same message twice is one.
   * @throws {AppError} `invalid` with what was not understood, `not_found` for what is referred to, `conflict`
   */
  take(
    xml: string,
    mapAreas: ReadonlyMap<string, string[]>,
    userId: string,
  ): Promise<EmergencyView & { isNew: boolean }>;
}

interface Dependencies {
  store: CapStore;
  emergencies: Pick<EmergencyService, "propose" | "stop" | "get">;
  transact: Transact;
  clock: Clock;
}

/** Where a message says nothing of its end (§3.2.2 `expires` is optional). */
const DEFAULT_LENGTH_MS = HOUR_MS;

export function createCapService({ store, emergencies, transact, clock }: Dependencies): CapService {
  function known(message: CapMessage, digest: string): CapRow | null {
    const row = store.find(message);
    if (row && row.digest !== digest) {
      throw new AppError("conflict", "Another message came under the same sender, identifier and time.", {
        hint: "Its sender has to give it a name of its own.",
      });
    }
    return row;
  }

  /** The emergencies of the messages that it refers to, the newest message's first. */
  function earlier({ references }: CapMessage): [string, ...string[]] {
    const rows = references.flatMap((reference) => store.find(reference) ?? []);
    const [newest, ...others] = rows
      .toSorted((a, b) => Date.parse(b.sent) - Date.parse(a.sent))
      .map(({ emergencyId }) => emergencyId);
    if (newest !== undefined) return [newest, ...others];
    throw new AppError("not_found", "None of the messages that this one refers to was taken in here.", {
      hint: "Import the message that it is about first, or propose an emergency by hand.",
    });
  }

  /** Also what an update that nobody confirmed was to replace. */
  function cancel(ids: readonly string[], userId: string, reason: string): void {
    for (const id of ids) {
      const { replaces } = emergencies.stop(id, userId, reason).emergency;
      if (replaces !== null) cancel([replaces], userId, reason);
    }
  }

  return {
    async take(xml, mapAreas, userId) {
      const message = readCap(xml, mapAreas);
      const digest = createHash("sha256").update(xml).digest("hex");
      const row = known(message, digest);
      if (row) return { ...emergencies.get(row.emergencyId), isNew: false };
      const { info } = message;
      if (info === null) {
        const cancelled = earlier(message);
        return transact(() => {
          store.insert({ ...message, digest, emergencyId: cancelled[0] }, clock.now());
          cancel(cancelled, userId, `cancelled by ${message.sender}`);
          return { ...emergencies.get(cancelled[0]), isNew: true };
        });
      }
      const proposal = {
        title: info.title,
        class: info.class,
        severity: info.severity,
        source: { text: info.text },
        areas: [...new Set(info.areas)],
        until: info.until ?? clock.now() + DEFAULT_LENGTH_MS,
        silent: false,
        replaces: message.msgType === "Update" ? earlier(message)[0] : null,
      };
      const proposed = await emergencies.propose(proposal, userId, (emergencyId) => {
        // Of two that come at once, the second fails here.
        if (known(message, digest))
          throw new AppError("conflict", "The same message is being taken in already.");
        store.insert({ ...message, digest, emergencyId }, clock.now());
      });
      return { ...proposed, isNew: true };
    },
  };
}
