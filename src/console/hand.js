/** Whether somebody's hand is at this page, or it only asks by itself what is new: that keeps no sign-in alive. */

const AT_IT_MS = 60_000;
/** Whoever opens the page is at it. */
let lastAt = Date.now();

for (const event of ["pointerdown", "keydown", "wheel"])
  globalThis.addEventListener?.(event, () => void (lastAt = Date.now()), { capture: true, passive: true });

export const isNobodyAtIt = () => Date.now() - lastAt > AT_IT_MS;
