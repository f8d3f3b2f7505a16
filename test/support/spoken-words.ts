import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "@swc/core";

/** What the server's sources say to people, as templates: `{}` stands for each value that is filled in. */

type Node = Record<string, unknown> & { type: string };

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Properties that describe the API, or are no text at all. */
const NOT_SAID = new Set(["description", "summary", "title", "pattern", "produces", "tags"]);
/** Calls whose texts stay inside: logs, SQL, ffmpeg, and what becomes `internal`. */
const INTERNAL_CALL = /^(?:log\.\w+|\w+\.prepare|db\.\w+|schema|guarded|Error|TypeError|RegExp)$/;

function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "Identifier") return String(node["value"]);
  if (node.type !== "MemberExpression") return "";
  return `${nameOf(node["object"])}.${nameOf(node["property"])}`;
}

/** A text that is put together, or `null` when it is something else. */
function templateOf(node: Node): string | null {
  if (node.type === "StringLiteral") return String(node["value"]);
  if (node.type === "TemplateLiteral") {
    const quasis = node["quasis"] as { cooked: string }[];
    return quasis.map(({ cooked }) => cooked).join("{}");
  }
  if (node.type !== "BinaryExpression" || node["operator"] !== "+") return null;
  const [left, right] = [node["left"], node["right"]].map((side) => (isNode(side) ? templateOf(side) : null));
  return left === null && right === null ? null : `${left ?? "{}"}${right ?? "{}"}`;
}

/** A sentence, or at least three words: what no key, path, option or SQL is. */
const isSpoken = (text: string): boolean =>
  /[a-z]{2}/.test(text) &&
  !/\n|^[A-Z]{2,} (?!\/)|[[\]]|;\S| = |^\S+=|:[a-z]/.test(text) &&
  (/^[A-Za-z{`" ]\S* .* \S+$/.test(text) ||
    /^[A-Z].* .*\.$/.test(text) ||
    /^(?:[a-z]+: \{\}|[`"{].* is missing\.)$/.test(text));

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) collect(each, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) {
    if (value.type === "ImportDeclaration") return;
    if (value.type === "KeyValueProperty" && NOT_SAID.has(nameOf(value["key"]))) return;
    if (
      (value.type === "CallExpression" || value.type === "NewExpression") &&
      INTERNAL_CALL.test(nameOf(value["callee"]))
    )
      return;
    const template = templateOf(value);
    if (template !== null && isSpoken(template)) found.add(template);
    if (template !== null && value.type === "BinaryExpression") {
      collectValues(value, found);
      return;
    }
  }
  for (const each of Object.values(value)) collect(each, found);
}

/** Of a sum of texts only what is filled in is looked at again. */
function collectValues(node: Node, found: Set<string>): void {
  for (const side of [node["left"], node["right"]]) {
    if (!isNode(side)) continue;
    if (side.type === "BinaryExpression" && templateOf(side) !== null) collectValues(side, found);
    else if (side.type === "TemplateLiteral") collect(side["expressions"], found);
    else if (side.type !== "StringLiteral") collect(side, found);
  }
}

/** @param isWanted by its path in `folder` */
export function spokenIn(folder: URL, isWanted: (path: string) => boolean): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || !isWanted(name)) continue;
    collect(parseSync(readFileSync(new URL(name, folder), "utf8"), { syntax: "typescript" }).body, found);
  }
  return found;
}
