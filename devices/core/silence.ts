import type { BaseLogger } from "pino";
import type { Faults } from "./faults.ts";

/** Whether somebody at the device holds it silent. */
export interface Silence {
  readonly isOn: boolean;
  /** Aborts when it is next put on; aborted already while it is. */
  readonly signal: AbortSignal;
  set(isOn: boolean): void;
}

interface Options {
  log: BaseLogger;
  faults: Faults;
  onChange: () => void;
}

export function createSilence({ log, faults, onChange }: Options): Silence {
  let isOn = false;
  let controller = new AbortController();
  return {
    get isOn() {
      return isOn;
    },
    get signal() {
      return controller.signal;
    },
    set(next) {
      if (next === isOn) return;
      isOn = next;
      if (next) controller.abort();
      else controller = new AbortController();
      log.warn(next ? "the stop button is pressed" : "the stop button is released");
      faults.set("stop-button", next ? "the stop button is pressed: nothing sounds" : null);
      onChange();
    },
  };
}
