import type { BroadcastState } from "../../broadcasts/broadcast.ts";
import { AppError } from "../../errors.ts";
import type { EndedBy } from "./live-store.ts";

/** Why somebody who speaks is not heard, and what they can do about it. */

export const notLive = () =>
  new AppError("conflict", "This announcement is not spoken live.", {
    hint: "Send its recording, or make one with the source `live`.",
  });

export const speaksAlready = () =>
  new AppError("forbidden", "Somebody else speaks here.", {
    hint: "Stop it, or make an announcement of your own.",
  });

export const notBegun = () =>
  new AppError("conflict", "Nobody has spoken yet.", { hint: "Send its chunks from 0 on." });

const beganTooLate = () =>
  new AppError("conflict", "Nobody began to speak within two minutes, so it is not aired.", {
    hint: "Make another announcement.",
  });

export const hasEnded = (endedBy: EndedBy) =>
  new AppError("conflict", "Nobody speaks here any more.", {
    hint: "Make another announcement.",
    members: { endedBy },
  });

/** Of what nobody speaks into. */
export function whyNotTaken(endedBy: EndedBy | null, state: BroadcastState): AppError {
  if (endedBy !== null) return hasEnded(endedBy);
  if (state === "cancelled") return hasEnded("stopped");
  return state === "missed" ? beganTooLate() : notBegun();
}

export const isMissing = (n: number, expected: number) =>
  new AppError("conflict", `Chunk ${n} came before chunk ${expected}.`, {
    hint: "Send the one that is expected, then those after it.",
    members: { expected },
  });

export const tooSoon = () =>
  new AppError("unavailable", "The chunk before is still being taken in.", {
    hint: "Send a chunk when the one before it is answered.",
  });

export const tooMuch = () =>
  new AppError("too_large", "That is more than a voice of this length can have.", {
    hint: "Record it at 48 kbit/s, or let it last longer.",
  });

export const chunkTooLarge = () =>
  new AppError("too_large", "A chunk of a voice has at most 512 KB.", {
    hint: "Send what is recorded every half second.",
  });
