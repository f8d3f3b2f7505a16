import { once } from "node:events";
import { createFleet } from "../../devices/simulator/fleet.ts";
import type { StormCount, StormJob } from "./reconnect-storm.ts";

/** A fleet that tells the parent when it is there, and when all of it is back after the server's end. */
const [job] = (await once(process, "message")) as [StormJob];
const confirmed = new Set<number>();
const count: StormCount = { connections: 0, fetches: 0, turnedAway: 0, failed: 0, lastAt: 0 };
let isComplete = false;

function tellWhenAll(): void {
  if (confirmed.size < job.codes.length) return;
  confirmed.clear();
  process.send?.(isComplete ? { ...count, lastAt: Date.now() } : "ready");
  isComplete = true;
  Object.assign(count, { connections: 0, fetches: 0, turnedAway: 0, failed: 0 });
}

await createFleet({
  ...job,
  onOnline: () => void (count.connections += 1),
  onPlaylist(gateway, status) {
    if (status === 0) count.failed += 1;
    else if (status === 503 || status === 429) count.turnedAway += 1;
    else {
      count.fetches += 1;
      confirmed.add(gateway);
      tellWhenAll();
    }
  },
});
