import { type Clock, DAY_MS } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS, type DeviceKind } from "../protocol/messages.ts";
import { codeRange } from "../protocol/region-code.ts";
import type { Conflict, ConflictWorld } from "../schedules/conflicts/conflict.ts";
import { findAllConflicts, findConflicts } from "../schedules/conflicts/conflicts.ts";
import { firstAtLeast } from "../schedules/conflicts/sorted.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Candidate, RulesReader } from "./planned-rules.ts";

export interface ScheduleConflict extends Conflict {
  scheduleId: string;
  schedule: string;
}

export interface ConflictFinder {
  /** The conflicts that each of them would have within a year, with one another and with all that is active. */
  check(candidates: readonly Candidate[]): Conflict[][];
  /** Those of what is planned, with what is known of its lengths by now; each overlap once. */
  coming(): ScheduleConflict[];
  /** Something changed that `coming` depends on. */
  changed(): void;
  /** To be called at every beat: what the first check of a day takes longest for is done before. */
  prepare(): void;
}

interface Dependencies {
  plannedRules: RulesReader;
  policy: Pick<PolicyService, "effective" | "areasWithin">;
  devices: Pick<DeviceService, "regionsOf">;
  clock: Clock;
  planMs: number;
}

export function createConflictFinder(deps: Dependencies): ConflictFinder {
  const { plannedRules, policy, devices, clock, planMs } = deps;
  let known: { from: number; conflicts: ScheduleConflict[] } | null = null;

  const today = (): number => Math.floor(clock.now() / DAY_MS) * DAY_MS;

  function createWorld(): ConflictWorld {
    const codes = new Map<DeviceKind, string[]>(DEVICE_KINDS.map((kind) => [kind, devices.regionsOf(kind)]));
    return {
      policyOf: policy.effective,
      areasWithPolicy: policy.areasWithin,
      countDevices: (kinds, areas) =>
        kinds.reduce((sum, kind) => {
          const sorted = codes.get(kind) ?? [];
          return sum + areas.reduce((count, area) => count + countInside(sorted, area), 0);
        }, 0),
    };
  }

  return {
    check(candidates) {
      const rules = plannedRules.read();
      const replaced = new Set(candidates.map(({ id }) => id));
      const saved = rules.active.filter(({ id }) => !replaced.has(id)).map(rules.saved);
      const wanted = candidates.map(rules.wanted);
      const world = createWorld();
      return wanted.map((subject) =>
        findConflicts(subject, [...saved, ...wanted.filter((other) => other !== subject)], world),
      );
    },

    prepare: plannedRules.prepare,

    coming() {
      if (known?.from === today()) return known.conflicts;
      const { active, saved } = plannedRules.read();
      const rules = active.map(saved);
      const now = clock.now();
      const found = findAllConflicts(rules, createWorld(), { from: now, until: now + planMs });
      const conflicts = active.flatMap(({ id, definition }, index) =>
        (found[index] ?? [])
          .filter(({ other }) => other === null || (other.scheduleId ?? "") >= id)
          .map((conflict) => ({ scheduleId: id, schedule: definition.name, ...conflict })),
      );
      known = {
        from: today(),
        conflicts: conflicts.toSorted((a, b) => (a.dates[0] ?? "").localeCompare(b.dates[0] ?? "")),
      };
      return known.conflicts;
    },

    changed: () => void (known = null),
  };
}

/** How many of the sorted codes lie inside the area. */
export function countInside(sorted: readonly string[], area: string): number {
  const { from, before } = codeRange(area);
  return firstAtLeast(sorted, before) - firstAtLeast(sorted, from);
}
