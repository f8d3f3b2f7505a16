import type { Bench } from "../bench.ts";

export interface Case {
  id: string;
  /** What the gateway has to do, in a sentence. */
  says: string;
  /** The heading of PROTOCOL.md that asks it. */
  section: string;
  run(bench: Bench): Promise<void>;
}
