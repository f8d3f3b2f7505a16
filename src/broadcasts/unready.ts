import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { Broadcast } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import type { Refusal } from "./refusal.ts";

/** Takes a ready broadcast, which is not fixed yet, back into planning; it says why until it is ready again, or missed. */
export type Unready = (broadcast: Broadcast, refusal: Refusal) => void;

interface Dependencies {
  store: BroadcastStore;
  downlink: Pick<Downlink, "playlistChanged">;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

export function createUnready({ store, downlink, transact, clock, log }: Dependencies): Unready {
  return (broadcast, { code, text }) =>
    transact(() => {
      if (!store.setState(broadcast.id, "ready", "planned", text, clock.now())) return;
      store.update({ ...broadcast, state: "planned", reason: text, whyNot: code }, clock.now());
      downlink.playlistChanged(broadcast.areas, broadcast.startAt);
      log.warn({ broadcastId: broadcast.id, programme: broadcast.programme }, text);
    });
}
