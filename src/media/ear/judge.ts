import { toleratedLossMs } from "../media-probe.ts";
import { judgeChannels } from "./channels.ts";
import { clock, type Finding, type Listening, mergeSpans, type Span } from "./findings.ts";
import { type Bands, HUM_DBFS, HUM_SHARE_DB, type Levels } from "./gather.ts";
import { decibels } from "./readings.ts";
import { edgesOf, judgeSilences, type Silences } from "./silences.ts";
import type { Stretch } from "./stretches.ts";
import { between, finding, longest } from "./telling.ts";

/** What the filters measured. */
export interface Heard {
  lufs: number;
  sampleRateHz: number;
  /** How much sound the container promises; `null` when it promises nothing. */
  promisedMs: number | null;
  /** How long a picture is shown; `null` without one. */
  pictureMs: number | null;
  levels: Levels;
  silences: readonly Span[];
  bands: Bands;
  /** Where two channels are of opposite phase. */
  opposite: readonly Stretch[];
}

/** Thresholds, each with what was measured on generated speech and its damaged copies. */
const AUDIBLE_DBFS = -60;
const LOW_LUFS = -33;
/** Of speech, −26 dB lies above 5 kHz (−28 dB as Opus at 12 kbit/s); through a telephone line −63 dB. */
const NARROW_BAND_DB = -48;
const TELEPHONE_HZ = 16_000;
const USUAL_RATES_HZ = new Set([
  16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
]);
const NEIGHBOURS_MS = 1_500;

/** What an editor should know of it, faults first. */
export function judge(heard: Heard): Listening {
  const { levels, lufs } = heard;
  const torn = tail(heard);
  const silences = silencesOf(heard, torn.length > 0);
  const durationMs = Math.round(silences.durationMs);
  const [leading, trailing] = edgesOf(silences);
  const isAudible = levels.peakDbfs > AUDIBLE_DBFS && leading < durationMs;
  const findings = isAudible
    ? [
        ...torn,
        ...judgeSilences(silences),
        ...clipping(levels),
        ...judgeChannels(levels, heard.opposite),
        ...wholeLevel(heard),
        ...frequencies(heard),
        ...hum(heard),
      ]
    : [...torn, noAudio(durationMs)];
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

/** A picture that goes on when the sound has ended is silence, unless the rest of the sound is only unreadable. */
function silencesOf({ levels, silences, pictureMs }: Heard, isTorn: boolean): Silences {
  const soundMs = levels.durationMs;
  const durationMs = isTorn ? soundMs : Math.max(soundMs, pictureMs ?? 0);
  const spans = silences.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, soundMs) }));
  const after = durationMs > soundMs ? [{ fromMs: soundMs, toMs: durationMs }] : [];
  return { spans: mergeSpans([...spans, ...after], 1), durationMs, soundMs };
}

const noAudio = (durationMs: number): Finding =>
  finding(
    "no-audio",
    "There is no audible sound in the recording: check the microphone and the exported track.",
    { severity: "fault", span: { fromMs: 0, toMs: durationMs } },
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

function clipping({ clipped }: Levels): Finding[] {
  return longest(mergeSpans(clipped, NEIGHBOURS_MS)).map((span) =>
    finding("clipping", `The sound is clipped ${between(span)}: record it again with less gain.`, {
      span,
      value: Math.round((span.toMs - span.fromMs) / 1_000),
      unit: "s",
    }),
  );
}

function wholeLevel({ lufs, levels: { durationMs } }: Heard): Finding[] {
  if (lufs >= LOW_LUFS) return [];
  const message = `The recording is very quiet (${lufs} LUFS); its noise is raised with it. Record it louder.`;
  return [
    finding("low-level", message, { span: { fromMs: 0, toMs: durationMs }, value: lufs, unit: "LUFS" }),
  ];
}

function frequencies({ sampleRateHz, bands }: Heard): Finding[] {
  const found: Finding[] = [];
  if (sampleRateHz < TELEPHONE_HZ || !USUAL_RATES_HZ.has(sampleRateHz)) {
    const why = sampleRateHz < TELEPHONE_HZ ? "which sounds like a telephone" : "which is unusual";
    const message = `The recording has ${sampleRateHz} samples a second, ${why}: export it at 48 kHz.`;
    found.push(finding("sample-rate", message, { value: sampleRateHz, unit: "Hz" }));
  }
  const highDb = decibels(bands.high) - decibels(bands.all);
  if (sampleRateHz >= TELEPHONE_HZ && highDb < NARROW_BAND_DB) {
    const message = "There is nothing above 5 kHz: it was a telephone, or strongly compressed, before.";
    found.push(finding("narrow-band", message, { value: Math.max(-120, Math.round(highDb)), unit: "dB" }));
  }
  return found;
}

function hum({ bands: { quiet, mains } }: Heard): Finding[] {
  if (!quiet || !mains) return [];
  const levelDbfs = decibels(quiet.mains);
  if (levelDbfs <= HUM_DBFS || levelDbfs - decibels(quiet.all) <= HUM_SHARE_DB) return [];
  const level = Math.round(levelDbfs);
  const message = `The mains hum in the pauses (${level} dBFS at 50 and 100 Hz): check the cable's ground.`;
  return [finding("hum", message, { span: mains, value: level, unit: "dBFS" })];
}
