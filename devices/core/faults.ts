/** What is wrong with this box at present, for the reported state and the status page. */
export interface Faults {
  /** One fault for each key; `null` when it is over. */
  set(key: string, what: string | null): void;
  list(): string[];
}

export function createFaults(onChange: () => void): Faults {
  const standing = new Map<string, string>();
  return {
    set(key, what) {
      if ((standing.get(key) ?? null) === what) return;
      if (what === null) standing.delete(key);
      else standing.set(key, what);
      onChange();
    },
    list: () => [...standing.values()],
  };
}
