/**
 * Writes what is generated from the TypeBox definitions and the protocol's code: the JSON Schemas and the AsyncAPI
 * document of the device protocol, its worked examples and signature vectors, and the JSON Schemas of the data in
 * `schedules/`. `--check` only compares; the contract tests do the same.
 *
 *   npm run protocol:docs [-- --check]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedDocuments } from "../src/protocol/documents.ts";
import { SIGNATURE_ALGORITHMS } from "../src/protocol/key-set.ts";
import { DATA_SCHEMAS } from "../src/schedules/shipped.ts";
import { exampleDocument } from "./protocol-examples.ts";
import { withReasons } from "./protocol-reasons.ts";
import { type VectorFile, vectorsOf } from "./protocol-vectors.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

function read(path: string): string | null {
  try {
    return readFileSync(root + path, "utf8");
  } catch {
    return null;
  }
}

const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
const madeBefore = (path: string) => JSON.parse(read(path) ?? "null") as VectorFile | null;

const documents: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(generatedDocuments()).map(([name, document]) => [`devices/${name}`, json(document)]),
  ),
  ...Object.fromEntries(
    Object.entries(DATA_SCHEMAS).map(([name, schema]) => [`schedules/${name}`, json(schema)]),
  ),
  "devices/EXAMPLES.md": await exampleDocument(),
  "devices/PROTOCOL.md": withReasons(read("devices/PROTOCOL.md") ?? ""),
};
for (const alg of SIGNATURE_ALGORITHMS) {
  const path = `devices/vectors/${alg.toLowerCase()}.json`;
  documents[path] = json(await vectorsOf(alg, madeBefore(path)));
}

const outdated = Object.entries(documents).filter(([name, document]) => read(name) !== document);
if (process.argv.includes("--check")) {
  for (const [name] of outdated) console.error(`${name} differs from its source: npm run protocol:docs`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const [name, document] of outdated) {
    mkdirSync(dirname(root + name), { recursive: true });
    writeFileSync(root + name, document);
    console.log(`wrote ${name}`);
  }
}
