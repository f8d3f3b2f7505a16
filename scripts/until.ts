import { setTimeout as wait } from "node:timers/promises";

interface Patience {
  timeoutMs?: number;
  /** For the message when it was in vain. */
  what?: string;
  everyMs?: number;
}

/** Resolves once `condition` holds; rejects when it throws, or does not hold in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 20_000, what = "the condition", everyMs = 10 }: Patience = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come to hold within ${timeoutMs} ms`);
    await wait(everyMs);
  }
}
