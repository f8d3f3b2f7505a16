import { regionName } from "../../resources.js";

const NAMED = 6;

/** The names of the first regions. A name is a kindness; the code says the same when it can't be read. */
export const firstNames = (codes: readonly string[], signal: AbortSignal): Promise<string[]> =>
  Promise.all(codes.slice(0, NAMED).map((code) => regionName(code, signal).catch(() => code)));
