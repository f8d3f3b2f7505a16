import { AppError } from "../errors.ts";
import type { Conflict } from "./conflicts/conflict.ts";

/** So many are shown, and kept of what was accepted. */
export const MAX_CONFLICTS = 100;

/** @param at where each of them stands in what was sent */
export function conflicting(conflicts: Conflict[], at: (index: number) => string = () => "/rule"): AppError {
  return new AppError("conflict", `The schedule has ${conflicts.length} conflict(s) and was not saved.`, {
    details: conflicts
      .slice(0, MAX_CONFLICTS)
      .map(({ message, mend }, index) => ({ at: at(index), message: `${message} ${mend.text}` })),
    members: { conflicts: conflicts.slice(0, MAX_CONFLICTS) },
    hint: "Mend them, or save it anyway with the reason: ?acceptConflicts=…",
  });
}
