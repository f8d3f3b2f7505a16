import { invalid } from "../errors.ts";

/** Epoch ms of an instant in a body, `null` when it was left out. @throws {AppError} `invalid` */
export function instantIn(at: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  // Without an offset it would be the server's own zone.
  const value = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value))
    throw invalid(at, `"${text}" is not an instant.`, "Write it as 2026-12-01T07:00:00+08:00.");
  return value;
}
