/**
 * Writes what is generated from the TypeBox definitions: the JSON Schemas and the AsyncAPI document of the device
 * protocol, and the JSON Schemas of the data in `schedules/`. `--check` only compares; the contract tests do the same.
 *
 *   npm run protocol:docs [-- --check]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedDocuments } from "../src/protocol/documents.ts";
import { DATA_SCHEMAS } from "../src/schedules/shipped.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const documents: Record<string, unknown> = {
  ...Object.fromEntries(
    Object.entries(generatedDocuments()).map(([name, document]) => [`devices/${name}`, document]),
  ),
  ...Object.fromEntries(Object.entries(DATA_SCHEMAS).map(([name, schema]) => [`schedules/${name}`, schema])),
};

const textOf = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

const outdated = Object.entries(documents).filter(
  ([name, document]) => read(root + name) !== textOf(document),
);
if (process.argv.includes("--check")) {
  for (const [name] of outdated) console.error(`${name} differs from its source: npm run protocol:docs`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const [name, document] of outdated) {
    mkdirSync(dirname(root + name), { recursive: true });
    writeFileSync(root + name, textOf(document));
    console.log(`wrote ${name}`);
  }
}
