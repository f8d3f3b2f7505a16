/** What is wrong with this box at present, for the reported state and the status page. */
export interface Faults {
  /** One fault for each key; `null` when it is over. */
  set(key: string, what: string | null): void;
  list(): string[];
}

const MAX_FAULTS = 50;
const MAX_CHARACTERS = 500;
/** As many and as long as a state may tell; one that is too long must not keep the rest from being told. */
export const faultsToTell = (faults: readonly string[]): string[] =>
  faults.slice(0, MAX_FAULTS).map((fault) => fault.slice(0, MAX_CHARACTERS));

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
