import { AppError, type ErrorDetail } from "../errors.ts";
import type { Trim } from "../programmes/programme-sound.ts";

export interface Segment {
  id: string;
  /** From 1, in air order. */
  position: number;
  /** One of the programme's segment names, e.g. 党建聚焦. */
  name: string;
  title: string;
  assetSha256: string | null;
  trim: Trim | null;
  /** What is rendered of it; `null` without a recording. */
  compositionId: string | null;
}

export interface Episode {
  id: string;
  programmeId: string;
  number: number;
  title: string;
  /** The whole as one recording, where the programme is delivered so and every segment has one. */
  compositionId: string | null;
  approvedAt: number | null;
  createdAt: number;
  updatedAt: number;
  segments: Segment[];
}

/**
 * An episode has some or all of its programme's segments, each once, in the programme's order.
 * @throws {AppError} `invalid` naming each segment that is not so
 */
export function checkSegmentOrder(names: string[], programmeSegments: string[]): void {
  const details: ErrorDetail[] = [];
  let last = -1;
  for (const [index, name] of names.entries()) {
    const at = `/segments/${index}/name`;
    const place = programmeSegments.indexOf(name);
    if (place === -1) details.push({ at, message: `must be one of ${programmeSegments.join(", ")}` });
    else if (names.indexOf(name) !== index) details.push({ at, message: `${name} is there twice` });
    else if (place < last) details.push({ at, message: `${name} airs before ${names[index - 1]}` });
    last = Math.max(last, place);
  }
  if (details.length > 0)
    throw new AppError("invalid", "The segments do not fit the programme.", { details });
}
