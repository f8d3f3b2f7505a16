import { useSyncExternalStore } from "react";

export interface Store<S> {
  get: () => S;
  set: (changes: Partial<S>) => void;
  subscribe: (listener: () => void) => () => void;
}

/** A state that outlives what draws it, as a recording that goes on while somebody looks at another page. */
export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(changes) {
      state = { ...state, ...changes };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export const useStore = <S>({ subscribe, get }: Store<S>): S => useSyncExternalStore(subscribe, get);
