import { type RefObject, useEffect } from "react";

/**
 * Takes the focus that was lost with what went away, as a button that somebody has pressed: whoever uses the keyboard goes
 * on where they were. It looks again when it is for another element.
 */
export function useLostFocus(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement === document.body) element.current?.focus();
  }, [element]);
}
