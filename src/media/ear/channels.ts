import type { Finding } from "./findings.ts";
import type { Levels, Side } from "./gather.ts";
import { differenceDb, type Stretch } from "./stretches.ts";
import { between, finding, longest } from "./telling.ts";

/** What is wrong with the channels, each against the zero line and against the other. */
export function judgeChannels(levels: Levels, opposite: readonly Stretch[]): Finding[] {
  return [
    ...longest(levels.shifted).map(shift),
    ...(["left", "right"] as const).flatMap((side) =>
      longest(levels.missing[side]).map((stretch) => missing(side, stretch)),
    ),
    ...quieter(levels),
    ...longest(opposite).map(inverted),
  ];
}

function shift(stretch: Stretch): Finding {
  const percent = Math.round((stretch.one / stretch.toldMs) * 1_000) / 10;
  return finding(
    "dc-offset",
    `The sound is shifted by ${percent} % of full scale (DC offset) ${between(stretch)}: check the sound card.`,
    { span: stretch, value: percent, unit: "%" },
  );
}

const tenthsOfDb = (stretch: Stretch): number => Math.round(differenceDb(stretch) * 10) / 10;

const missing = (side: Side, stretch: Stretch): Finding =>
  finding(
    "missing-channel",
    `The ${side} channel is silent ${between(stretch)}: check the cable, or export it as mono.`,
    { span: stretch, value: tenthsOfDb(stretch), unit: "dB" },
  );

function quieter({ quieter: { left, right } }: Levels): Finding[] {
  // Now one, now the other: two people with a microphone each.
  if (left.length > 0 && right.length > 0) return [];
  const side: Side = left.length > 0 ? "left" : "right";
  return longest([...left, ...right]).map((stretch) => {
    const byDb = tenthsOfDb(stretch);
    return finding(
      "channel-imbalance",
      `The ${side} channel is ${byDb} dB quieter than the other ${between(stretch)}.`,
      { span: stretch, value: byDb, unit: "dB" },
    );
  });
}

const inverted = (stretch: Stretch): Finding =>
  finding(
    "out-of-phase",
    `The two channels are of opposite phase ${between(stretch)} and cancel each other in a loudspeaker; the louder one is used for all of it. Check the cable.`,
    { span: stretch, value: Math.round(differenceDb(stretch)), unit: "dB" },
  );
