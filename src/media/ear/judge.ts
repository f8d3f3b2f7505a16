import { toleratedLossMs } from "../media-probe.ts";
import { clock, type Finding, type Listening, mergeSpans, type Span } from "./findings.ts";
import type { Bands, ChannelLevels, Levels, Phase } from "./gather.ts";
import { decibels } from "./readings.ts";

/** What the filters measured. */
export interface Heard {
  lufs: number;
  sampleRateHz: number;
  /** What the container promises; `null` when it promises nothing. */
  promisedMs: number | null;
  levels: Levels;
  bands: Bands;
  phase: Phase | null;
}

/** Thresholds, each with what was measured on generated speech and its damaged copies. */
const AUDIBLE_DBFS = -60;
const EDGE_SILENCE_MS = 2_000;
const PAUSE_MS = 5_000;
/** A listener in the village believes the loudspeaker broken. */
const DEAD_AIR_MS = 30_000;
/** A hundredth of full scale: audible as a click at begin and end, and lost to the limiter. */
const DC_OFFSET = 0.01;
const IMBALANCE_DB = 6;
const MISSING_CHANNEL_DB = 40;
/** The difference of the channels is this much stronger than their sum: a mono loudspeaker would lose the voice. */
const OPPOSITE_DB = 6;
const LOW_LUFS = -33;
/** Of speech, −26 dB lies above 5 kHz (−28 dB as Opus at 12 kbit/s); through a telephone line −63 dB. */
const NARROW_BAND_DB = -48;
const HUM_DBFS = -60;
/** The mains' share of what is heard in the quiet moments. */
const HUM_SHARE_DB = -4;
const TELEPHONE_HZ = 16_000;
const USUAL_RATES_HZ = new Set([
  16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
]);
const NEIGHBOURS_MS = 1_500;
/** The longest of a kind are named; the rest would hide them. */
const MAX_SPANS = 20;

/** What an editor should know of it, faults first. */
export function judge(heard: Heard): Listening {
  const { levels, lufs } = heard;
  const { durationMs } = levels;
  const isAudible = levels.channels.some(({ peakDbfs }) => peakDbfs > AUDIBLE_DBFS);
  const [leading, trailing] = edges(levels);
  const findings = isAudible
    ? [
        ...tail(heard),
        ...silences(levels, leading, trailing),
        ...clipping(levels),
        ...channels(levels.channels, heard.phase),
        ...wholeLevel(heard),
        ...frequencies(heard),
      ]
    : [...tail(heard), noAudio(durationMs)];
  return {
    durationMs,
    integratedLufs: isAudible ? lufs : null,
    leadingSilenceMs: isAudible ? leading : durationMs,
    trailingSilenceMs: isAudible ? trailing : 0,
    findings: findings.sort(
      (one, other) => Number(other.severity === "fault") - Number(one.severity === "fault"),
    ),
  };
}

function finding(
  kind: Finding["kind"],
  message: string,
  more: Partial<Finding> & { span?: Span | undefined } = {},
): Finding {
  const { span, ...rest } = more;
  const fromMs = span ? Math.round(span.fromMs) : null;
  const toMs = span ? Math.round(span.toMs) : null;
  return { kind, severity: "warning", fromMs, toMs, value: null, unit: null, message, ...rest };
}

const noAudio = (durationMs: number): Finding =>
  finding(
    "no-audio",
    "There is no audible sound in the recording: check the microphone and the exported track.",
    {
      severity: "fault",
      span: { fromMs: 0, toMs: durationMs },
    },
  );

function tail({ promisedMs, levels: { durationMs } }: Heard): Finding[] {
  if (promisedMs === null || durationMs >= promisedMs - toleratedLossMs(promisedMs)) return [];
  return [
    finding(
      "unreadable-tail",
      `The recording cannot be read after ${clock(durationMs)} of ${clock(promisedMs)}: export it anew and upload that.`,
      {
        severity: "fault",
        span: { fromMs: durationMs, toMs: promisedMs },
        value: Math.round((promisedMs - durationMs) / 1_000),
        unit: "s",
      },
    ),
  ];
}

/** How long it is silent at the begin and at the end. */
function edges({ silences: spans, durationMs }: Levels): [leading: number, trailing: number] {
  const first = spans[0];
  const last = spans.at(-1);
  const leading = first && first.fromMs < 50 ? first.toMs : 0;
  const trailing = last && last.toMs > durationMs - 50 ? durationMs - last.fromMs : 0;
  return [leading, trailing];
}

