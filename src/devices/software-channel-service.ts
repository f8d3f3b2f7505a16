import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { ChannelUse, SoftwareChannel, SoftwareChannelStore } from "./software-channel-store.ts";

export interface SoftwareChannelService {
  /** @param areas whose devices are counted; `null` for all */
  list(areas: readonly string[] | null): ChannelUse[];
  /** Makes the channel, or names other software for it, which each of its devices is told. Idempotent. */
  set(id: string, software: string, by: string): SoftwareChannel;
  /** @throws {AppError} `not_found`; `conflict` while a device is in it */
  remove(id: string): void;
}

interface Dependencies {
  store: SoftwareChannelStore;
  twins: { channelChanged(channel: string): void };
  transact: Transact;
  clock: Clock;
}

/** Which software devices are to run. Bringing it onto them is for the operator's own means. */
export function createSoftwareChannelService(deps: Dependencies): SoftwareChannelService {
  const { store, twins, transact, clock } = deps;
  return {
    list: store.all,

    set(id, software, by) {
      return transact(() => {
        const known = store.find(id);
        if (known?.software === software) return known;
        const channel = { id, software, changedAt: clock.now(), changedBy: by };
        store.save(channel);
        if (known) twins.channelChanged(id);
        return channel;
      });
    },

    remove(id) {
      transact(() => {
        if (!store.find(id)) throw notFound("software channel", id);
        const count = store.members(id);
        if (count > 0) {
          throw new AppError("conflict", `${count} devices are in this software channel.`, {
            hint: "Put them into another channel first, or into none.",
          });
        }
        store.remove(id);
      });
    },
  };
}
