import { DEAD_AIR_MS, type Finding, faultsOf, type Listening, type Span } from "./findings.ts";
import { seconds } from "./telling.ts";

/** A stretch of a recording that was listened to, in its place on air. */
export interface HeardClip {
  listening: Listening;
  fromMs: number | null;
  toMs: number | null;
  gapBeforeMs: number;
}

/** What keeps clips in a row off the air: a fault in what is used of one of them, or too long a silence between two. */
export function whyNotOnAir(clips: readonly HeardClip[]): string | null {
  for (const clip of clips) {
    const fault = faultsOf(clip.listening).find((each) => concerns(each, usedOf(clip)));
    if (fault) return fault.message;
  }
  for (const [at, clip] of clips.entries()) {
    const before = clips[at - 1];
    if (!before) continue;
    const silentMs = silentEnd(before) + clip.gapBeforeMs + silentBegin(clip);
    if (silentMs > DEAD_AIR_MS) {
      return `It is silent for ${seconds(silentMs)} between recordings ${at} and ${at + 1}: trim their ends, or shorten the gap.`;
    }
  }
  return null;
}

const usedOf = ({ listening, fromMs, toMs }: HeardClip): Span => ({
  fromMs: fromMs ?? 0,
  toMs: toMs ?? listening.durationMs,
});

const isSilence = ({ kind }: Finding): boolean => kind === "inner-silence" || kind === "trailing-silence";

/** Of a silence that is cut into, what is left may be no fault. */
function concerns(fault: Finding, used: Span): boolean {
  const fromMs = fault.fromMs ?? 0;
  const toMs = fault.toMs ?? Number.POSITIVE_INFINITY;
  // A tail that cannot be read lies behind all that was heard.
  if (fault.kind === "unreadable-tail") return used.toMs > fromMs - 1;
  const overlapMs = Math.min(toMs, used.toMs) - Math.max(fromMs, used.fromMs);
  return overlapMs > (isSilence(fault) ? DEAD_AIR_MS : 0);
}

function silencesIn({ findings, durationMs, leadingSilenceMs, trailingSilenceMs }: Listening): Span[] {
  const inner = findings.filter(({ kind }) => kind === "inner-silence");
  return [
    { fromMs: 0, toMs: leadingSilenceMs },
    ...inner.map(({ fromMs, toMs }) => ({ fromMs: fromMs ?? 0, toMs: toMs ?? durationMs })),
    { fromMs: durationMs - trailingSilenceMs, toMs: durationMs },
  ];
}

function silentEnd(clip: HeardClip): number {
  const used = usedOf(clip);
  const last = silencesIn(clip.listening).find(({ fromMs, toMs }) => fromMs < used.toMs && toMs >= used.toMs);
  return last ? used.toMs - Math.max(last.fromMs, used.fromMs) : 0;
}

function silentBegin(clip: HeardClip): number {
  const used = usedOf(clip);
  const first = silencesIn(clip.listening).find(
    ({ fromMs, toMs }) => fromMs <= used.fromMs && toMs > used.fromMs,
  );
  return first ? Math.min(first.toMs, used.toMs) - used.fromMs : 0;
}
