/** What `work` gives, or why it failed. @throws the signal's reason, which is no failure of the work */
export async function resultOf<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Does the work for all at once, which is quicker; when that fails, for each alone, so that what one cannot have is not
 * withheld from the others.
 * @returns for each item its result, or why there is none
 * @throws the signal's reason
 */
export async function togetherOrAlone<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  work: (some: readonly T[]) => Promise<R[]>,
): Promise<(R | Error)[]> {
  if (items.length === 0) return [];
  const all = await resultOf(signal, () => work(items));
  if (!(all instanceof Error)) return all;
  if (items.length === 1) return [all];
  const results: (R | Error)[] = [];
  for (const item of items) results.push(...(await togetherOrAlone([item], signal, work)));
  return results;
}
