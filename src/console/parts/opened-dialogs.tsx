import { Fragment, type ReactNode, useEffect } from "react";
import { createStore, useStore } from "./store.ts";

type Draw = (close: () => void) => ReactNode;

const opened = createStore<{ dialogs: { key: number; draw: Draw }[] }>({ dialogs: [] });
let serial = 0;

/** A dialog that does not belong to what it was asked from: that may go away beneath it. */
export function openDialog(draw: Draw): void {
  const key = (serial += 1);
  opened.set({ dialogs: [...opened.get().dialogs, { key, draw }] });
}

const close = (key: number) =>
  opened.set({ dialogs: opened.get().dialogs.filter((each) => each.key !== key) });

/** Their place, until the sign-out. */
export function OpenedDialogs() {
  const { dialogs } = useStore(opened);
  useEffect(() => () => opened.set({ dialogs: [] }), []);
  return dialogs.map(({ key, draw }) => <Fragment key={key}>{draw(() => close(key))}</Fragment>);
}
