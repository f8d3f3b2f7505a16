const POLL_MS = 10;

/** Resolves once `condition` holds; rejects when it throws, or does not hold in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 20_000, what = "the condition" }: { timeoutMs?: number; what?: string } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come to hold within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
