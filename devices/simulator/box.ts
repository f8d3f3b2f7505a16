import { type Boot, type BootOptions, boot } from "./boot.ts";
import { createDisk } from "./disk.ts";
import type { Fate } from "./faults.ts";
import { createLine } from "./line.ts";

interface Options extends Pick<BootOptions, "server" | "identity" | "verify" | "hasOwnClock" | "events"> {
  fate: Fate;
  /** Copied from another box; an empty one otherwise. */
  disk?: ReturnType<typeof createDisk>;
}

/** A box that stands in a village: its power and its line come and go as its fate has it. */
export interface Box {
  waiting(): number;
  /** From now on its power and its line come and go. */
  beset(): void;
  /** From now on nothing goes wrong with it. */
  calm(): void;
  close(): Promise<void>;
}

const REBOOT_MS = 500;

export function startBox({ fate, disk = createDisk(), ...rest }: Options): Box {
  let isCalm = false;
  const chances: Fate = {
    ...fate,
    delayMs: () => (isCalm ? 0 : fate.delayMs()),
    losesAck: () => !isCalm && fate.losesAck(),
  };
  const line = createLine(chances.delayMs);
  const troubles = new Set<NodeJS.Timeout>();
  let running: Boot | null = null;

  function turnOn(): void {
    running ??= boot({ ...rest, fate: chances, disk: disk.mount(), line, onReboot });
  }
  function turnOff(): void {
    running?.cut();
    running = null;
  }
  function turnLine(isUp: boolean): void {
    if (line.isUp === isUp) return;
    line.turn(isUp);
    running?.onLine();
  }
  function onReboot(): void {
    turnOff();
    later(REBOOT_MS, turnOn);
  }

  function later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      troubles.delete(timer);
      run();
    }, ms);
    troubles.add(timer);
  }
  /** It ends, comes back, and so on. */
  function comeAndGo(nextMs: () => number, end: () => void, begin: () => void): void {
    later(nextMs(), () => {
      end();
      later(nextMs(), () => {
        begin();
        comeAndGo(nextMs, end, begin);
      });
    });
  }
  function endTroubles(): void {
    for (const timer of troubles) clearTimeout(timer);
    troubles.clear();
  }

  turnOn();
  return {
    waiting: () => running?.waiting() ?? 0,
    beset() {
      if (fate.power) comeAndGo(fate.power, turnOff, turnOn);
      if (!fate.line) return;
      comeAndGo(
        fate.line,
        () => turnLine(false),
        () => turnLine(true),
      );
    },
    calm() {
      isCalm = true;
      endTroubles();
      turnOn();
      turnLine(true);
    },
    async close() {
      endTroubles();
      await running?.close();
    },
  };
}