function silences({ silences: spans, durationMs }: Levels, leading: number, trailing: number): Finding[] {
  const found: Finding[] = [];
  if (leading > EDGE_SILENCE_MS) {
    found.push(
      finding("leading-silence", `It begins with ${seconds(leading)} of silence, which can be trimmed.`, {
        span: { fromMs: 0, toMs: leading },
        value: tenths(leading),
        unit: "s",
      }),
    );
  }
  if (trailing > EDGE_SILENCE_MS) {
    found.push(
      finding("trailing-silence", `It ends with ${seconds(trailing)} of silence, which can be trimmed.`, {
        span: { fromMs: durationMs - trailing, toMs: durationMs },
        value: tenths(trailing),
        unit: "s",
      }),
    );
  }
  const inner = spans.filter(({ fromMs, toMs }) => fromMs >= leading && toMs <= durationMs - trailing);
  for (const span of longest(inner.filter(({ fromMs, toMs }) => toMs - fromMs > PAUSE_MS))) {
    const lengthMs = span.toMs - span.fromMs;
    found.push(
      finding(
        "inner-silence",
        `It is silent for ${seconds(lengthMs)} from ${clock(span.fromMs)} on: cut the pause out, or fill it.`,
        {
          severity: lengthMs > DEAD_AIR_MS ? "fault" : "warning",
          span,
          value: tenths(lengthMs),
          unit: "s",
        },
      ),
    );
  }
  return found;
}

/** Seconds, to a tenth. */
const tenths = (ms: number): number => Math.round(ms / 100) / 10;
const seconds = (ms: number): string => `${tenths(ms).toFixed(1)} s`;

const longest = (spans: readonly Span[]): Span[] =>
  spans
    .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))
    .slice(0, MAX_SPANS)
    .sort((one, other) => one.fromMs - other.fromMs);

function clipping({ clipped }: Levels): Finding[] {
  return longest(mergeSpans(clipped, NEIGHBOURS_MS)).map((span) =>
    finding(
      "clipping",
      `The sound is clipped from ${clock(span.fromMs)} to ${clock(span.toMs)}: record it again with less gain.`,
      { span, value: Math.round((span.toMs - span.fromMs) / 1_000), unit: "s" },
    ),
  );
}

function channels(levels: readonly ChannelLevels[], phase: Phase | null): Finding[] {
  const found: Finding[] = [];
  const offset = Math.max(...levels.map(({ dcOffset }) => Math.abs(dcOffset)));
  if (offset > DC_OFFSET) {
    const percent = Math.round(offset * 1_000) / 10;
    found.push(
      finding(
        "dc-offset",
        `The sound is shifted by ${percent} % of full scale (DC offset): check the sound card.`,
        {
          value: percent,
          unit: "%",
        },
      ),
    );
  }
  const [left, right] = levels;
  if (levels.length !== 2 || !left || !right) return found;
  const differenceDb = decibels(left.power) - decibels(right.power);
  const quieter = differenceDb > 0 ? "right" : "left";
  const byDb = Math.min(120, Math.round(Math.abs(differenceDb) * 10) / 10);
  if (byDb > MISSING_CHANNEL_DB) {
    found.push(
      finding("missing-channel", `The ${quieter} channel is silent: check the cable, or export it as mono.`, {
        value: byDb,
        unit: "dB",
      }),
    );
  } else if (byDb > IMBALANCE_DB) {
    found.push(
      finding("channel-imbalance", `The ${quieter} channel is ${byDb} dB quieter than the other.`, {
        value: byDb,
        unit: "dB",
      }),
    );
  }
  const againstDb = phase ? decibels(phase.differencePower) - decibels(phase.sumPower) : 0;
  if (againstDb > OPPOSITE_DB) {
    found.push(
      finding(
        "out-of-phase",
        "The two channels are of opposite phase and cancel each other in a loudspeaker; the louder one is used. Check the cable.",
        { value: Math.min(120, Math.round(againstDb)), unit: "dB" },
      ),
    );
  }
  return found;
}

const wholeLevel = ({ lufs }: Heard): Finding[] =>
  lufs >= LOW_LUFS
    ? []
    : [
        finding(
          "low-level",
          `The recording is very quiet (${lufs} LUFS); its noise is raised with it. Record it louder.`,
          {
            value: lufs,
            unit: "LUFS",
          },
        ),
      ];

function frequencies({ sampleRateHz, bands }: Heard): Finding[] {
  const found: Finding[] = [];
  if (sampleRateHz < TELEPHONE_HZ || !USUAL_RATES_HZ.has(sampleRateHz)) {
    const why = sampleRateHz < TELEPHONE_HZ ? "which sounds like a telephone" : "which is unusual";
    found.push(
      finding(
        "sample-rate",
        `The recording has ${sampleRateHz} samples a second, ${why}: export it at 48 kHz.`,
        {
          value: sampleRateHz,
          unit: "Hz",
        },
      ),
    );
  }
  const highDb = decibels(bands.high) - decibels(bands.all);
  if (sampleRateHz >= TELEPHONE_HZ && highDb < NARROW_BAND_DB) {
    found.push(
      finding(
        "narrow-band",
        "There is nothing above 5 kHz: it was a telephone, or strongly compressed, before.",
        {
          value: Math.max(-120, Math.round(highDb)),
          unit: "dB",
        },
      ),
    );
  }
  const { quiet } = bands;
  if (
    quiet &&
    decibels(quiet.mains) > HUM_DBFS &&
    decibels(quiet.mains) - decibels(quiet.all) > HUM_SHARE_DB
  ) {
    const level = Math.round(decibels(quiet.mains));
    found.push(
      finding(
        "hum",
        `The mains hum in the pauses (${level} dBFS at 50 and 100 Hz): check the cable's ground.`,
        {
          value: level,
          unit: "dBFS",
        },
      ),
    );
  }
  return found;
}
