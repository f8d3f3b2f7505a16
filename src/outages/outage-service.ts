import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { toIso } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { judgeOutages, type Line } from "./outage.ts";
import type { OutageFilter, OutageRow, OutageStore } from "./outage-store.ts";

export interface OutageService {
  /** Looks at every device's line; what is written down is told once. */
  tick(): void;
  /** Newest first, older than the id `before`. */
  list(filter: OutageFilter, before: number, limit: number): OutageRow[];
}

interface Dependencies {
  store: OutageStore;
  /** The lines of the enrolled devices. `heardFrom`: since when the server has listened without a break. */
  devices: { lines(heardFrom: number, openOutages: ReadonlySet<string>): Line[] };
  /** Since when the broker is connected; `null` while it is not. Epoch ms. */
  listeningSince: () => number | null;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

/** One incident for what has one cause, and none for what is back before anybody could look. */
export function createOutageService(deps: Dependencies): OutageService {
  const { store, devices, listeningSince, transact, clock, log } = deps;

  function judge(): { begun: number[]; ended: number[] } {
    const since = listeningSince();
    // Whoever hears nobody is cut off himself.
    if (since === null) return { begun: [], ended: [] };
    const now = clock.now();
    const open = store.open();
    const unstable = new Set(
      open.flatMap(({ kind, deviceId }) => (kind === "unstable" ? (deviceId ?? []) : [])),
    );
    const { begun, joined, ended } = judgeOutages(devices.lines(since, unstable), open, now);
    for (const { id, deviceIds } of joined) store.add(id, deviceIds);
    for (const id of ended) store.end(id, now);
    return { begun: begun.map(store.insert), ended };
  }

  function tell(id: number, what: string, level: "info" | "warn"): void {
    const row = store.view(id);
    if (row) log[level]({ ...row, beganAt: toIso(row.beganAt) }, what);
  }

  return {
    tick() {
      const { begun, ended } = transact(judge);
      for (const id of begun) tell(id, "an outage began", "warn");
      for (const id of ended) tell(id, "an outage is over", "info");
    },
    list: store.page,
  };
}
