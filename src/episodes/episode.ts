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
  /** From 1, another with each change of title, segments or recordings. */
  version: number;
  createdAt: number;
  updatedAt: number;
  segments: Segment[];
}

/** A segment as it is to be. */
export interface WantedSegment {
  name: string;
  title: string;
  /** The name it has now, when that is to be another one; its recording stays with it. */
  was?: string;
}

/**
 * An episode has some or all of its programme's segments, each once; in which order they air is its own.
 * @param before the names it has now
 * @throws {AppError} `invalid` naming each segment that is not so
 */
export function checkSegments(
  wanted: readonly WantedSegment[],
  programmeSegments: readonly string[],
  before: readonly string[],
): void {
  const details: ErrorDetail[] = [];
  const names = wanted.map(({ name }) => name);
  const renamed = wanted.map(({ was }) => was);
  for (const [index, { name, was }] of wanted.entries()) {
    const at = `/segments/${index}/name`;
    if (!programmeSegments.includes(name))
      details.push({ at, message: `must be one of ${programmeSegments.join(", ")}` });
    else if (names.indexOf(name) !== index) details.push({ at, message: `${name} is there twice` });
    if (was === undefined) continue;
    if (!before.includes(was)) details.push({ at, message: `there is no ${was} to be renamed` });
    else if (renamed.indexOf(was) !== index) details.push({ at, message: `${was} is renamed twice` });
  }
  if (details.length > 0)
    throw new AppError("invalid", "The segments do not fit the programme.", { details });
}

/** The names whose recordings the segments have, if there are such; `null` for a new one that takes a name which another gave up. */
export const keptNames = (wanted: readonly WantedSegment[]): (string | null)[] =>
  wanted.map(({ name, was }) => was ?? (wanted.some((each) => each.was === name) ? null : name));

export const removedMeanwhile = (name: string): AppError =>
  new AppError("conflict", `The segment "${name}" was removed while its recording was arriving.`);
