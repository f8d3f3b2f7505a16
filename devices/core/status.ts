import type { BroadcastClass, DeviceState, Policy } from "../../src/protocol/messages.ts";
import type { CacheSpace } from "./cache-limits.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { Journal } from "./journal.ts";
import type { MqttLink } from "./mqtt-link.ts";
import type { Output } from "./output.ts";
import type { Entry } from "./plan.ts";
import type { PlanBook } from "./plan-book.ts";
import type { Player } from "./player.ts";
import type { PlaylistKeeper } from "./playlist-keeper.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Volume } from "./volume.ts";

/** What a device knows of itself, without anything that is secret. Instants are epoch ms, sizes bytes. */
export interface DeviceStatus {
  deviceId: string;
  software: string;
  /** By the corrected clock. */
  now: number;
  /** The zone of the county's policy. */
  zone: string;
  online: boolean;
  clock: { trusted: boolean; offsetMs: number };
  /** The newest that is held; `null` before the first. */
  playlist: { revision: number; generatedAt: number } | null;
  onAir: BroadcastStatus | null;
  /** Nearest first. */
  next: (BroadcastStatus & { isCached: boolean })[];
  media: { ready: number; total: number; usedBytes: number; freeBytes: number };
  output: string;
  volume: number;
  /** Records that the server has not acknowledged. */
  waitingRecords: number;
  faults: string[];
  /** `null` for a loop that rests. */
  loops: { name: string; movedMsAgo: number | null }[];
}

export interface BroadcastStatus {
  programme: string;
  title: string;
  class: BroadcastClass;
  startAt: number;
}

interface Parts {
  deviceId: string;
  software: string;
  now: () => number;
  policy: () => Policy;
  clock: Pick<DeviceClock, "trusted" | "offsetMs">;
  mqtt: Pick<MqttLink, "online">;
  keeper: Pick<PlaylistKeeper, "playlist">;
  book: Pick<PlanBook, "toCome">;
  player: Pick<Player, "onAir">;
  isCached: (entry: Entry) => boolean;
  space: Pick<CacheSpace, "usedBytes" | "freeBytes">;
  output: Pick<Output, "name">;
  volume: Pick<Volume, "current">;
  journal: Pick<Journal, "unacknowledged">;
  faults: () => string[];
  loops: Supervisor["list"];
}

export function createStatus(parts: Parts): () => DeviceStatus {
  const { deviceId, now, policy, clock, mqtt, keeper, book, player, isCached, space } = parts;
  return () => {
    const coming = book.toCome().toSorted((a, b) => a.startAt - b.startAt);
    const recorded = coming.filter(({ live }) => live === undefined);
    const { playlist } = keeper;
    const { onAir } = player;
    return {
      deviceId,
      software: parts.software,
      now: now(),
      zone: policy().zone,
      online: mqtt.online,
      clock: { trusted: clock.trusted, offsetMs: Math.round(clock.offsetMs) },
      playlist: playlist && { revision: playlist.revision, generatedAt: playlist.generatedAt },
      onAir: onAir && broadcastOf(onAir),
      next: coming
        .filter((entry) => entry !== onAir)
        .map((entry) => ({ ...broadcastOf(entry), isCached: isCached(entry) })),
      media: {
        ready: recorded.filter(isCached).length,
        total: recorded.length,
        usedBytes: space.usedBytes(),
        freeBytes: space.freeBytes(),
      },
      output: parts.output.name,
      volume: parts.volume.current,
      waitingRecords: parts.journal.unacknowledged().reduce((sum, { records }) => sum + records.length, 0),
      faults: parts.faults(),
      loops: parts.loops(),
    };
  };
}

/** What the server is told of it. */
export const stateOf = ({ playlist, media, volume, clock, faults }: DeviceStatus): DeviceState => ({
  revision: playlist?.revision ?? 0,
  cached: { ready: media.ready, total: media.total },
  volume,
  clock,
  freeBytes: media.freeBytes,
  faults,
});

/** Field by field: the addresses of its media are signed, and nobody else's. */
const broadcastOf = ({ programme, title, class: of, startAt }: Entry): BroadcastStatus => ({
  programme,
  title,
  class: of,
  startAt,
});
