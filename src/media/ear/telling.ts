import { clock, type Finding, type Span } from "./findings.ts";

/** A warning for the whole recording, unless it is said otherwise. */
export function finding(
  kind: Finding["kind"],
  message: string,
  more: Partial<Finding> & { span?: Span | undefined } = {},
): Finding {
  const { span, ...rest } = more;
  const fromMs = span ? Math.round(span.fromMs) : null;
  const toMs = span ? Math.round(span.toMs) : null;
  return { kind, severity: "warning", fromMs, toMs, value: null, unit: null, message, ...rest };
}

/** Seconds, to a tenth. */
export const tenths = (ms: number): number => Math.round(ms / 100) / 10;
export const seconds = (ms: number): string => `${tenths(ms).toFixed(1)} s`;
export const between = ({ fromMs, toMs }: Span): string => `from ${clock(fromMs)} to ${clock(toMs)}`;

/** The longest of a kind are named; the rest would hide them. */
const MAX_SPANS = 20;

export const longest = <T extends Span>(spans: readonly T[]): T[] =>
  spans
    .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))
    .slice(0, MAX_SPANS)
    .sort((one, other) => one.fromMs - other.fromMs);
