import fc from "fast-check";
import { capXml } from "./cap.ts";
import { REGIONS_CSV } from "./fleet.ts";
import { fromSchema, type Known, type Schema } from "./from-schema.ts";
import { hostileBody, hostileText, spoilt } from "./spoilt.ts";

interface Parameter {
  in: "path" | "query" | "header";
  name: string;
  required?: boolean;
  schema: Schema;
}
export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  /** By media type; empty for an operation without one, or whose body is a file. */
  bodies: Record<string, Schema>;
  takesFile: boolean;
}
export interface FuzzedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

interface Document {
  paths: Record<string, Record<string, { parameters?: Parameter[]; requestBody?: { content: Content } }>>;
}
type Content = Record<string, { schema: Schema }>;

/** Every operation of an OpenAPI document. */
export const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      bodies: Object.fromEntries(
        Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
      ),
      takesFile: method === "put" && requestBody === undefined,
    })),
  );

/** Path, query and body by the operation's own schemas, or spoilt in one of them. */
export function requestsOf(operation: Operation, known: Known): fc.Arbitrary<FuzzedRequest> {
  const { parameters, bodies, method } = operation;
  const values = parameters.map(({ in: place, name, schema, required = false }) => {
    // `/episodes/{id}` is about one of the episodes.
    const before = operation.path.split(`/{${name}}`)[0]?.split("/").at(-1) ?? "";
    const value = fromSchema(schema, known, place === "path" ? before : name).map(String);
    return required ? value : fc.option(value, { nil: undefined, freq: 2 });
  });
  const types = Object.keys(bodies);
  const type = types.length > 0 ? fc.constantFrom(...types) : fc.constant("application/json");
  const body = type.chain((each) => {
    const schema = bodies[each];
    if (operation.takesFile) return fc.string({ unit: "binary", maxLength: 3000 });
    if (schema === undefined) return fc.constant(undefined);
    if (each.endsWith("octet-stream")) return fc.string({ unit: "binary", maxLength: 50 });
    if (each === "application/json") return fromSchema(schema, known);
    return fc.constant(
      each === "text/csv" ? REGIONS_CSV : capXml({ expires: new Date(Date.now() + 3_600_000) }),
    );
  });
  return fc
    .record({
      values: fc.tuple(...values),
      type,
      body,
      spoils: fc.oneof(
        { weight: 9, arbitrary: fc.constant("nothing") },
        { weight: 2, arbitrary: fc.constant("a parameter") },
        { weight: 4, arbitrary: fc.constant("the body") },
        { weight: 1, arbitrary: fc.constant("the whole body") },
      ),
      which: fc.nat(),
      text: hostileText,
      raw: hostileBody,
      random: fc.noBias(fc.nat()),
    })
    .map(({ values: made, type: contentType, body: fitting, spoils, which, text, raw, random }) => {
      const given = parameters.map((parameter, i) => ({
        ...parameter,
        value: made[i],
      }));
      const spoiltOne = given[which % Math.max(1, given.length)];
      if (spoils === "a parameter" && spoiltOne) spoiltOne.value = text;
      let path = operation.path;
      const query = new URLSearchParams();
      const headers: Record<string, string> = {};
      for (const { in: place, name, value } of given) {
        if (value === undefined) continue;
        const wellFormed = value.toWellFormed();
        if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(wellFormed) || "%20");
        else if (place === "query") query.append(name, wellFormed);
        else headers[name] = wellFormed.replaceAll(/[^\x20-\x7e]/g, "").trim();
      }
      let sent: string | undefined;
      if (!["GET", "HEAD", "OPTIONS"].includes(method)) {
        if (spoils === "the whole body") sent = raw;
        else if (typeof fitting === "string" && (operation.takesFile || contentType !== "application/json")) {
          const at = spoils === "the body" ? which % (fitting.length + 1) : fitting.length;
          sent = fitting.slice(0, at) + (spoils === "the body" ? text : "") + fitting.slice(at);
        } else {
          const [value] =
            spoils === "the body" ? fc.sample(spoilt(fitting), { numRuns: 1, seed: random }) : [fitting];
          sent = value === undefined ? undefined : JSON.stringify(value);
        }
        if (sent !== undefined)
          headers["content-type"] = operation.takesFile ? "application/octet-stream" : contentType;
      }
      const search = query.size > 0 ? `?${query.toString()}` : "";
      return { method, url: path + search, headers, body: sent };
    });
}
