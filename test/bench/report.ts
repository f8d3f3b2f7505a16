/** One measured figure beside the same work done the raw way in the same run. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** The raw way, in the same unit. */
  baseline: number;
  /** value / baseline */
  ratio: number;
  /** How to repeat it. */
  command: string;
}
export type ReportRow = (row: Omit<BenchRow, "command"> & { command?: string }) => void;

export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};
