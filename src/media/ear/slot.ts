import { type Static, Type } from "typebox";
import { MINUTE_MS, SECOND_MS } from "../../clock.ts";
import { nullable } from "../../http/schemas.ts";
import { clock, Finding } from "./findings.ts";
import { finding } from "./telling.ts";

/** How long something is on air, against the slot that its programme has. */
export const AirTime = Type.Object(
  {
    durationMs: Type.Integer({
      description:
        "Of all recordings, as they are used; of a continuous programme with tune, stings and gaps",
    }),
    finding: nullable(Finding),
  },
  { description: "Against the programme's slot: over it, or less than half of it" },
);
export type AirTime = Static<typeof AirTime>;

/** Programmes vary by a third or so; below this it is rather the wrong file, or a part of the right one. */
const LEAST_SHARE = 0.5;

/**
 * The length against the slot.
 * @param isWhole false while a recording is still to come: then it is not too short yet
 */
export function judgeAirTime(durationMs: number, slotMinutes: number | null, isWhole: boolean): AirTime {
  return {
    durationMs,
    finding: slotMinutes === null ? null : judge(durationMs, slotMinutes * MINUTE_MS, isWhole),
  };
}

function judge(durationMs: number, slotMs: number, isWhole: boolean): Finding | null {
  const lasts = clock(durationMs);
  const slot = clock(slotMs);
  if (durationMs > slotMs) {
    return finding(
      "over-slot",
      `It lasts ${lasts}, which is ${clock(durationMs - slotMs)} more than the slot of ${slot}: shorten it, or change the slot.`,
      {
        span: { fromMs: slotMs, toMs: durationMs },
        value: Math.round((durationMs - slotMs) / SECOND_MS),
        unit: "s",
      },
    );
  }
  if (!isWhole || durationMs >= slotMs * LEAST_SHARE) return null;
  return finding(
    "under-slot",
    `It lasts ${lasts}, less than half of the slot of ${slot}: look whether all of it was uploaded, or change the slot.`,
    {
      span: { fromMs: durationMs, toMs: slotMs },
      value: Math.round((slotMs - durationMs) / SECOND_MS),
      unit: "s",
    },
  );
}
