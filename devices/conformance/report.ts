import type { Verdict } from "./run.ts";

/** One line a case, and below it what was wrong. */
export const lineOf = ({ id, says, passed, failure, section, tookMs }: Verdict): string => {
  const head = `${passed ? "pass" : "FAIL"}  ${id.padEnd(24)} ${says} (${(tookMs / 1000).toFixed(1)} s)`;
  return passed ? head : `${head}\n      ${failure}\n      PROTOCOL.md, "${section}"`;
};

export const summaryOf = (verdicts: readonly Verdict[]): string => {
  const failed = verdicts.filter(({ passed }) => !passed);
  const counts = `${verdicts.length - failed.length} of ${verdicts.length} cases passed`;
  return failed.length === 0 ? counts : `${counts}; failed: ${failed.map(({ id }) => id).join(", ")}`;
};

/** The whole of it for a machine. @param at when the examination began, epoch ms */
export const jsonOf = (verdicts: readonly Verdict[], device: string, at: number): string =>
  `${JSON.stringify(
    {
      protocol: "ccx/v1",
      device,
      at: new Date(at).toISOString(),
      passed: verdicts.every(({ passed }) => passed),
      cases: verdicts,
    },
    null,
    2,
  )}\n`;
