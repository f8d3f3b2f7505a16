import type { Settings } from "../db/settings.ts";
import { AppError } from "../errors.ts";

/** The sample that is there. */
export interface Sample {
  /** Epoch milliseconds. */
  madeAt: number;
  /** The ids of its programmes. */
  programmes: string[];
}

export interface SampleState {
  get(): Sample | null;
  set(sample: Sample): void;
  forget(): void;
  /** @throws {AppError} `conflict`, as `sample-present`, while there is a sample: no device comes to it */
  refuseDevices(): void;
}

const KEY = "sample";

/** Whether there is a sample, as the database says it. */
export function createSampleState(settings: Settings): SampleState {
  function get(): Sample | null {
    const stored = settings.get(KEY);
    return stored === null ? null : (JSON.parse(stored) as Sample);
  }
  return {
    get,
    set: (sample) => settings.set(KEY, JSON.stringify(sample)),
    forget: () => settings.delete(KEY),
    refuseDevices() {
      if (get() === null) return;
      throw new AppError("conflict", "The server holds sample data, to which no device is added.", {
        kind: "sample-present",
        hint: "Remove the sample data first: an administrator does it in the bar over every page.",
      });
    },
  };
}
