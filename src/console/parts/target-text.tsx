import type { ScheduleDefinition } from "../api-types.ts";
import { useNames } from "./region-names.ts";
import { useSay } from "./say.ts";
import { namedRegions, targetWords } from "./target-words.ts";

/** Whom something is for, with what it leaves out and narrows it to. */
export function TargetText({ targets }: { targets: ScheduleDefinition["targets"] }) {
  const nameOf = useNames(namedRegions(targets));
  const t = useSay();
  return <>{targetWords(targets, nameOf, t)}</>;
}
