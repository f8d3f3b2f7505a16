import { type Static, Type } from "typebox";
export const Finding = Type.Object({
  kind: Type.String(),
  severity: Type.String(),
  fromMs: Type.Union([Type.Number(), Type.Null()]),
  toMs: Type.Union([Type.Number(), Type.Null()]),
  value: Type.Union([Type.Number(), Type.Null()]),
  unit: Type.Union([Type.String(), Type.Null()]),
  message: Type.String(),
});
export type Finding = Static<typeof Finding>;
export interface Listening {
  durationMs: number;
  integratedLufs: number | null;
  leadingSilenceMs: number;
  trailingSilenceMs: number;
  findings: Finding[];
}
export const faultsOf = (l: Listening): Finding[] => l.findings.filter((f) => f.severity === "fault");
export const trimOf = (_l: Listening): { fromMs: number; toMs: number } | null => null;
export const judgeDuration = (_d: number, _s: number | null): Finding | null => null;
