import type { Conductor } from "./conductor.ts";
import type { Planner } from "./planner.ts";

interface Parts {
  conductor: Pick<Conductor, "tick">;
  planner: Pick<Planner, "planAll">;
}

/**
 * Takes up the timetable where it was left when the server went down. What devices may have played meanwhile goes on air
 * first, and so counts as played before the dates after it are planned.
 */
export function catchUp({ conductor, planner }: Parts): void {
  conductor.tick();
  planner.planAll();
  // What became ready by that may be due.
  conductor.tick();
}
