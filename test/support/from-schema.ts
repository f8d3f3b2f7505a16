import fc from "fast-check";

/** The part of JSON Schema that the API's own documents use. Anything else is an error here, not a guess. */
export interface Schema {
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";
  anyOf?: Schema[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  examples?: unknown[];
}

/** Longer than this nothing is made, whatever a schema allows: the bounds themselves are tried by name elsewhere. */
const LONGEST = 40;
const MOST_ITEMS = 4;

/** JSON can hold half of a surrogate pair. */
const CODE_UNIT = fc.integer({ min: 0xd7_00, max: 0xdf_ff }).map((code) => String.fromCharCode(code));

/** Strings that are really there, by the name of what holds them; empty where nothing is known of it. */
export type Known = (name: string) => readonly string[];

/** Values that fit the schema, many of them of things that are there. `name` is that of the member it belongs to. */
export function fromSchema(schema: Schema, known: Known, name = ""): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => fromSchema(each, known, name)));
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return integer(schema);
    case "number":
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
    case "string":
      return string(schema, known, name);
    case "array":
      return array(schema, known, name);
    case "object":
      return object(schema, known);
    case undefined:
    default:
      // Any JSON, as in a schema without words.
      return fc.jsonValue();
  }
}

function integer({ minimum = -1000, maximum = Number.MAX_SAFE_INTEGER }: Schema): fc.Arbitrary<number> {
  const near = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 100) });
  const bounds = fc.constantFrom(minimum, maximum);
  const any = fc.integer({ min: minimum, max: maximum });
  return fc.oneof({ weight: 4, arbitrary: near }, bounds, any);
}

const usually = <T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: often }, seldom);

function string(
  { pattern, minLength = 0, maxLength = Infinity, examples }: Schema,
  known: Known,
  name: string,
) {
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength;
  const longest = Math.max(minLength, Math.min(maxLength, LONGEST));
  const made =
    pattern === undefined || pattern === "\\S"
      ? usually(
          fc.string({ unit: "grapheme", minLength, maxLength: longest }),
          fc.string({ unit: CODE_UNIT, minLength, maxLength: longest }),
        ).filter((text) => fits(text) && (pattern === undefined || /\S/.test(text)))
      : fc.stringMatching(new RegExp(pattern)).filter(fits);
  const [example] = (examples ?? []) as string[];
  if (example === undefined) return usually(there(known, name, made), made);
  return usually(Number.isNaN(Date.parse(example)) ? fc.constant(example) : like(example), made);
}

/** One that is there, as far as any is known by the time that it is made. */
const there = (known: Known, name: string, otherwise: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(), otherwise).map(([n, made]) => known(name)[n % known(name).length] ?? made);

/** Days around today, or instants, in the form of the example. */
const like = (example: string): fc.Arbitrary<string> =>
  fc
    .integer({ min: -3 * 86_400, max: 60 * 86_400 })
    .map((seconds) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, example.length));

function array(schema: Schema, known: Known, name: string): fc.Arbitrary<unknown[]> {
  const { items = {}, minItems = 0, maxItems = MOST_ITEMS, uniqueItems = false } = schema;
  const lengths = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, MOST_ITEMS)) };
  const each = fromSchema(items, known, name);
  if (!uniqueItems) return fc.array(each, lengths);
  return fc.uniqueArray(each, { ...lengths, selector: (item) => JSON.stringify(item) });
}

function object({ properties = {}, required = [], additionalProperties }: Schema, known: Known) {
  const members = Object.entries(properties).map(([name, each]) => {
    const value = fromSchema(each, known, name);
    // With most of what may be left out there, everything would contradict everything.
    const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, value);
    return [name, required.includes(name) ? value : seldom] as const;
  });
  const own = fc
    .record(Object.fromEntries(members))
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
  if (typeof additionalProperties !== "object") return own;
  const keys = fc.string({ maxLength: 8 });
  const more = fc.dictionary(keys, fromSchema(additionalProperties, known), { maxKeys: 3 });
  return fc.tuple(more, own).map(([some, named]) => ({ ...some, ...named }));
}
