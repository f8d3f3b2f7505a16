import type { DeviceState, Playlist } from "../../src/protocol/messages.ts";
import { heldDesired } from "../core/held-desired.ts";

/** What a simulated gateway holds of what it is to be, in memory: as the reference gateway, without a disk. */
export function createSimulatedTwin() {
  let playlist: Playlist | null = null;
  let volume = 100;
  return {
    follow(next: Playlist): void {
      const isNews = next.desired !== undefined && next.desired.version !== playlist?.desired?.version;
      if (isNews) volume = next.desired?.volume ?? volume;
      playlist = next;
    },
    setVolume(told: number, issuedAt: number): void {
      const saidSince = playlist?.desired?.volume !== undefined && issuedAt < playlist.generatedAt;
      if (!saidSince) volume = told;
    },
    groups: () => playlist?.desired?.groups ?? [],
    /** @param groups whose topics it has taken up */
    state: (groups: readonly string[] | null, coming: number): DeviceState => ({
      ...heldDesired(playlist, groups),
      cached: { ready: coming, total: coming },
      volume: Math.min(volume, playlist?.policy.maxVolume ?? volume),
      clock: { offsetMs: 0, trusted: true },
      freeBytes: FREE_BYTES,
      faults: [],
    }),
  };
}

const FREE_BYTES = 1_000_000_000;
