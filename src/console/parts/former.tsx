import type { ReactNode } from "react";

/** What was answered to another question stays until the answer to this one is there, and is not taken for it. */
export const Former = ({ is, children }: { is: boolean; children: ReactNode }) => (
  <div className={is ? "former" : undefined} aria-busy={is}>
    {children}
  </div>
);
