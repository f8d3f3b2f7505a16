import type { BaseLogger } from "pino";
import type { Faults } from "./faults.ts";

/** What a loop of the device says of itself. */
export interface Loop {
  /** It has moved, and will again within so many ms. */
  moved(withinMs: number): void;
  /** It waits for others; nothing is expected of it until it moves again. */
  rests(): void;
}

/** How a part comes under supervision; `restart` frees it from whatever it waits for. */
export type Supervise = (restart: () => void) => Loop;

/** For a part that nobody watches, as in a simulation. */
export const unsupervised: Supervise = () => ({ moved() {}, rests() {} });

export interface Supervisor {
  watch(name: string): Supervise;
  /** Every loop, and how long ago it moved, ms; `null` for one that rests. */
  list(): { name: string; movedMsAgo: number | null }[];
  close(): void;
}

interface Options {
  /** How much longer than it said a loop may take. */
  graceMs: number;
  log: BaseLogger;
  faults: Faults;
  /** A loop stands still again after it was restarted: the process can only end. */
  onHopeless: (name: string) => void;
}

interface Watched {
  restart: () => void;
  movedAt: number;
  dueAt: number;
  wasRestarted: boolean;
}

/**
 * Liveness is progress: that the process runs says nothing. A loop that stands still longer than it said is restarted,
 * and if that does not help, the whole.
 */
export function createSupervisor({ graceMs, log, faults, onHopeless }: Options): Supervisor {
  const loops = new Map<string, Watched>();
  const timer = setInterval(look, graceMs / 4);

  function look(): void {
    const at = performance.now();
    for (const [name, loop] of loops) {
      if (at <= loop.dueAt + graceMs) continue;
      if (loop.wasRestarted) {
        log.fatal({ loop: name }, "a loop stands still though it was restarted");
        return onHopeless(name);
      }
      log.error({ loop: name, stoodMs: Math.round(at - loop.movedAt) }, "a loop stands still; restarting it");
      faults.set(`loop:${name}`, `the ${name} loop stood still and was restarted`);
      Object.assign(loop, { wasRestarted: true, dueAt: at });
      loop.restart();
    }
  }

  return {
    watch: (name) => (restart) => {
      const loop: Watched = { restart, movedAt: performance.now(), dueAt: Infinity, wasRestarted: false };
      loops.set(name, loop);
      const moved = (withinMs: number) => {
        const at = performance.now();
        Object.assign(loop, { movedAt: at, dueAt: at + withinMs, wasRestarted: false });
        faults.set(`loop:${name}`, null);
      };
      return { moved, rests: () => moved(Infinity) };
    },
    list: () =>
      [...loops].map(([name, { movedAt, dueAt }]) => ({
        name,
        movedMsAgo: dueAt === Infinity ? null : Math.round(performance.now() - movedAt),
      })),
    close: () => clearInterval(timer),
  };
}
