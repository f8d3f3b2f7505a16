const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** `PUT /episodes/{}/segments/{}/asset`, of an audit entry's act or an operation of the API's document. */
export const operationOf = (act: string): string =>
  act.replace(" /api/v1/", " /").replaceAll(/:\w+|\{\w+\}/g, "{}");

/** Operations of the API that are no reading, by the server's own document. */
export async function writesOf(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/docs/json`);
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => operationOf(`${method.toUpperCase()} ${path}`)),
    )
    .filter((operation) => !READS.has(operation.split(" ")[0] ?? ""));
}
