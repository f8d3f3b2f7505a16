import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generatedDocuments } from "../../src/protocol/documents.ts";
import { REASONS, REPORT_TYPES } from "../../src/protocol/messages.ts";
import { DATA_SCHEMAS, readShippedPolicy, readShippedTimetables } from "../../src/schedules/shipped.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const plain = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

describe("generated documents (npm run protocol:docs)", () => {
  const documents = Object.entries(generatedDocuments());

  test.each(documents)("devices/%s is as its source says", (name, document) => {
    expect(JSON.parse(read(`devices/${name}`))).toEqual(plain(document));
  });

  test("no schema stands there without a source", () => {
    const sources = documents.flatMap(([name]) =>
      name.startsWith("schemas/") ? [name.slice("schemas/".length)] : [],
    );
    expect(readdirSync(new URL("devices/schemas", root)).toSorted()).toEqual(sources.toSorted());
  });

  test.each(Object.entries(DATA_SCHEMAS))("schedules/%s is as its source says", (name, schema) => {
    expect(JSON.parse(read(`schedules/${name}`))).toEqual(plain(schema));
  });

  test("the shipped data fits its schemas", () => {
    const folder = new URL("schedules", root).pathname;
    expect(readShippedTimetables(folder).map(({ programme }) => programme.title)).toEqual([
      "初心讲堂",
      "党建之声",
    ]);
    expect(readShippedPolicy(folder).quietHours).toEqual([{ from: "22:00", to: "06:00" }]);
  });
});

describe("PROTOCOL.md", () => {
  const text = read("devices/PROTOCOL.md");

  test.each([...REPORT_TYPES, ...REASONS])("names %s", (word) => {
    expect(text).toContain(`\`${word}\``);
  });
});
