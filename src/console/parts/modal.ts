import { type RefObject, useLayoutEffect, useRef } from "react";

/** A dialog of the browser's own that is open as long as it is drawn. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it is in the page still, so that the focus goes back to where it was opened.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return dialog;
}
