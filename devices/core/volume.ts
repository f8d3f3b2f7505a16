import type { Desired } from "../../src/protocol/messages.ts";
import type { Store } from "./store.ts";

export interface Volume {
  /** Per cent, as last set, but never above the policy's maximum. */
  readonly current: number;
  /** `volume`, or what is set when left out, but never above the policy's maximum. */
  capped(volume?: number): number;
  /** What a command says; nothing when a playlist that was made after it says otherwise. Kept over restarts. */
  set(volume: number, issuedAt: number): void;
  /** What a playlist says: taken once for each version, so that what was set since then stays. Kept over restarts. */
  follow(desired: Desired, generatedAt: number): void;
}

interface Options {
  store: Pick<Store, "read" | "writeIfRoom">;
  deviceId: string;
  maxVolume: () => number;
}

interface Stored {
  volume: number;
  /** The device as which, and the version of the desired half that was last followed. */
  followed: string | null;
}

const NAME = "volume.json";
const UNTIL_TOLD: Stored = { volume: 100, followed: null };

export function createVolume({ store: files, deviceId, maxVolume }: Options): Volume {
  let stored = read(files);
  /** When the playlist was made that says how loud. Epoch ms. */
  let toldAt = -Infinity;
  const capped = (volume = stored.volume) => Math.min(volume, maxVolume());

  function store(next: Stored): void {
    stored = next;
    files.writeIfRoom(NAME, JSON.stringify(next));
  }

  return {
    get current() {
      return capped();
    },
    capped,
    set(volume, issuedAt) {
      if (issuedAt >= toldAt) store({ ...stored, volume });
    },
    follow({ version, volume }, generatedAt) {
      if (volume !== undefined) toldAt = generatedAt;
      const followed = `${deviceId} ${version}`;
      if (stored.followed !== followed) store({ volume: volume ?? stored.volume, followed });
    },
  };
}

function read(files: Pick<Store, "read">): Stored {
  try {
    return { ...UNTIL_TOLD, ...(JSON.parse(files.read(NAME) ?? "{}") as Partial<Stored>) };
  } catch {
    return UNTIL_TOLD;
  }
}
