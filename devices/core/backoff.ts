interface Options {
  baseMs?: number;
  capMs?: number;
  random?: (() => number) | undefined;
}

/** Full jitter: a county that lost its server does not come back at one instant. */
export function createBackoff({ baseMs = 1_000, capMs = 60_000, random = Math.random }: Options = {}) {
  let failures = 0;
  return {
    nextMs(): number {
      const ceiling = Math.min(capMs, baseMs * 2 ** failures);
      failures += 1;
      return random() * ceiling;
    },
    reset(): void {
      failures = 0;
    },
  };
}
