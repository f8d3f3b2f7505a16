import { clock, DEAD_AIR_MS, type Finding, type Span } from "./findings.ts";
import { finding, longest, seconds, tenths } from "./telling.ts";

/** A recording's silences on its timeline; the last may be a picture that goes on without sound. */
export interface Silences {
  spans: readonly Span[];
  durationMs: number;
  /** Where the sound itself ends. */
  soundMs: number;
}

const EDGE_SILENCE_MS = 2_000;
const PAUSE_MS = 5_000;
/** A click at the very end, or a filter that has only begun to work, is not what is said. */
const EDGE_MS = 250;

/** How long it is silent at the begin and at the end. */
export function edgesOf({ spans, durationMs }: Silences): [leading: number, trailing: number] {
  const first = spans[0];
  const last = spans.at(-1);
  const leading = first && first.fromMs < EDGE_MS ? first.toMs : 0;
  const trailing = last && last.toMs > durationMs - EDGE_MS ? durationMs - last.fromMs : 0;
  return [leading, trailing];
}

export function judgeSilences(silences: Silences): Finding[] {
  const { spans, durationMs } = silences;
  const [leading, trailing] = edgesOf(silences);
  const inner = spans.filter(({ fromMs, toMs }) => fromMs >= leading && toMs <= durationMs - trailing);
  return [
    ...begin(leading),
    ...end(silences, trailing),
    ...longest(inner.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_MS)).map(pause),
  ];
}

function begin(leading: number): Finding[] {
  if (leading <= EDGE_SILENCE_MS) return [];
  return [
    finding("leading-silence", `It begins with ${seconds(leading)} of silence, which can be trimmed.`, {
      span: { fromMs: 0, toMs: leading },
      value: tenths(leading),
      unit: "s",
    }),
  ];
}

function end({ durationMs, soundMs }: Silences, trailing: number): Finding[] {
  if (trailing <= EDGE_SILENCE_MS) return [];
  const more = {
    span: { fromMs: durationMs - trailing, toMs: durationMs },
    value: tenths(trailing),
    unit: "s",
  };
  const withoutMs = durationMs - soundMs;
  if (withoutMs > DEAD_AIR_MS) {
    // All of the file can be read, so it is no torn tail; but on air it is as dead as silence inside.
    const message = `The picture goes on for ${seconds(withoutMs)} without sound from ${clock(soundMs)} on: trim the end, or export it with its sound.`;
    return [finding("trailing-silence", message, { severity: "fault", ...more })];
  }
  return [
    finding("trailing-silence", `It ends with ${seconds(trailing)} of silence, which can be trimmed.`, more),
  ];
}

function pause(span: Span): Finding {
  const lengthMs = span.toMs - span.fromMs;
  return finding(
    "inner-silence",
    `It is silent for ${seconds(lengthMs)} from ${clock(span.fromMs)} on: cut the pause out, or fill it.`,
    { severity: lengthMs > DEAD_AIR_MS ? "fault" : "warning", span, value: tenths(lengthMs), unit: "s" },
  );
}
