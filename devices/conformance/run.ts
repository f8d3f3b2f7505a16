import type { Bench } from "./bench.ts";
import { airCases } from "./cases/air.ts";
import { alertCases } from "./cases/alerts.ts";
import type { Case } from "./cases/case.ts";
import { commandCases } from "./cases/commands.ts";
import { refusalCases } from "./cases/forgeries.ts";
import { keyCases } from "./cases/keys.ts";
import { behaviourCases, linkCases } from "./cases/link.ts";
import { mediaCases } from "./cases/media.ts";
import { memoryCases } from "./cases/memory.ts";
import { twinCases } from "./cases/twin.ts";
import { CaseFailure } from "./failure.ts";

/** In an order in which each finds the gateway as it needs it. */
export const CASES: readonly Case[] = [
  ...linkCases,
  ...mediaCases,
  ...airCases,
  ...refusalCases,
  ...commandCases,
  ...twinCases,
  ...alertCases,
  ...memoryCases,
  ...keyCases,
  ...behaviourCases,
];

export interface Verdict {
  id: string;
  says: string;
  section: string;
  passed: boolean;
  /** What was wrong, when it did not pass. */
  failure: string | null;
  tookMs: number;
}

/** Without the first case there is nothing to examine, so it always runs. */
const FIRST = "enrol";

/**
 * Turns the gateway on and leads it through the cases, one after the other.
 * @param only ids of the cases; all of them when empty
 */
export async function runCases(
  bench: Bench,
  only: readonly string[],
  onVerdict: (verdict: Verdict) => void,
): Promise<Verdict[]> {
  const chosen = CASES.filter(({ id }) => only.length === 0 || id === FIRST || only.includes(id));
  const verdicts: Verdict[] = [];
  await bench.gateway.on();
  for (const each of chosen) {
    const verdict = await judge(each, bench);
    verdicts.push(verdict);
    onVerdict(verdict);
    if (verdict.id === FIRST && !verdict.passed) break;
  }
  await bench.gateway.off();
  return verdicts;
}

async function judge({ id, says, section, run }: Case, bench: Bench): Promise<Verdict> {
  const startedAt = performance.now();
  const failure = await run(bench).then(
    () => null,
    (error: unknown) => {
      if (error instanceof CaseFailure) return error.message;
      throw error;
    },
  );
  const tookMs = Math.round(performance.now() - startedAt);
  return { id, says, section, passed: failure === null, failure, tookMs };
}
