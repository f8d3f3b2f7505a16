import { type Clock, delay, SECOND_MS } from "../clock.ts";
import { isBusy } from "./open.ts";

const AGAIN_MS = SECOND_MS / 4;

/**
 * Does what writes to the database once no other program holds it; between two attempts everything else goes on.
 * `work` is one transaction: an attempt that failed leaves nothing behind.
 * @throws what `work` throws, and that the database is locked only after `patienceMs`
 */
export async function onceUnlocked<T>(
  work: () => T,
  patienceMs: number,
  clock: Pick<Clock, "steadyMs">,
): Promise<T> {
  const until = clock.steadyMs() + patienceMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || clock.steadyMs() >= until) throw error;
    }
    await delay(AGAIN_MS);
  }
}
