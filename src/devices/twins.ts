import type { Clock } from "../clock.ts";
import { createTransact, type Database } from "../db/open.ts";
import { createSoftwareChannelService } from "./software-channel-service.ts";
import { createSoftwareChannelStore } from "./software-channel-store.ts";
import { createTwinService, type TwinDependencies } from "./twin-service.ts";
import { createTwinStore } from "./twin-store.ts";

type Dependencies = Pick<TwinDependencies, "devices" | "policy"> & { db: Database; clock: Clock };

/** What devices are to be, against what they say that they are. */
export function createTwins({ db, devices, policy, clock }: Dependencies) {
  const transact = createTransact(db);
  const channels = createSoftwareChannelStore(db);
  const twins = createTwinService({ store: createTwinStore(db), channels, devices, policy, transact, clock });
  const softwareChannels = createSoftwareChannelService({ store: channels, twins, transact, clock });
  return { twins, softwareChannels };
}
