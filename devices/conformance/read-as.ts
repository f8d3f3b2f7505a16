import type { TSchema } from "typebox";
import type { Validator } from "typebox/compile";

/** The value of a JSON text that fits, or `null`. */
export function readAs<T>(validator: Validator<{}, TSchema, unknown, T>, text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return validator.Check(value) ? (value as T) : null;
  } catch {
    return null;
  }
}
