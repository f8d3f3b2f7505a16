import { type Static, Type } from "typebox";
import { enumOf, nullable } from "../../http/schemas.ts";

const FINDING_KINDS = [
  "no-audio",
  "unreadable-tail",
  "leading-silence",
  "trailing-silence",
  "inner-silence",
  "clipping",
  "dc-offset",
  "missing-channel",
  "channel-imbalance",
  "out-of-phase",
  "low-level",
  "hum",
  "sample-rate",
  "narrow-band",
  "over-slot",
  "under-slot",
] as const;

export const Finding = Type.Object(
  {
    kind: enumOf(FINDING_KINDS),
    severity: enumOf(["warning", "fault"], { description: "A fault keeps the recording off the air" }),
    fromMs: nullable(Type.Integer({ description: "Where it begins; null for the whole recording" })),
    toMs: nullable(Type.Integer()),
    value: nullable(Type.Number({ description: "What was measured, in `unit`" })),
    unit: nullable(Type.String()),
    message: Type.String({ description: "What it is, and what to do about it" }),
  },
  { description: "Something heard in a recording that an editor should know of" },
);
export type Finding = Static<typeof Finding>;

/** A listener in the village believes the loudspeaker broken. */
export const DEAD_AIR_MS = 30_000;

/** What was heard in a recording. */
export interface Listening {
  /** Of what could be decoded, in whole milliseconds; of a film, as long as its picture is shown. */
  durationMs: number;
  /** EBU R 128, mono as dual mono; `null` when nothing is audible. */
  integratedLufs: number | null;
  leadingSilenceMs: number;
  trailingSilenceMs: number;
  findings: Finding[];
}

export interface Span {
  fromMs: number;
  toMs: number;
}

export const faultsOf = ({ findings }: Listening): Finding[] =>
  findings.filter(({ severity }) => severity === "fault");

/** Breath before the first word, and the room's ring after the last. */
const KEPT_BEFORE_MS = 300;
const KEPT_AFTER_MS = 500;
/** Less silence than this at both ends together is not worth a new rendition. */
const WORTH_TRIMMING_MS = 1_000;

/** What is left when the silence at both ends is cut off, or `null` when there is too little of it. */
export function trimOf(listening: Listening): Span | null {
  const { durationMs, leadingSilenceMs, trailingSilenceMs, integratedLufs } = listening;
  if (integratedLufs === null || leadingSilenceMs + trailingSilenceMs < WORTH_TRIMMING_MS) return null;
  const fromMs = Math.max(0, Math.round(leadingSilenceMs - KEPT_BEFORE_MS));
  const toMs = Math.round(Math.min(durationMs, durationMs - trailingSilenceMs + KEPT_AFTER_MS));
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** `75_000` as `1:15`. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Neighbouring spans, up to `gapMs` apart, as one; in order. */
export function mergeSpans(spans: readonly Span[], gapMs: number): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.fromMs - other.fromMs)) {
    const last = merged.at(-1);
    if (last && span.fromMs - last.toMs <= gapMs) last.toMs = Math.max(last.toMs, span.toMs);
    else merged.push({ ...span });
  }
  return merged;
}
