/** What is known by a key, found when it is first asked for. What `find` throws is not known: it is asked again. */
export function once<T>(known: Map<string, T>, key: string, find: () => T): T {
  const value = known.has(key) ? (known.get(key) as T) : find();
  known.set(key, value);
  return value;
}
