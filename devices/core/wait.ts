/** Resolves after so many ms. @throws the signal's reason, at once when it aborts */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = () => reject(signal?.reason as Error);
  signal?.addEventListener("abort", abort);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** After whatever else is due; in a browser's worker up to 4 ms later. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if ("setImmediate" in globalThis) setImmediate(resolve);
    else setTimeout(resolve);
  });
