import type { Schema } from "./from-schema.ts";

export interface WalkedOperation {
  method: string;
  path: string;
  act: string | undefined;
  /** As `PUT /episodes/{}/segments/{}/asset`. */
  name: string;
  /** Of its JSON body; `undefined` for one without, or that takes a file. */
  body: Schema | undefined;
}

interface Described {
  "x-act"?: string;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** Every operation of the API, by the server's own document; signing out comes last. */
export async function operationsAt(url: string): Promise<WalkedOperation[]> {
  const answer = await fetch(`${url}/api/docs/json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Described>> };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith("/api/v1/"))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== "options")
        .map(([method, operation]) => ({
          method: method.toUpperCase(),
          path,
          act: operation["x-act"],
          name: `${method.toUpperCase()} ${path.replace("/api/v1", "").replaceAll(/\{[^}]+\}/g, "{}")}`,
          body: operation.requestBody?.content["application/json"]?.schema,
        })),
    )
    .toSorted((a, b) => Number(a.name === "DELETE /sign-in") - Number(b.name === "DELETE /sign-in"));
}

export interface Answered {
  status: number;
  /** The members of a problem document. */
  problem: Record<string, unknown> | null;
  text: string;
}

/** Calls an operation at an address. */
export async function walkTo(
  url: string,
  { method }: Pick<WalkedOperation, "method">,
  { headers, body }: { headers: Record<string, string>; body?: string | undefined },
): Promise<Answered> {
  const ending = new AbortController();
  const answer = await fetch(url, {
    method,
    headers,
    signal: ending.signal,
    ...(body === undefined ? {} : { body }),
  });
  const type = answer.headers.get("content-type") ?? "";
  const text = type.startsWith("text/event-stream") ? "" : await answer.text();
  ending.abort();
  const isProblem = type.startsWith("application/problem+json") && text !== "";
  return {
    status: answer.status,
    problem: isProblem ? (JSON.parse(text) as Record<string, unknown>) : null,
    text,
  };
}
