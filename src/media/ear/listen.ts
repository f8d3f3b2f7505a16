import type { Listening } from "./findings.ts";
export const listenTo = async (o: Record<string, unknown>): Promise<Listening> => ({
  durationMs: o["durationMs"] as number,
  integratedLufs: null,
  leadingSilenceMs: 0,
  trailingSilenceMs: 0,
  findings: [],
});
