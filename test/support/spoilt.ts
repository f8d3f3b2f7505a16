import fc from "fast-check";

/** Strings that have broken servers before. */
const STRINGS = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\uD800",
  // Whatever cuts it after 64 keeps half of a pair.
  `${"a".repeat(63)}😀`,
  "\u202Egnp.exe",
  "\uFEFF",
  "🏳️‍🌈".repeat(40),
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  "%00",
  "../../etc/passwd",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "\r\nSet-Cookie: a=b",
  "x".repeat(100_000),
  "__proto__",
  "constructor",
  "NaN",
  "2026-02-30",
  "9999-12-31T23:59:60Z",
  "-271822-04-20T00:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "24:00",
];
const NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 5e-324, 8.64e15 + 1];
const OTHERS: unknown[] = [null, true, false, [], {}, [[[[]]]], { length: -1 }, { toString: null }];

/** Anything that somebody may put where something else is expected. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...STRINGS, ...NUMBERS, ...OTHERS),
  fc.jsonValue({ maxDepth: 3 }),
);

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...STRINGS.filter((text) => text.length < 2000)),
  fc.constantFrom(...NUMBERS.map(String)),
  fc.string({ unit: "grapheme", maxLength: 30 }),
);

/** Bodies that are no JSON, or hardly. */
export const hostileBody: fc.Arbitrary<string> = fc.constantFrom(
  "",
  "{",
  "null",
  "[]",
  '"',
  '{"a":1,"a":2}',
  '{"__proto__":{"roles":[]}}',
  "[".repeat(20_000),
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `{"a":${"9".repeat(10_000)}}`,
  "\u0000",
  "\uFEFF{}",
  "<a/>",
);

interface Place {
  holder: Record<string, unknown> | unknown[];
  key: string | number;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(holder);
  return keys.flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** The same value with one part of it replaced, left out, or with one more than it should have. */
export const spoilt = (value: unknown): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(), fc.constantFrom("replace", "leave out", "add"), hostile).map(([n, way, bad]) => {
    const copy = structuredClone(value);
    const places = placesIn(copy);
    const place = places[n % places.length];
    if (!place) return bad;
    const { holder, key } = place;
    if (way === "replace") Reflect.set(holder, key, bad);
    else if (Array.isArray(holder)) holder.push(bad);
    else if (way === "leave out") Reflect.deleteProperty(holder, key);
    else holder["unexpected"] = bad;
    return copy;
  });
